// The pipeline on rows small enough to work out by hand, and on the corners: greedy, ties, extreme logits, bans, what penalties look at.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEUTRAL } from './controls.ts';
import { type Distribution, sample } from './pipeline.ts';
import { rankRow } from './row.ts';
import { DEFAULT_SETTINGS, type SamplingSettings } from './settings.ts';

const OFF: SamplingSettings = { ...DEFAULT_SETTINGS, ...NEUTRAL, logit_bias: [], order: 'transformers' };
const EMPTY = { ids: new Uint32Array(), drawn: new Uint8Array() };

/** A row with these probabilities. */
const rowOf = (...p: number[]) => rankRow(Float32Array.from(p, Math.log));
const take = (p: number[], settings: Partial<SamplingSettings>): Distribution =>
  sample(rowOf(...p), { ...OFF, ...settings }, EMPTY, []);
const history = (...entries: [id: number, drawn: 0 | 1][]) => ({
  ids: Uint32Array.from(entries, entry => entry[0]),
  drawn: Uint8Array.from(entries, entry => entry[1]),
});

describe('by hand', () => {
  test('nothing on: nothing changes', () => {
    const d = take([0.2, 0.5, 0.3], {});
    expect([...d.kept]).toEqual([1, 2, 0]);
    for (const id of [0, 1, 2]) expect(d.pAfter(id)).toBeCloseTo(d.pBefore(id), 14);
    expect(d.steps.every(step => !step.active && step.removed === 0 && step.massRemoved === 0)).toBe(true);
  });

  test('top-p keeps the token that reaches the mass', () => {
    const d = take([0.4, 0.3, 0.2, 0.1], { top_p: 0.65 });
    expect([...d.kept]).toEqual([0, 1]);
    expect(d.pAfter(0)).toBeCloseTo(4 / 7, 6);
    expect([d.cutBy(1), d.cutBy(2), d.cutBy(3)]).toEqual([null, 'top_p', 'top_p']);
    expect(d.steps.find(step => step.name === 'top_p')).toMatchObject({ active: true, removed: 2, kept: 2 });
    expect(d.steps.find(step => step.name === 'top_p')?.massRemoved).toBeCloseTo(0.3, 6);
  });

  test('top-p on equal tokens keeps as many as reach the mass, the lower ids', () => {
    const uniform = rankRow(new Float32Array(10));
    for (let n = 1; n <= 10; n++) {
      const d = sample(uniform, { ...OFF, top_p: n / 10 }, EMPTY, []);
      expect([...d.kept]).toEqual(Array.from({ length: n }, (_, id) => id));
    }
  });

  test('top-k keeps exactly k, also among equals', () => {
    const d = sample(rankRow(Float32Array.of(1, 2, 2, 2, 0)), { ...OFF, top_k: 2 }, EMPTY, []);
    expect([...d.kept]).toEqual([1, 2]);
    expect(d.cutBy(3)).toBe('top_k');
  });

  test('min-p cuts below its share of the likeliest', () => {
    expect([...take([0.5, 0.26, 0.24], { min_p: 0.5 }).kept]).toEqual([0, 1]);
    expect([...sample(rankRow(Float32Array.of(3, 1, 3)), { ...OFF, min_p: 1 }, EMPTY, []).kept]).toEqual([0, 2]);
  });

  test('typical-p may cut the likeliest: it is too little surprising', () => {
    // Entropy 2.16 nats; the likeliest has a surprisal of 0.92, the twelve others of 3.00: they are nearer.
    const d = take([0.4, ...new Array<number>(12).fill(0.05)], { typical_p: 0.4 });
    expect(d.cutBy(0)).toBe('typical_p');
    expect(d.kept.length).toBe(12); // all are equally far, so all stay
    expect(d.pAfter(1)).toBeCloseTo(1 / 12, 6);
  });

  test('typical-p keeps a uniform row whole', () => {
    expect(sample(rankRow(new Float32Array(7).fill(-3)), { ...OFF, typical_p: 0.2 }, EMPTY, []).kept.length).toBe(7);
  });

  test('temperature before the cuts or after them: another set is kept', () => {
    const p = [0.5, 0.3, 0.15, 0.05];
    const settings = { temperature: 0.5, top_p: 0.75 };
    expect([...take(p, { ...settings, order: 'transformers' }).kept]).toEqual([0, 1]);
    expect(take(p, { ...settings, temperature: 0.3, order: 'transformers' }).kept.length).toBe(1);
    const last = take(p, { ...settings, temperature: 0.3, order: 'llama.cpp' });
    expect([...last.kept]).toEqual([0, 1]);
    expect(last.pAfter(0) / last.pAfter(1)).toBeCloseTo((5 / 3) ** (1 / 0.3), 4);
  });

  test('a later cut sees what the earlier ones left, renormalised', () => {
    // Of the two kept by top-k, 0.4 / 0.6 = 0.67 reaches 0.6 alone.
    const d = take([0.4, 0.2, 0.2, 0.2], { top_k: 2, top_p: 0.6 });
    expect([...d.kept]).toEqual([0]);
    expect(d.probabilityAfter(0, 'top_k')).toBeCloseTo(2 / 3, 6);
    expect(d.cutBy(1)).toBe('top_p');
    expect(d.cutBy(2)).toBe('top_k');
  });
});

describe('greedy', () => {
  test('temperature 0 keeps the argmax alone, of equals the lowest id, in both orders', () => {
    const logits = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(logits, fc.constantFrom('transformers', 'llama.cpp'), (values, order) => {
        const d = sample(rankRow(Float32Array.from(values)), { ...OFF, temperature: 0, order }, EMPTY, []);
        expect([...d.kept]).toEqual([values.indexOf(Math.max(...values))]);
        expect(d.pAfter(d.kept[0]!)).toBe(1);
      }),
    );
  });

  test('it is the temperature that cuts the others, with their mass', () => {
    const d = take([0.7, 0.3], { temperature: 0 });
    expect(d.cutBy(1)).toBe('temperature');
    expect(d.steps.find(step => step.name === 'temperature')?.massRemoved).toBeCloseTo(0.3, 6);
  });

  test('greedy comes after penalties', () => {
    const row = rankRow(Float32Array.of(2, 1.5));
    const d = sample(row, { ...OFF, temperature: 0, presence_penalty: 1 }, history([0, 1]), []);
    expect([...d.kept]).toEqual([1]);
  });
});

describe('penalties look only at what they should', () => {
  const row = rankRow(Float32Array.of(4, 3, -2, 1));

  test('repetition: every earlier id once, typed or drawn; divides a positive logit, multiplies a negative one', () => {
    const d = sample(row, { ...OFF, repetition_penalty: 2 }, history([0, 0], [0, 1], [0, 0], [2, 0]), []);
    expect([0, 1, 2, 3].map(id => d.logitAfter(id, 'repetition_penalty'))).toEqual([2, 3, -4, 1]);
    expect([...d.kept]).toEqual([1, 0, 3, 2]);
  });

  test('frequency: drawn and chosen ids alone, as often as they occur', () => {
    const d = sample(row, { ...OFF, frequency_penalty: 0.5 }, history([0, 1], [1, 0], [0, 1], [3, 1], [0, 0]), []);
    expect([0, 1, 2, 3].map(id => d.logitAfter(id, 'frequency_penalty'))).toEqual([3, 3, -2, 0.5]);
    expect([...d.kept]).toEqual([0, 1, 3, 2]); // 0 and 1 are equal now: the lower id first
  });

  test('presence: drawn and chosen ids alone, once; below 0 it raises', () => {
    const entries = history([0, 1], [0, 1], [1, 0], [3, 1]);
    const d = sample(row, { ...OFF, presence_penalty: -1 }, entries, []);
    expect([0, 1, 2, 3].map(id => d.logitAfter(id, 'presence_penalty'))).toEqual([5, 3, -2, 2]);
    expect(d.steps.find(step => step.name === 'presence_penalty')).toMatchObject({ active: true, removed: 0, kept: 4 });
  });

  test('the row and its order stay as they were', () => {
    const ranked = rankRow(Float32Array.of(4, 3, -2, 1));
    const copy = structuredClone(ranked);
    const settings: SamplingSettings = { ...OFF, repetition_penalty: 1.5, temperature: 0.5, top_k: 2 };
    sample(ranked, settings, history([0, 1], [2, 0]), [1]);
    expect(ranked).toEqual(copy);
  });
});

describe('bans', () => {
  test('end-of-text goes first, and the rest is renormalised', () => {
    const d = sample(rowOf(0.5, 0.25, 0.25), OFF, EMPTY, [0]);
    expect(d.cutBy(0)).toBe('end_of_text');
    expect(d.steps[1]).toMatchObject({ name: 'end_of_text', active: true, removed: 1, kept: 2 });
    expect(d.steps[1]?.massRemoved).toBeCloseTo(0.5, 6);
    expect(d.pBefore(0)).toBeCloseTo(0.5, 6);
    expect([d.pAfter(0), d.pAfter(1)]).toEqual([0, 0.5]);
  });

  test('a bias of -100 bans, one of -99 does not', () => {
    const bias = (value: number) =>
      sample(rowOf(0.5, 0.5), { ...OFF, logit_bias: [{ id: 0, bias: value }] }, EMPTY, []);
    expect(bias(-100).cutBy(0)).toBe('logit_bias');
    expect([...bias(-99).kept]).toEqual([1, 0]);
  });

  test('banning what holds nearly all mass leaves exact shares of the rest', () => {
    // The rest holds e^-800 of the mass: less than a float64 can tell from nothing.
    const d = sample(rankRow(Float32Array.of(800, 0, Math.log(3))), OFF, EMPTY, [0]);
    expect(d.probabilityAfter(1, 'end_of_text')).toBeCloseTo(0.25, 6);
    expect(d.pAfter(2)).toBeCloseTo(0.75, 6);
  });

  test('nothing left to draw is an error, not a guess', () => {
    const banned = { ...OFF, logit_bias: [{ id: 1, bias: -100 }] };
    expect(() => sample(rowOf(0.5, 0.5), banned, EMPTY, [0])).toThrow(
      expect.objectContaining({ code: 'bad_settings' }),
    );
  });

  test('ids the vocabulary lacks are passed over', () => {
    const d = sample(rowOf(0.5, 0.5), { ...OFF, logit_bias: [{ id: 9, bias: 5 }] }, history([7, 1]), [50256]);
    expect([...d.kept]).toEqual([0, 1]);
    expect([d.pBefore(9), d.pAfter(9), d.cutBy(9)]).toEqual([0, 0, null]);
  });
});

describe('extreme logits', () => {
  test.each([1e-3, 0.1, 5])('temperature %d on logits of 1e30 gives no NaN and no infinity', temperature => {
    const logits = Float32Array.of(1e30, -1e30, 1e30, 0, Number.NEGATIVE_INFINITY);
    const settings: SamplingSettings = { ...OFF, temperature, top_p: 0.99, min_p: 0.001, typical_p: 0.9 };
    const d = sample(rankRow(logits), settings, EMPTY, []);
    expect([...d.kept]).toEqual([0, 2]);
    expect([d.pAfter(0), d.pAfter(2), d.pAfter(1), d.pAfter(4)]).toEqual([0.5, 0.5, 0, 0]);
  });

  test('what the model rules out is neither kept nor cut', () => {
    const row = rankRow(Float32Array.of(1, Number.NEGATIVE_INFINITY, 0));
    const d = sample(row, { ...OFF, top_k: 3, logit_bias: [{ id: 1, bias: 50 }] }, EMPTY, []);
    expect([...d.kept]).toEqual([0, 2]);
    expect([d.cutBy(1), d.pBefore(1), d.logitAfter(1, 'logit_bias')]).toEqual([null, 0, Number.NEGATIVE_INFINITY]);
  });

  test('a vocabulary of one', () => {
    const d = sample(rankRow(Float32Array.of(-7)), { ...OFF, temperature: 0.5, top_p: 0.1, typical_p: 0.1 }, EMPTY, []);
    expect([...d.kept]).toEqual([0]);
    expect(d.pAfter(0)).toBe(1);
  });
});
