// Steps of the ramp at and beside their borders.
import { expect, test } from 'vitest';
import { tintStep } from './tint.ts';

const stats = (p: number, rank = 1, bits = 0) => ({ logprob: Math.log(p), rank, entropy: bits * Math.LN2, logZ: 0 });

test('probability: likelier is a lower step', () => {
  expect([0.95, 0.6, 0.3, 0.1, 0.02, 0.001].map(p => tintStep(stats(p), 'probability'))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(tintStep(stats(1), 'probability')).toBe(0);
  expect(tintStep(stats(0), 'probability')).toBe(5);
});

test('rank and bits', () => {
  expect([1, 2, 5, 10, 100, 101].map(rank => tintStep(stats(0.1, rank), 'rank'))).toEqual([0, 1, 2, 3, 4, 5]);
  expect([0.2, 0.8, 1.5, 2.5, 4, 9].map(bits => tintStep(stats(0.1, 1, bits), 'entropy'))).toEqual([0, 1, 2, 3, 4, 5]);
  expect([1, 0.6, 0.3, 0.1, 0.01, 0.001].map(p => tintStep(stats(p), 'surprisal'))).toEqual([0, 1, 2, 3, 4, 5]);
});

test('no numbers or no tint: nothing', () => {
  expect(tintStep(undefined, 'probability')).toBeNull();
  expect(tintStep(stats(0.5), 'none')).toBeNull();
});
