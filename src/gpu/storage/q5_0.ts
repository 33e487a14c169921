// Q5_0: 32 quants of five bits around 16, the highest bits apart, with one f16 scale.
import { blockStorage, halfAt, nibbleAt, scaled } from './blocks.ts';

export const q5_0 = blockStorage({
  name: 'q5_0',
  dtype: 'Q5_0',
  block: 32,
  blockBytes: 22,
  unit: { parts: ['runs', 'nibbles', 'fives', 'unit_q5_0'], columns: 32 },
  planes: [
    { from: 6, bytes: 16 },
    { from: 2, bytes: 4 },
    { from: 0, bytes: 2 },
  ],
  numbers: (block, out, at) => {
    const [d, high] = [halfAt(block, 0), block.getUint32(2, true)];
    for (let i = 0; i < 32; i++) out[at + i] = scaled(d, (nibbleAt(block, 6, i) | (((high >>> i) & 1) << 4)) - 16);
  },
});
