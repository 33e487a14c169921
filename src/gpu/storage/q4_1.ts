// Q4_1: 32 quants of four bits, with an f16 scale and an f16 minimum.
import { affine, blockStorage, halfAt, nibbleAt } from './blocks.ts';
import { fourBits } from './quantise.ts';

export const q4_1 = blockStorage({
  name: 'q4_1',
  dtype: 'Q4_1',
  block: 32,
  blockBytes: 20,
  unit: { parts: ['runs', 'nibbles', 'unit_q4_1'], columns: 32 },
  planes: [
    { from: 4, bytes: 16 },
    { from: 0, bytes: 4 },
  ],
  numbers: (block, out, at) => {
    const [d, m] = [halfAt(block, 0), halfAt(block, 2)];
    for (let i = 0; i < 32; i++) out[at + i] = affine(d, nibbleAt(block, 4, i), m);
  },
  quantise: fourBits,
});
