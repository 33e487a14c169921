// What the list says adds up: shown and tail are the whole, before and after sampling.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { rankedOfRow, rankedOfTop } from '../shared/ranked.ts';
import { candidateOf, largestOf, tailOf } from './candidates.ts';
import { sameShape } from './steps.ts';

const NO_HISTORY = { ids: new Uint32Array(), drawn: new Uint8Array() };
const logits = fc
  .array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: 3, maxLength: 60 })
  .map(values => Float32Array.from(values));

describe('tailOf', () => {
  test('shown and tail make 1', () => {
    fc.assert(
      fc.property(logits, fc.nat(70), fc.double({ min: 0.1, max: 1, noNaN: true }), (values, shown, top_p) => {
        const row = rankRow(values);
        const now = sample(row, { ...DEFAULT_SETTINGS, top_p }, NO_HISTORY, []);
        const ranked = rankedOfRow(row);
        const tail = tailOf(ranked, shown, null, now);
        const head = Array.from(row.order.subarray(0, shown), id => candidateOf(id, ranked, null, now));
        expect(tail.count).toBe(Math.max(0, values.length - shown));
        expect(tail.before + head.reduce((sum, c) => sum + c.before, 0)).toBeCloseTo(1, 9);
        expect((tail.now ?? 0) + head.reduce((sum, c) => sum + (c.now?.p ?? 0), 0)).toBeCloseTo(1, 9);
        expect(tail.drawn).toBeNull();
      }),
    );
  });

  test('the likeliest few say the same as the whole row', () => {
    fc.assert(
      fc.property(logits, values => {
        const row = rankRow(values);
        const count = Math.min(3, values.length);
        const ids = row.order.slice(0, count);
        const top = { ids, logits: Float32Array.from(ids, id => values[id] ?? 0) };
        const few = rankedOfTop(top, row.logZ, values.length);
        const all = rankedOfRow(row);
        for (const id of ids) {
          expect(few.rankOf(id)).toBe(all.rankOf(id));
          expect(few.before(id)).toBeCloseTo(all.before(id), 12);
        }
        expect(tailOf(few, 2, null, null).before).toBeCloseTo(tailOf(all, 2, null, null).before, 9);
      }),
    );
  });
});

test('the largest probability of a place is that of one of its candidates', () => {
  fc.assert(
    fc.property(logits, fc.double({ min: 0.1, max: 2, noNaN: true }), (values, temperature) => {
      const row = rankRow(values);
      const now = sample(row, { ...DEFAULT_SETTINGS, temperature }, NO_HISTORY, []);
      const ranked = rankedOfRow(row);
      const all = Array.from(row.order, id => candidateOf(id, ranked, null, now));
      expect(largestOf(ranked, null, null)).toBe(Math.max(...all.map(c => c.before)));
      expect(largestOf(ranked, null, now)).toBe(Math.max(...all.flatMap(c => [c.before, c.now?.p ?? 0])));
    }),
  );
});

test('a cut candidate names its step', () => {
  const row = rankRow(Float32Array.of(3, 2, 1, 0));
  const now = sample(row, { ...DEFAULT_SETTINGS, temperature: 1, top_p: 1, top_k: 2 }, NO_HISTORY, []);
  const ranked = rankedOfRow(row);
  expect(candidateOf(2, ranked, null, now)).toMatchObject({ rank: 3, now: { p: 0, cutBy: 'top_k' } });
  expect(candidateOf(0, ranked, null, now).now?.cutBy).toBeNull();
});

test('sameShape looks at what shapes a distribution and nothing else', () => {
  const a = DEFAULT_SETTINGS;
  expect(sameShape(a, { ...a, max_new_tokens: 3, stop: ['x'] })).toBe(true);
  expect(sameShape(a, { ...a, end_of_text: 'continue' })).toBe(true);
  expect(sameShape(a, { ...a, end_of_text: 'never' })).toBe(false);
  expect(sameShape(a, { ...a, temperature: 0.9 })).toBe(false);
  expect(sameShape(a, { ...a, logit_bias: [{ id: 1, bias: 2 }] })).toBe(false);
  expect(sameShape({ ...a, logit_bias: [{ id: 1, bias: 2 }] }, { ...a, logit_bias: [{ id: 1, bias: 2 }] })).toBe(true);
});
