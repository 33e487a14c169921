// IQ4_XS: 256 quants of four bits that stand for numbers of a table; every 32 have a scale of six bits around 32, in units of one f16 of the block.
import { blockStorage, halfAt, NONLINEAR, nibbleAt, scaled } from './blocks.ts';

export const iq4_xs = blockStorage({
  name: 'iq4_xs',
  dtype: 'IQ4_XS',
  block: 256,
  blockBytes: 136,
  planes: [
    { from: 8, bytes: 128 },
    { from: 0, bytes: 8 },
  ],
  parts: ['nonlinear'],
  unit: { parts: ['runs', 'nibbles', 'unit_iq4'], columns: 32 },
  numbers: (block, out, at) => {
    const [d, high, low] = [halfAt(block, 0), block.getUint16(2, true), block.getUint32(4, true)];
    for (let j = 0; j < 8; j++) {
      const scale = scaled(d, (((low >>> (4 * j)) & 15) | (((high >> (2 * j)) & 3) << 4)) - 32);
      for (let i = 0; i < 32; i++) out[at + 32 * j + i] = scaled(scale, NONLINEAR[nibbleAt(block, 8 + 16 * j, i)] ?? 0);
    }
  },
});
