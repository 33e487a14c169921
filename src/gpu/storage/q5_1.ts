// Q5_1: 32 quants of five bits, the highest bits apart, with an f16 scale and an f16 minimum.
import { affine, blockStorage, halfAt, nibbleAt } from './blocks.ts';

export const q5_1 = blockStorage({
  name: 'q5_1',
  dtype: 'Q5_1',
  block: 32,
  blockBytes: 24,
  unit: { parts: ['runs', 'nibbles', 'fives', 'unit_q5_1'], columns: 32 },
  planes: [
    { from: 8, bytes: 16 },
    { from: 4, bytes: 4 },
    { from: 0, bytes: 4 },
  ],
  numbers: (block, out, at) => {
    const [d, m, high] = [halfAt(block, 0), halfAt(block, 2), block.getUint32(4, true)];
    for (let i = 0; i < 32; i++) out[at + i] = affine(d, nibbleAt(block, 8, i) | (((high >>> i) & 1) << 4), m);
  },
});
