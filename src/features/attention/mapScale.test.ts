// Shares of the ramp for weights of a map.
import { expect, test } from 'vitest';
import { LOG_LEAST, shareOfScale } from './mapScale.ts';

test('linear is the weight; the logarithm spreads the small ones evenly', () => {
  expect(shareOfScale(0.3, 'linear')).toBe(0.3);
  expect([0, LOG_LEAST, 0.01, 0.1, 1].map(weight => shareOfScale(weight, 'log'))).toEqual([
    0,
    0,
    expect.closeTo(1 / 3, 12),
    expect.closeTo(2 / 3, 12),
    1,
  ]);
});
