// bf16, two to a u32: a shift by 16 bits makes it f32.
import { float32OfBfloats } from '../../lib/half.ts';
import type { Storage } from './storage.ts';

export const bf16: Storage = {
  name: 'bf16',
  dtype: 'BF16',
  part: 'weights_bf16',
  block: 4,
  blockBytes: 8,
  dequantise: bytes => float32OfBfloats(new Uint16Array(bytes.slice().buffer)),
};
