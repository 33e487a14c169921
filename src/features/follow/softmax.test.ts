// The softmax in numbers: it agrees with its definition, and loses nothing.
import { expect, test } from 'vitest';
import { rankRow } from '../../sampling/row.ts';
import { logitBins, softmaxOf } from './softmax.ts';

const LOGITS = Float32Array.of(1, -2, 3.5, 0, 3, Number.NEGATIVE_INFINITY);

test('max, sum, logZ and probabilities', () => {
  const { max, sum, logZ, lines, rest } = softmaxOf(rankRow(LOGITS), 2, 1);
  const exponentials = Array.from(LOGITS, logit => Math.exp(logit - 3.5));
  const total = exponentials.reduce((a, b) => a + b, 0);
  expect(max).toBe(3.5);
  expect(sum).toBeCloseTo(total, 6);
  expect(logZ).toBeCloseTo(3.5 + Math.log(total), 6);
  expect(lines.map(({ id, rank }) => [id, rank])).toEqual([
    [2, 1],
    [4, 2],
    [1, 5],
  ]);
  expect(lines[1]?.probability).toBeCloseTo(Math.exp(-0.5) / total, 6);
  expect(lines[1]?.exponential).toBeCloseTo(Math.exp(-0.5), 6);
  expect(rest.count).toBe(3);
  const listed = lines.reduce((all, line) => all + line.probability, 0);
  expect(listed + rest.probability).toBeCloseTo(1, 6);
});

test('a token that is among the likeliest is not listed twice', () => {
  expect(softmaxOf(rankRow(LOGITS), 3, 4).lines.map(({ id }) => id)).toEqual([2, 4, 0]);
});

test('bins hold every finite logit', () => {
  const { from, to, counts } = logitBins(rankRow(LOGITS), 11);
  expect([from, to]).toEqual([-2, 3.5]);
  expect(counts).toEqual([1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 2]);
  expect(logitBins(rankRow(Float32Array.of(2, 2)), 4).counts.reduce((a, b) => a + b)).toBe(2);
});
