// Keys and values in packed f16 for tests of the kernels that write them.
import { expect } from 'vitest';
import { float32OfHalves, halvesOfFloat32 } from '../../src/lib/half.ts';
import type { Numbers } from '../../src/reference/ops.ts';

const LARGEST = 65504;

/** The contents of a cache. */
export const halvesOf = (numbers: Float32Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(halvesOfFloat32(numbers).buffer);

/** The numbers of a cache that was read as f32. */
export const halvesIn = (words: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> =>
  float32OfHalves(new Uint16Array(words.buffer, words.byteOffset, words.length * 2));

/** Each is a nearest f16, but for what its sum in f32 is off; what is too large is the largest. */
export function expectHalves(got: Float32Array, wanted: Numbers): void {
  expect(got).toHaveLength(wanted.length);
  for (const [i, half] of got.entries()) {
    const number = Math.max(-LARGEST, Math.min(LARGEST, wanted[i] ?? Number.NaN));
    expect(Math.abs(half - number), `number ${i}`).toBeLessThanOrEqual(1.01 * 2 ** -11 * Math.abs(number) + 1e-6);
  }
}
