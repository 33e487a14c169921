// The cost of a prefill: estimated before anything was measured, then what was measured.
import { expect, test } from 'vitest';
import { PrefillCost } from './prefill-cost.ts';

const sequence = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i);

test('before a measurement: two operations for each parameter and token', () => {
  const cost = new PrefillCost();
  expect(cost.seconds(sequence(1))).toBe(Number.POSITIVE_INFINITY);
  cost.begin(3.2e6, true);
  expect(cost.seconds(sequence(105))).toBeCloseTo((105 * 2 * 3.2e6) / 1.5e9, 9);
  expect(cost.secondsOf(105)).toBe(cost.seconds(sequence(105)));
  cost.begin(124e6, true);
  expect(cost.seconds(sequence(105))).toBeGreaterThan(10);
  cost.begin(124e6, false);
  expect(cost.seconds(sequence(105))).toBeCloseTo(0.2604, 4);
});

test('a measurement corrects the estimate, a longer one more', () => {
  const cost = new PrefillCost();
  cost.begin(3.2e6, true);
  const guess = cost.seconds(sequence(200));
  for (let i = 0; i < 50; i++) cost.measured(Uint32Array.of(9_999), 1, 1000);
  expect(cost.seconds(sequence(200))).toBe(guess);
  cost.measured(Uint32Array.of(9_999), 8, 8000);
  const once = cost.seconds(sequence(200));
  expect(once).toBeGreaterThan(guess);
  expect(once).toBeLessThan(100);
  for (let i = 0; i < 20; i++) cost.measured(Uint32Array.of(9_999), 100, 200);
  expect(cost.seconds(sequence(200))).toBeCloseTo(0.4, 3);
});

test('only what the cache lacks costs anything, and a new model has an empty cache', () => {
  const cost = new PrefillCost();
  cost.begin(1e9, true);
  cost.measured(sequence(100), 100, 10_000);
  expect(cost.seconds(sequence(100))).toBe(0);
  expect(cost.seconds(sequence(50))).toBe(0);
  const whole = cost.seconds(sequence(110));
  expect(cost.seconds(Uint32Array.of(7, ...sequence(109)))).toBeCloseTo(11 * whole, 6);
  cost.measured(sequence(100), 0, 3);
  expect(cost.seconds(sequence(110))).toBe(whole);
  cost.begin(1e9, true);
  expect(cost.shared(sequence(100))).toBe(0);
});
