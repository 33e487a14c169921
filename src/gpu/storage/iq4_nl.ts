// IQ4_NL: 32 quants of four bits that stand for numbers of a table, with one f16 scale.
import { blockStorage, halfAt, NONLINEAR, nibbleAt, scaled } from './blocks.ts';

export const iq4_nl = blockStorage({
  name: 'iq4_nl',
  dtype: 'IQ4_NL',
  block: 32,
  blockBytes: 18,
  planes: [
    { from: 2, bytes: 16 },
    { from: 0, bytes: 2 },
  ],
  parts: ['nonlinear'],
  unit: { parts: ['runs', 'nibbles', 'unit_iq4'], columns: 32 },
  numbers: (block, out, at) => {
    const d = halfAt(block, 0);
    for (let i = 0; i < 32; i++) out[at + i] = scaled(d, NONLINEAR[nibbleAt(block, 2, i)] ?? 0);
  },
});
