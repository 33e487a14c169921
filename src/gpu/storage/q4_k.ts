// Q4_K: 256 quants of four bits; every 32 have a scale and a minimum of six bits, in units of two f16 of the block.
import { affine, blockStorage, halfAt, scaleAndMinimum, scaled, wideNibbleAt } from './blocks.ts';

export const q4_k = blockStorage({
  name: 'q4_k',
  dtype: 'Q4_K',
  block: 256,
  blockBytes: 144,
  planes: [
    { from: 16, bytes: 128 },
    { from: 0, bytes: 16 },
  ],
  parts: ['scales_k'],
  unit: { parts: ['runs', 'nibbles', 'runs_k', 'unit_q4_k'], columns: 32 },
  numbers: (block, out, at) => {
    const [d, dmin] = [halfAt(block, 0), halfAt(block, 2)];
    for (let i = 0; i < 256; i++) {
      const [scale, minimum] = scaleAndMinimum(block, 4, i >> 5);
      out[at + i] = affine(scaled(d, scale), wideNibbleAt(block, 16, i), -scaled(dmin, minimum));
    }
  },
});
