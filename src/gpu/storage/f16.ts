// f16, two to a u32: read by core WGSL, without a feature of the device.
import { float32OfHalves } from '../../lib/half.ts';
import type { Storage } from './storage.ts';

export const f16: Storage = {
  name: 'f16',
  dtype: 'F16',
  part: 'weights_f16',
  block: 4,
  blockBytes: 8,
  dequantise: bytes => float32OfHalves(new Uint16Array(bytes.slice().buffer)),
};
