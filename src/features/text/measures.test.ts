// Numbers of a whole text against their definitions.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DocumentToken } from '../../stores/document/types.ts';
import { measure } from './measures.ts';

interface Made {
  readonly p?: number;
  readonly text?: string;
  readonly origin?: DocumentToken['origin'];
  readonly rank?: number;
  readonly special?: boolean;
}

function made({ p, text = 'ab', origin = 'typed', rank = 1, special = false }: Made): DocumentToken {
  const bare = { id: 1, bytes: new TextEncoder().encode(text), special, origin };
  return p === undefined ? bare : { ...bare, stats: { logprob: Math.log(p), rank, entropy: Math.LN2, logZ: 0 } };
}

test('a text of known probabilities', () => {
  const tokens = [{}, { p: 0.5 }, { p: 0.25, text: 'cdef', rank: 3 }].map(made);
  const found = measure(tokens, 'all');
  expect(found).toMatchObject({ scored: 2, missing: 0, bytes: 6, first: 1, specials: 0 });
  expect(found.logprob).toBeCloseTo(Math.log(1 / 8), 12);
  expect(Math.exp(found.nll)).toBeCloseTo(Math.sqrt(8), 12);
  expect(found.nll / Math.LN2).toBeCloseTo(1.5, 12);
  expect(found.bitsPerByte).toBeCloseTo(3 / 6, 12);
  expect(found.entropy / Math.LN2).toBeCloseTo(1, 12);
});

test('the first token never counts, scored or not', () => {
  expect(measure([made({ p: 0.001 }), made({ p: 0.5 })], 'all').logprob).toBeCloseTo(Math.log(0.5), 12);
  expect(measure([made({})], 'all')).toMatchObject({ scored: 0, missing: 0, nll: Number.NaN, bitsPerByte: Number.NaN });
  expect(measure([], 'all').scored).toBe(0);
});

test('a range counts its own tokens; a chosen one belongs to the whole alone', () => {
  const tokens = [
    {},
    { p: 0.5 },
    { p: 0.25, origin: 'drawn' },
    { p: 0.125, origin: 'chosen' },
    { origin: 'drawn' },
  ] as const;
  const of = (range: 'all' | 'typed' | 'drawn') => measure(tokens.map(made), range);
  expect(of('all')).toMatchObject({ scored: 3, missing: 1 });
  expect(of('typed')).toMatchObject({ scored: 1, missing: 0 });
  expect(of('drawn')).toMatchObject({ scored: 1, missing: 1 });
  expect(of('drawn').logprob).toBeCloseTo(Math.log(0.25), 12);
});

test('special tokens are no text: they count in everything but bits per byte', () => {
  const tokens = [{}, { p: 0.5, text: 'abcd' }, { p: 2 ** -10, text: '<|end|>', special: true }].map(made);
  const found = measure(tokens, 'all');
  expect(found).toMatchObject({ scored: 2, specials: 1, bytes: 4 });
  expect(found.bitsPerByte).toBeCloseTo(1 / 4, 12);
  expect(found.logprob / Math.LN2).toBeCloseTo(-11, 12);
});

test('bytes count, not characters', () => {
  expect(measure([made({}), made({ p: 0.5, text: '😀' })], 'all').bitsPerByte).toBeCloseTo(1 / 4, 12);
});

test('perplexity lies between the best and the worst token', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1 }), ps => {
      const { nll } = measure([made({}), ...ps.map(p => made({ p }))], 'all');
      expect(Math.exp(nll)).toBeGreaterThanOrEqual((1 / Math.max(...ps)) * (1 - 1e-9));
      expect(Math.exp(nll)).toBeLessThanOrEqual((1 / Math.min(...ps)) * (1 + 1e-9));
    }),
  );
});

test('pairs of neighbours are told apart within a range, not across its gaps', () => {
  const of = (ids: string, origins: string) =>
    [...ids].map((id, i) => ({
      ...made({}),
      id: Number(id),
      origin: origins[i] === 't' ? ('typed' as const) : ('drawn' as const),
    }));
  const tokens = of('1212312', 'ttddtdd');
  expect(measure(tokens, 'all').distinctPairs).toBe(4 / 6);
  expect(measure(tokens, 'typed').distinctPairs).toBe(1);
  expect(measure(tokens, 'drawn').distinctPairs).toBe(1 / 2);
  expect(measure(tokens.slice(0, 1), 'all').distinctPairs).toBeNaN();
});
