// Scales, ticks and paths of a plot.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  extentOf,
  linearTicks,
  logTicks,
  nearestIndex,
  pathOf,
  place,
  roundDomain,
  type Scale,
  stepPoint,
} from './plot.ts';

const linear: Scale = { kind: 'linear', from: 0, to: 10, length: 100 };
const log: Scale = { kind: 'log', from: 1, to: 1000, length: 90 };

test('a scale puts values between its ends, and what lies outside at the border', () => {
  expect([0, 5, 10, -3, 12].map(value => place(linear, value))).toEqual([0, 50, 100, 0, 100]);
  expect([1, 10, 100, 1000].map(value => Math.round(place(log, value)))).toEqual([0, 30, 60, 90]);
  expect(place(log, 0)).toBe(0);
  expect(place({ ...linear, to: 0 }, 0)).toBe(50);
});

test('the extent knows gaps and, on a log scale, zeros', () => {
  expect(extentOf([[Number.NaN, 3, 1], [7]], 'linear')).toEqual({ from: 1, to: 7 });
  expect(extentOf([[0, 3]], 'log')).toEqual({ from: 3, to: 3 });
  expect(extentOf([[Number.NaN], []], 'linear')).toBeNull();
});

test('ticks are round and few', () => {
  expect(linearTicks(0, 1, 5)).toEqual([0, 0.5, 1]);
  expect(linearTicks(0, 1, 6)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(linearTicks(0, 3, 8, 1)).toEqual([0, 1, 2, 3]);
  expect(linearTicks(0, 1023, 6, 1)).toEqual([0, 500, 1000]);
  expect(linearTicks(2, 2, 5)).toEqual([2]);
  expect(logTicks(1, 1e4, 5)).toEqual([1, 10, 100, 1000, 1e4]);
  expect(logTicks(1e-8, 1, 5)).toEqual([1e-8, 1e-6, 1e-4, 0.01, 1]);
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      (from, size) => {
        const ticks = linearTicks(from, from + size, 6);
        expect(ticks.length).toBeLessThanOrEqual(7);
        // As exact as fifteen digits of the values can be.
        for (const tick of ticks) expect(tick).toBeGreaterThanOrEqual(from - size * 1e-6 - Math.abs(from) * 1e-14);
      },
    ),
    { examples: [[127407.24683300001, 0.000001]] },
  );
});

test('borders of a plot are round', () => {
  expect(roundDomain({ from: 0.2, to: 9.3 }, 'linear')).toEqual({ from: 0, to: 10 });
  expect(roundDomain({ from: 3, to: 420 }, 'log')).toEqual({ from: 1, to: 1000 });
  expect(roundDomain({ from: 1, to: 1 }, 'log')).toEqual({ from: 1, to: 10 });
  expect(roundDomain(null, 'linear')).toEqual({ from: 0, to: 1 });
});

test('a path has gaps, dots, and the x it is given', () => {
  const y: Scale = { kind: 'linear', from: 0, to: 10, length: 50 };
  expect(pathOf([0, 10, Number.NaN, 5], null, { ...linear, to: 4, length: 40 }, y)).toBe(
    'M0.0 50.0h0L10.0 0.0M30.0 25.0h0',
  );
  expect(pathOf([10, 0], [64, 128], { kind: 'linear', from: 0, to: 128, length: 100 }, y)).toBe(
    'M50.0 0.0h0L100.0 50.0',
  );
});

test('the nearest point, and the one a key leads to', () => {
  expect([-5, 4, 6, 200].map(px => nearestIndex(px, linear, 11, null))).toEqual([0, 0, 1, 10]);
  expect(nearestIndex(50, linear, 3, [0, 4, 10])).toBe(1);
  expect(nearestIndex(5, linear, 0, null)).toBe(-1);
  expect(['ArrowRight', 'ArrowLeft', 'Home', 'End', 'PageUp', 'x'].map(key => stepPoint(key, 4, 20))).toEqual([
    5,
    3,
    0,
    19,
    14,
    null,
  ]);
  expect(stepPoint('ArrowRight', 19, 20)).toBe(19);
});
