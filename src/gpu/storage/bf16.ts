// bf16, two to a u32: a shift by 16 bits makes it f32.
import { bfloatsOfFloat32, float32OfBfloats } from '../../lib/half.ts';
import { plainStorage } from './plain.ts';

export const bf16 = plainStorage({
  name: 'bf16',
  dtype: 'BF16',
  bytes: 2,
  read: bytes => float32OfBfloats(new Uint16Array(bytes.slice().buffer)),
  write: numbers => new Uint8Array(bfloatsOfFloat32(numbers).buffer),
});
