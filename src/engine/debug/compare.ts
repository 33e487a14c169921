// Two matrices of numbers side by side: how far they are apart, and where most.
import { assert } from '../../lib/assert.ts';
import type { DebugCheck } from '../../protocol/debug.ts';

/** `got` and `wanted` are [rows, width]. A number that is none makes the error NaN and is the worst. */
export function compare(label: string, got: ArrayLike<number>, wanted: ArrayLike<number>, width: number): DebugCheck {
  assert(got.length === wanted.length && wanted.length % width === 0, `${label}: rows of ${width}`);
  let [error, power, most, at] = [0, 0, -1, 0];
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(got[i]! - wanted[i]!);
    error += difference ** 2;
    power += wanted[i]! ** 2;
    if (Number.isNaN(most) || difference <= most) continue;
    [most, at] = [difference, i];
  }
  return {
    label,
    shape: [wanted.length / width, width],
    nmse: power === 0 ? error : error / power,
    worst: { row: Math.floor(at / width), column: at % width, got: got[at]!, wanted: wanted[at]! },
  };
}
