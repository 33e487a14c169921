// Q5_K: 256 quants of five bits, the highest bits apart; every 32 have a scale and a minimum of six bits, in units of two f16 of the block.
import { affine, bitAt, blockStorage, halfAt, scaleAndMinimum, scaled, wideNibbleAt } from './blocks.ts';

export const q5_k = blockStorage({
  name: 'q5_k',
  dtype: 'Q5_K',
  block: 256,
  blockBytes: 176,
  planes: [
    { from: 48, bytes: 128 },
    { from: 16, bytes: 32 },
    { from: 0, bytes: 16 },
  ],
  parts: ['scales_k'],
  unit: { parts: ['runs', 'nibbles', 'runs_k', 'unit_q5_k'], columns: 32 },
  numbers: (block, out, at) => {
    const [d, dmin] = [halfAt(block, 0), halfAt(block, 2)];
    for (let i = 0; i < 256; i++) {
      const [scale, minimum] = scaleAndMinimum(block, 4, i >> 5);
      const q = wideNibbleAt(block, 48, i) | (bitAt(block, 16, i) << 4);
      out[at + i] = affine(scaled(d, scale), q, -scaled(dmin, minimum));
    }
  },
});
