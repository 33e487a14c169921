// Q8_0: 32 signed bytes with one f16 scale.
import { blockStorage, halfAt, scaled } from './blocks.ts';
import { eightBits } from './quantise.ts';

export const q8_0 = blockStorage({
  name: 'q8_0',
  dtype: 'Q8_0',
  block: 32,
  blockBytes: 34,
  unit: { parts: ['unit_q8_0'], columns: 16 },
  planes: [
    { from: 2, bytes: 32 },
    { from: 0, bytes: 2 },
  ],
  numbers: (block, out, at) => {
    const d = halfAt(block, 0);
    for (let i = 0; i < 32; i++) out[at + i] = scaled(d, block.getInt8(2 + i));
  },
  quantise: eightBits,
});
