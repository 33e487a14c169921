// Lists of numbers that tests hold against each other one by one.
import { expect } from 'vitest';

/** Fails at the first number that is not within `tolerance` of the wanted one. */
export function expectNear(got: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of got.entries()) {
    expect(Math.abs(value - (wanted[i] ?? Number.NaN)), `entry ${i}`).toBeLessThan(tolerance);
  }
}
