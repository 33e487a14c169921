// MXFP4: 32 floats of four bits (a sign, two bits of exponent, one of fraction) with one power of two as scale.
// Source: OCP Microscaling Formats (MX) Specification v1.0; numbers are twice the format's and the scale is half, as ggml has them.
import { blockStorage, nibbleAt, scaled } from './blocks.ts';

const TWICE = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;

const halfOfPower = (exponent: number): number => 2 ** (exponent - 128);

export const mxfp4 = blockStorage({
  name: 'mxfp4',
  dtype: 'MXFP4',
  block: 32,
  blockBytes: 17,
  planes: [
    { from: 1, bytes: 16 },
    { from: 0, bytes: 1 },
  ],
  parts: ['twice'],
  unit: { parts: ['runs', 'nibbles', 'unit_mxfp4'], columns: 32 },
  numbers: (block, out, at) => {
    const d = halfOfPower(block.getUint8(0));
    for (let i = 0; i < 32; i++) out[at + i] = scaled(d, TWICE[nibbleAt(block, 1, i)] ?? 0);
  },
});
