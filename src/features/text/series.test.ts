// Lines over positions: where they have values, and which.
import { expect, test } from 'vitest';
import { rankRow, rowStatistics, topOf } from '../../sampling/row.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { expectedAt, mostSurprising, pinLine, quantityOf, textLine } from './series.ts';

const V = 6;
/** Row t of a small text. */
const row = (t: number) => Float32Array.from({ length: V }, (_, id) => Math.sin(3 * t + id) * 4);
const IDS = [2, 4, 0, 1];

/** Tokens of IDS with the numbers of their rows; `bare` ones without, `drawn` ones with their candidates. */
function text(bare: readonly number[] = [], drawn: readonly number[] = []): DocumentToken[] {
  return IDS.map((id, position) => {
    const token = { id, bytes: Uint8Array.of(97), special: false, origin: 'typed' } as const;
    if (position === 0 || bare.includes(position)) return token;
    const logits = row(position - 1);
    const { logZ, entropy } = rankRow(logits);
    const { logit, rank } = rowStatistics(logits, id);
    const stats = { logprob: logit - logZ, rank, entropy, logZ };
    return drawn.includes(position) ? { ...token, origin: 'drawn', stats, top: topOf(logits, 2) } : { ...token, stats };
  });
}

const ranked = (t: number) => rankRow(row(t));
const p = (t: number, id: number) => Math.exp((row(t)[id] ?? 0) - ranked(t).logZ);
const next = { key: '', ids: Uint32Array.from(IDS), ranked: ranked(3) };

test('a line of the text has a value where there are numbers', () => {
  const line = textLine(text([2]), 'probability', 'all');
  expect(line).toHaveLength(5);
  expect([...line].map(Number.isNaN)).toEqual([true, false, true, false, true]);
  expect(line[1]).toBeCloseTo(p(0, 4), 6);
  expect([...textLine(text([], [3]), 'rank', 'drawn')].map(Number.isNaN)).toEqual([true, true, true, false, true]);
});

test('quantities agree with each other', () => {
  const { stats } = text()[1] ?? {};
  if (!stats) throw new Error('no numbers');
  expect(2 ** -quantityOf(stats, 'surprisal')).toBeCloseTo(quantityOf(stats, 'probability'), 9);
  expect(quantityOf({ ...stats, logprob: 1e-8 }, 'surprisal')).toBe(0);
  expect(quantityOf({ ...stats, entropy: Math.LN2 }, 'entropy')).toBe(1);
});

test('a pinned line is the softmax of its rows, at every place and after the end', () => {
  for (const id of [0, 3, 5]) {
    const logits = Float32Array.from(IDS, (_, t) => row(t)[id] ?? 0);
    const line = pinLine(id, text(), logits, next);
    expect(line[0]).toBeNaN();
    for (const position of [1, 2, 3, 4]) expect(line[position]).toBeCloseTo(p(position - 1, id), 6);
  }
});

test('a pinned line of the token that stands there is its own probability', () => {
  const tokens = text();
  const line = pinLine(
    IDS[2] ?? 0,
    tokens,
    Float32Array.from(IDS, (_, t) => row(t)[IDS[2] ?? 0] ?? 0),
    null,
  );
  expect(line[2]).toBeCloseTo(Math.exp(tokens[2]?.stats?.logprob ?? 0), 9);
});

test('a pinned line is unknown without rows or numbers, but for what came with a draw', () => {
  const [likeliest = 0] = ranked(2).order;
  const tokens = text([1], [3]);
  const line = pinLine(likeliest, tokens, undefined, null);
  expect([...line].map(Number.isNaN)).toEqual([true, true, true, false, true]);
  expect(line[3]).toBeCloseTo(p(2, likeliest), 6);
  expect(pinLine(ranked(2).order[5] ?? 0, tokens, undefined, null)[3]).toBeNaN();
  expect(pinLine(0, [], undefined, next)).toHaveLength(1);
});

test('the most surprising first, of equal ones the earlier', () => {
  const tokens = text();
  const found = mostSurprising(tokens, 'all', 10);
  const surprisals = found.map(position => -(tokens[position]?.stats?.logprob ?? 0));
  expect(found.toSorted()).toEqual([1, 2, 3]);
  expect(surprisals).toEqual(surprisals.toSorted((a, b) => b - a));
  expect(mostSurprising(tokens, 'all', 2)).toEqual(found.slice(0, 2));
  expect(mostSurprising(tokens, 'drawn', 2)).toEqual([]);
  const same = tokens.map(token => (token.stats ? { ...token, stats: { ...token.stats, logprob: -1 } } : token));
  expect(mostSurprising(same, 'all', 3)).toEqual([1, 2, 3]);
});

test('what was expected instead: the token itself, or what came with the draw', () => {
  const [likeliest = 0] = ranked(2).order;
  const drawn = text([], [3])[3];
  const typed = text()[3];
  if (!drawn || !typed) throw new Error('no token');
  const found = expectedAt(drawn);
  expect(found?.id).toBe(likeliest);
  expect(found?.p).toBeCloseTo(p(2, likeliest), 6);
  expect(expectedAt({ ...typed, stats: { logprob: -2, rank: 4, entropy: 0, logZ: 0 } })).toBeNull();
  expect(expectedAt({ ...typed, stats: { logprob: -0.1, rank: 1, entropy: 0, logZ: 0 } })?.id).toBe(typed.id);
});

test('a pin that a server does not show at the end has no number there', () => {
  const partial = rankRow(Float32Array.of(Number.NEGATIVE_INFINITY, Math.log(0.5), Math.log(0.3)), 0.2);
  const at = (id: number) => pinLine(id, text(), undefined, { ...next, ranked: partial }).at(-1);
  expect(at(1)).toBeCloseTo(0.5, 6);
  expect(at(0)).toBeNaN();
  expect(at(5)).toBeNaN();
  const banned = rankRow(Float32Array.of(Number.NEGATIVE_INFINITY, 1, 2));
  expect(pinLine(0, text(), undefined, { ...next, ranked: banned }).at(-1)).toBe(0);
});
