// Q4_0: 32 quants of four bits around 8, with one f16 scale.
import { blockStorage, halfAt, nibbleAt, scaled } from './blocks.ts';

export const q4_0 = blockStorage({
  name: 'q4_0',
  dtype: 'Q4_0',
  block: 32,
  blockBytes: 18,
  unit: { parts: ['runs', 'nibbles', 'unit_q4_0'], columns: 32 },
  planes: [
    { from: 2, bytes: 16 },
    { from: 0, bytes: 2 },
  ],
  numbers: (block, out, at) => {
    const d = halfAt(block, 0);
    for (let i = 0; i < 32; i++) out[at + i] = scaled(d, nibbleAt(block, 2, i) - 8);
  },
});
