// Numbers on screen, at the values where rounding changes their look.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatBits,
  formatByteRate,
  formatBytes,
  formatChange,
  formatCount,
  formatDuration,
  formatExp,
  formatLogit,
  formatNats,
  formatNumber,
  formatParameters,
  formatPoints,
  formatProbability,
  formatSmallProbability,
  formatTokenRate,
} from './format.ts';

describe('format', () => {
  test.each([
    [0.351, '+0.35'],
    [-1.2, '-1.20'],
    [0.0123, '+0.012'],
    [0, '0'],
    [0.00002, '< 0.0001'],
    [-0.00002, '> -0.0001'],
    [Number.POSITIVE_INFINITY, '–'],
    [Number.NaN, '–'],
  ])('a change of %d nats: %s', (nats, text) => expect(formatChange(nats)).toBe(text));

  test.each([
    [0.0321, '+3.2 pp'],
    [-0.5, '-50.0 pp'],
    [-0.00031, '-0.031 pp'],
    [0, '0 pp'],
    [1e-9, '< 0.0001 pp'],
    [-1e-9, '> -0.0001 pp'],
    [Number.NaN, '–'],
  ])('a change of a probability by %d: %s', (change, text) => expect(formatPoints(change)).toBe(text));

  test.each([
    [0, '0 B'],
    [512, '512 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [6_300_000, '6.3 MB'],
    [16_777_216, '16.8 MB'],
    [548_105_171, '548 MB'],
    [1_200_000_000, '1.2 GB'],
    [3.2e15, '3,200 TB'],
    [Number.NaN, '–'],
  ])('bytes %d: %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test.each([
    [7.94, '7.9'],
    [548.2, '548'],
    [0.031, '0.031'],
    [Number.NaN, '–'],
  ])('number %d: %s', (value, text) => expect(formatNumber(value)).toBe(text));

  test.each([
    [0.124, '12.4 %'],
    [1e-6, '1.0 × 10⁻⁴ %'],
    [1.1e-6, '0.00011 %'],
    [3.21e-9, '3.2 × 10⁻⁷ %'],
    [9.99e-9, '1.0 × 10⁻⁶ %'],
    [0, '0 %'],
    [Number.NaN, '–'],
  ])('a small probability %d: %s', (p, text) => expect(formatSmallProbability(p)).toBe(text));

  test.each([
    [0, '1.0'],
    [Math.log(12_345), '12,345'],
    [Math.log(999_999), '999,999'],
    [Math.log(1_000_000), '1.0 × 10⁶'],
    [Math.log(9.99e6), '1.0 × 10⁷'],
    [Math.log(3.21) + 1041 * Math.LN10, '3.2 × 10¹⁰⁴¹'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('e to the power of %d: %s', (exponent, text) => expect(formatExp(exponent)).toBe(text));

  test.each([
    [0, '0 s'],
    [0.034, '0.034 ms'],
    [3.4, '3.4 ms'],
    [9.96, '0.01 s'],
    [80, '0.08 s'],
    [994, '0.99 s'],
    [996, '1.0 s'],
    [1234, '1.2 s'],
    [9_960, '10 s'],
    [34_200, '34 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [4_320_000, '1 h 12 min'],
    [7_199_000, '2 h'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('%d milliseconds: %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  test.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.99999, '> 99.9 %'],
    [0.9995, '> 99.9 %'],
    [0.999, '99.9 %'],
    [0.124, '12.4 %'],
    [0.079, '7.9 %'],
    [0.00999, '1.0 %'],
    [0.00994, '0.99 %'],
    [0.000996, '0.10 %'],
    [0.00031, '0.031 %'],
    [0.0000012, '0.00012 %'],
    [9e-7, '< 0.0001 %'],
    [1e-300, '< 0.0001 %'],
    [Number.NaN, '–'],
  ])('probability %d: %s', (p, text) => expect(formatProbability(p)).toBe(text));

  test('a probability that is neither 0 nor 1 never reads as one, and reads back within its digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true }), p => {
        const text = formatProbability(p);
        expect(text).not.toBe('0 %');
        expect(text).not.toBe('100 %');
        if (text.startsWith('<') || text.startsWith('>')) return;
        const percent = Number(text.replace(' %', ''));
        const unit = p >= 0.00995 ? 0.1 : 10 ** (Math.floor(Math.log10(p * 100)) - 1);
        expect(Math.abs(percent - p * 100)).toBeLessThanOrEqual(0.5001 * unit * (p >= 0.00995 ? 1 : 10));
      }),
    );
  });

  test('rates, counts, parameters', () => {
    expect(formatTokenRate(34.4)).toBe('34 tok/s');
    expect(formatTokenRate(3.21)).toBe('3.2 tok/s');
    expect(formatTokenRate(0.5)).toBe('0.50 tok/s');
    expect(formatTokenRate(1234)).toBe('1,234 tok/s');
    expect(formatByteRate(12_400_000)).toBe('12.4 MB/s');
    expect(formatCount(50257)).toBe('50,257');
    expect(formatCount(Number.NaN)).toBe('–');
    expect(formatParameters(124_439_808)).toBe('124 M');
    expect(formatParameters(3_200_000)).toBe('3.2 M');
    expect(formatParameters(900)).toBe('900');
  });

  test('entropy in nats and bits, logits', () => {
    expect(formatNats(2.0794)).toBe('2.1 nats');
    expect(formatNats(0)).toBe('0 nats');
    expect(formatBits(3 * Math.LN2)).toBe('3.0 bits');
    expect(formatBits(0.0215)).toBe('0.031 bits');
    expect(formatBits(0.0001 * Math.LN2)).toBe('< 0.001 bits');
    expect(formatBits(0)).toBe('0 bits');
    expect(formatNats(1e-9)).toBe('< 0.001 nats');
    expect(formatLogit(-2.0875)).toBe('-2.09');
    expect(formatLogit(Number.NEGATIVE_INFINITY)).toBe('-∞');
    expect(formatLogit(1e30)).toBe('1.00e+30');
    expect(formatLogit(Number.NaN)).toBe('–');
  });

  test.each([
    [0, '0'],
    [-0, '0'],
    [-0.12, '-0.12'],
    [-0.0996, '-0.10'],
    [-0.0181, '-0.018'],
    [-0.00182, '-0.0018'],
    [-0.000999, '-0.0010'],
    [-0.0001, '-0.00010'],
    [-3.9e-6, '> -0.0001'],
    [3.9e-6, '< 0.0001'],
    [-0.996, '-1.00'],
  ])('logit %d: %s', (logit, text) => expect(formatLogit(logit)).toBe(text));

  test('a logit that is not 0 never reads as 0', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), logit => {
        if (logit !== 0) expect(Number(formatLogit(logit))).not.toBe(0);
      }),
    );
  });
});
