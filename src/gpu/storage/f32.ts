// f32 as it is; a block is what one vec4f holds.
import type { Storage } from './storage.ts';

export const f32: Storage = {
  name: 'f32',
  dtype: 'F32',
  part: 'weights_f32',
  block: 4,
  blockBytes: 16,
  dequantise: bytes => new Float32Array(bytes.slice().buffer),
};
