// f32 as it is.
import { plainStorage } from './plain.ts';

export const f32 = plainStorage({
  name: 'f32',
  dtype: 'F32',
  bytes: 4,
  read: bytes => new Float32Array(bytes.slice().buffer),
  write: numbers => new Uint8Array(numbers.slice().buffer),
});
