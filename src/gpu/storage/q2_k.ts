// Q2_K: 256 quants of two bits; every 16 have a scale and a minimum of four bits, in units of two f16 of the block.
import { affine, blockStorage, halfAt, scaled, twoBitsAt } from './blocks.ts';

export const q2_k = blockStorage({
  name: 'q2_k',
  dtype: 'Q2_K',
  block: 256,
  blockBytes: 84,
  planes: [
    { from: 16, bytes: 64 },
    { from: 0, bytes: 16 },
    { from: 80, bytes: 4 },
  ],
  unit: { parts: ['runs', 'runs_pairs', 'unit_q2_k'], columns: 64 },
  numbers: (block, out, at) => {
    const [d, dmin] = [halfAt(block, 80), halfAt(block, 82)];
    for (let i = 0; i < 256; i++) {
      const scale = block.getUint8(i >> 4);
      out[at + i] = affine(scaled(d, scale & 15), twoBitsAt(block, 16, i), -scaled(dmin, scale >> 4));
    }
  },
});
