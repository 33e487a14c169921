// f16, two to a u32: read by core WGSL, without a feature of the device.
import { float32OfHalves, halvesOfFloat32 } from '../../lib/half.ts';
import { plainStorage } from './plain.ts';

export const f16 = plainStorage({
  name: 'f16',
  dtype: 'F16',
  bytes: 2,
  read: bytes => float32OfHalves(new Uint16Array(bytes.slice().buffer)),
  write: numbers => new Uint8Array(halvesOfFloat32(numbers).buffer),
});
