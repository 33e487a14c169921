// Q6_K: 256 quants of six bits around 32, the upper two apart; every 16 have a signed byte as scale, in units of one f16 of the block.
import { blockStorage, halfAt, scaled, twoBitsAt } from './blocks.ts';

/** Four bits of quant i: of 128 quants, 64 bytes hold the first 64 in their lower halves and the others in their upper ones. */
const lowAt = (block: DataView, i: number): number =>
  (block.getUint8((i >> 7) * 64 + (i & 63)) >> ((i & 64) >> 4)) & 15;

export const q6_k = blockStorage({
  name: 'q6_k',
  dtype: 'Q6_K',
  block: 256,
  blockBytes: 210,
  planes: [
    { from: 0, bytes: 128 },
    { from: 128, bytes: 64 },
    { from: 192, bytes: 16 },
    { from: 208, bytes: 2 },
  ],
  unit: { parts: ['runs', 'nibbles', 'unit_q6_k'], columns: 32 },
  numbers: (block, out, at) => {
    const d = halfAt(block, 208);
    for (let i = 0; i < 256; i++) {
      const scale = scaled(d, block.getInt8(192 + (i >> 4)));
      out[at + i] = scaled(scale, (lowAt(block, i) | (twoBitsAt(block, 128, i) << 4)) - 32);
    }
  },
});
