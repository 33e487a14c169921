// The generator against published vectors, fixed values and plain statistics.
import { describe, expect, test } from 'vitest';
import { freshSeed, philox4x32, uniform } from './rng.ts';

const hex = (words: readonly number[]): string => words.map(word => word.toString(16).padStart(8, '0')).join(' ');

describe('philox4x32', () => {
  // Known answers for ten rounds, published with the authors' Random123.
  test('known answers', () => {
    expect(hex(philox4x32([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    const ones = 0xffffffff;
    expect(hex(philox4x32([ones, ones, ones, ones], [ones, ones]))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
    expect(hex(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toBe(
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });
});

describe('uniform', () => {
  test('golden values: texts drawn earlier must stay what they were', () => {
    expect(uniform(0, 0, 0)).toBe(0.39904647231489565);
    expect([uniform(1, 0, 0), uniform(0, 1, 0), uniform(0, 0, 1), uniform(4294967295, 1023, 7)]).toEqual([
      0.8902591757080309, 0.9722412032044762, 0.41724812920840393, 0.7853227891937896,
    ]);
  });

  test('a pure function of three arguments that all count, the upper half of a wide seed too', () => {
    expect(uniform(42, 7, 3)).toBe(uniform(42, 7, 3));
    const values = [uniform(1, 2, 3), uniform(1, 3, 2), uniform(2, 1, 3), uniform(2, 3, 1), uniform(3, 1, 2)];
    expect(new Set(values).size).toBe(values.length);
    expect(uniform(5, 0, 0)).not.toBe(uniform(5 + 2 ** 32, 0, 0));
  });

  const N = 20_000;
  const along: [string, (i: number) => number][] = [
    ['positions', i => uniform(1234, i, 0)],
    ['samples', i => uniform(1234, 5, i)],
    ['seeds', i => uniform(i, 5, 0)],
  ];
  test.each(along)('neighbouring %s: in [0, 1), even, uncorrelated', (_, value) => {
    const values = Float64Array.from({ length: N }, (_unused, i) => value(i));
    const mean = values.reduce((a, b) => a + b, 0) / N;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / N;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / N));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / N));
    for (const lag of [1, 2, 7, 64]) {
      let product = 0;
      for (let i = lag; i < N; i++) product += (values[i - lag]! - mean) * (values[i]! - mean);
      expect(Math.abs(product / (N - lag) / variance)).toBeLessThan(4 / Math.sqrt(N));
    }
    // Chi-square over 64 bins: mean 63, standard deviation sqrt(126).
    const bins = new Float64Array(64);
    for (const v of values) bins[Math.floor(v * 64)]!++;
    const chiSquare = bins.reduce((a, n) => a + (n - N / 64) ** 2 / (N / 64), 0);
    expect(Math.abs(chiSquare - 63)).toBeLessThan(4.5 * Math.sqrt(126));
  });

  test('neighbouring counters differ in half of their bits', () => {
    let flips = 0;
    for (let i = 0; i < 4000; i++) {
      const a = philox4x32([i, 0, 0, 0], [9, 0])[0];
      let bits = (a ^ philox4x32([i + 1, 0, 0, 0], [9, 0])[0]) >>> 0;
      for (; bits; bits >>>= 1) flips += bits & 1;
    }
    expect(flips / 4000).toBeGreaterThan(15.8);
    expect(flips / 4000).toBeLessThan(16.2);
  });
});

describe('freshSeed', () => {
  test('whole, 32 bits, not the same twice', () => {
    const seeds = Array.from({ length: 8 }, freshSeed);
    for (const seed of seeds) expect(seed).toBe(seed >>> 0);
    expect(new Set(seeds).size).toBeGreaterThan(6);
  });
});
