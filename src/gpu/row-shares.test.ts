// Shares beside the weights that they stand for: as near as the bound says, for every temperature and depth.
import { expect, test } from 'vitest';
import { depthOf, powerOf, shareOf, sumOfShares } from '../../e2e/support/row-shares-twin.ts';
import { uniform } from '../lib/rng.ts';
import { massError, massOf, shareScale, stepOf } from './row-shares.ts';

const TEMPERATURES = [0.001, 0.05, 0.3, 0.7, 0.8, 0.999, 1, 1.001, 1.7, 2, 3, 5];

test.each(TEMPERATURES)('a share is as near to its weight as the bound says: temperature %d', temperature => {
  const scale = shareScale(temperature);
  for (let seed = 0; seed < 4_000; seed++) {
    const top = Math.fround((uniform(1, seed, 0) - 0.5) * 400);
    const logit = Math.fround(top - temperature * 32 * uniform(1, seed, 1) ** 2);
    const mass = massOf(shareOf(powerOf(logit, top, scale)), top, temperature);
    const weight = Math.exp((logit - top) / temperature);
    // The largest logit is rounded too: that is in the mass, not in its error.
    expect(Math.abs(mass - weight)).toBeLessThanOrEqual(massError(weight, 1, temperature));
  }
});

test('the bound is no wider than it has to be', () => {
  let worst = 0;
  for (let seed = 0; seed < 20_000; seed++) {
    const logit = Math.fround(-3 * uniform(2, seed, 0));
    const weight = Math.exp(logit);
    worst = Math.max(
      worst,
      Math.abs(massOf(shareOf(powerOf(logit, 0, shareScale(1))), 0, 1) - weight) / massError(weight, 1, 1),
    );
  }
  expect(worst).toBeGreaterThan(0.6);
});

test('deeper is never more, from the likeliest down to nothing', () => {
  const scale = shareScale(0.8);
  let last = { share: 2 ** 43, depth: 0 };
  for (let i = 0; i <= 5_000; i++) {
    const power = powerOf(Math.fround(-i / 125), 0, scale);
    const next = { share: shareOf(power), depth: depthOf(power) };
    expect(next.share).toBeLessThanOrEqual(last.share);
    expect(next.depth).toBeGreaterThanOrEqual(last.depth);
    last = next;
  }
  expect(last.share).toBe(0);
  expect(shareOf(powerOf(-3e38, 0, scale))).toBe(0);
});

test('halves are rounded to the even step, as shaders do', () => {
  const steps = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.75, -0.75].map(logit => stepOf(logit, { scale: 1 }));
  expect(steps.map(step => step + 0)).toEqual([0, 2, 2, 0, -2, -2, 1, -1]);
});

test('a sum of many shares is exact', () => {
  const share = 2 ** 43 - 1;
  expect(sumOfShares(Array.from({ length: 5_000 }, () => share))).toBe(BigInt(share) * 5_000n);
});
