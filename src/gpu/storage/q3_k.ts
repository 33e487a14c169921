// Q3_K: 256 quants of three bits around 4, the highest bits apart; every 16 have a scale of six bits around 32, in units of one f16.
import { bitAt, blockStorage, halfAt, scaled, twoBitsAt } from './blocks.ts';

export const q3_k = blockStorage({
  name: 'q3_k',
  dtype: 'Q3_K',
  block: 256,
  blockBytes: 110,
  planes: [
    { from: 32, bytes: 64 },
    { from: 0, bytes: 32 },
    { from: 96, bytes: 14, stride: 16 },
  ],
  unit: { parts: ['runs', 'runs_pairs', 'unit_q3_k'], columns: 64 },
  numbers: (block, out, at) => {
    const d = halfAt(block, 108);
    for (let i = 0; i < 256; i++) {
      const j = i >> 4;
      const low = (block.getUint8(96 + (j & 7)) >> (j < 8 ? 0 : 4)) & 15;
      const high = (block.getUint8(104 + (j & 3)) >> (2 * (j >> 2))) & 3;
      const scale = scaled(d, (low | (high << 4)) - 32);
      out[at + i] = scaled(scale, twoBitsAt(block, 32, i) + 4 * bitAt(block, 0, i) - 4);
    }
  },
});
