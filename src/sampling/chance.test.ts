// Steps that hang on more than the row: coins by seed and position, mirostat's bound by what was drawn, and what all steps keep to.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { uniform } from '../lib/rng.ts';
import { NEUTRAL, SHAPE } from './controls.ts';
import { draw } from './draw.ts';
import { movesBound } from './mirostat.ts';
import type { History } from './past.ts';
import { sample } from './pipeline.ts';
import { rankRow } from './row.ts';
import { DEFAULT_SETTINGS, type SamplingSettings } from './settings.ts';
import { STEPS, stepsInOrder } from './steps.ts';

const OFF: SamplingSettings = { ...DEFAULT_SETTINGS, ...NEUTRAL };
const ROW = rankRow(Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log));
const textOf = (length: number, seed?: number, pAfter?: readonly number[]): History => ({
  ids: new Uint32Array(length),
  drawn: new Uint8Array(length),
  ...(seed === undefined ? {} : { seed }),
  ...(pAfter === undefined ? {} : { pAfter: Float64Array.from(pAfter) }),
});

describe('xtc', () => {
  const settings = { ...OFF, xtc_probability: 0.4 };
  const cuts = (text: History): boolean => sample(ROW, settings, text, []).kept.length < 4;

  test('its coin is of seed and position alone, falls as often as it should, and is not that of the draw', () => {
    const falls = Array.from({ length: 2000 }, (_, at) => cuts(textOf(at % 40, Math.floor(at / 40))));
    expect(falls.filter(Boolean).length / 2000).toBeCloseTo(0.4, 1);
    expect(falls).toEqual(Array.from({ length: 2000 }, (_, at) => uniform(Math.floor(at / 40), at % 40, 0, 1) < 0.4));
    const draws = Array.from({ length: 2000 }, (_, at) => uniform(Math.floor(at / 40), at % 40, 0) < 0.4);
    expect(falls.filter((fall, at) => fall === draws[at]).length / 2000).toBeCloseTo(0.4 * 0.4 + 0.6 * 0.6, 1);
  });

  test('says how the coin fell, or that none has', () => {
    const told = (seed?: number) =>
      sample(ROW, settings, textOf(3, seed), []).steps.find(({ name }) => name === 'xtc_probability')?.told;
    expect(told(5)).toBe(`threshold 0.1; coin ${uniform(5, 3, 0, 1).toFixed(3)}, not below 0.4, so nothing is cut`);
    expect(told()).toBe('threshold 0.1; no coin has fallen yet, shown as if it cut');
    expect(cuts(textOf(3))).toBe(true);
  });
});

describe('mirostat', () => {
  const settings = { ...OFF, mirostat_tau: 1.2, mirostat_eta: 0.3 };
  const bound = (pAfter: readonly number[]): number => {
    const step = sample(ROW, settings, textOf(pAfter.length, 1, pAfter), []).steps.at(-1);
    return Number(/[-\d.]+/.exec(step?.told ?? '')?.[0]);
  };

  test('the bound begins at twice the target and follows what was drawn', () => {
    expect(bound([])).toBe(2.4);
    expect(bound([Number.NaN, Number.NaN])).toBe(2.4);
    // 3 bits are 1.8 too many, and take 0.54 off.
    expect(bound([1 / 8])).toBe(1.86);
    expect(bound([1 / 8, Number.NaN, 1])).toBe(2.22);
    expect([...sample(ROW, settings, textOf(2, 1, [1 / 8, 1 / 8]), []).kept]).toEqual([0]);
    expect([...sample(ROW, settings, textOf(0), []).kept]).toEqual([0, 1, 2]);
  });

  test('a text of many draws comes to be as surprising as it should', () => {
    const row = rankRow(Float32Array.from({ length: 400 }, (_, id) => -Math.log(id + 1)));
    const pAfter: number[] = [];
    const aim = { ...OFF, mirostat_tau: 4, mirostat_eta: 0.1 };
    for (let at = 0; at < 600; at++) {
      const made = sample(row, aim, textOf(at, 9, pAfter), []);
      pAfter.push(draw(made, uniform(9, at, 0)).pAfter);
    }
    const surprise = pAfter.slice(100).reduce((sum, p) => sum - Math.log2(p), 0) / 500;
    expect(surprise).toBeCloseTo(4, 1);
  });

  test('draws with other settings do not move it', () => {
    const of = (mirostat_tau: number, mirostat_eta: number) => ({ mirostat_tau, mirostat_eta });
    expect(movesBound(of(5, 0.1), of(5, 0.1))).toBe(true);
    expect(movesBound(of(5, 0.2), of(5, 0.1))).toBe(false);
    expect(movesBound(of(4, 0.1), of(5, 0.1))).toBe(false);
    expect(movesBound(of(0, 0.1), of(0, 0.1))).toBe(false);
  });
});

test('dynamic temperature: colder where the model is sure, hotter where it is not, and told', () => {
  const told = (row: typeof ROW, exponent: number): number => {
    const settings = { ...OFF, temperature: 1, dynatemp_range: 0.5, dynatemp_exponent: exponent };
    const { steps } = sample(row, settings, textOf(0), []);
    return Number(steps.find(({ name }) => name === 'dynatemp_range')?.told.replace('temperature ', ''));
  };
  const share = 1.2798542258336676 / Math.log(4); // the entropy of 0.4, 0.3, 0.2, 0.1 of the most
  expect(told(ROW, 1)).toBeCloseTo(0.5 + share, 3);
  expect(told(ROW, 2)).toBeCloseTo(0.5 + share ** 2, 3);
  expect(told(rankRow(new Float32Array(9)), 1)).toBe(1.5);
  expect(told(rankRow(Float32Array.from([90, 0, 0])), 1)).toBe(0.5);
});

describe('every step, at any value', () => {
  const rows = fc
    .array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -20, max: 20 }), { minLength: 1, maxLength: 60 })
    .map(values => rankRow(Float32Array.from(values)));
  const negative = Float32Array.from({ length: 60 }, (_, id) => Math.sin(id) * 4);
  const text: History = {
    ...textOf(12, 3),
    negative,
    ids: Uint32Array.from('010201020102', Number),
    bytesOf: () => undefined,
  };

  test.each(SHAPE.map(({ key }) => key))(
    '%s: off it changes nothing; on, one token is left and the sum is one',
    key => {
      const control = SHAPE.find(each => each.key === key)!;
      const { min, max } = control.bounds;
      const values = fc.oneof(fc.constantFrom(min, max), fc.double({ min, max, noNaN: true }).map(control.clamp));
      fc.assert(
        fc.property(rows, values, fc.constantFrom('transformers', 'llama.cpp'), (row, value, order) => {
          const off = sample(row, { ...OFF, order }, text, []);
          expect([...off.kept]).toEqual([...row.finite.ids]);
          const on = sample(row, { ...OFF, order, [key]: value }, text, []);
          expect(on.kept.length).toBeGreaterThan(0);
          const total = Array.from(row.logits, (_, id) => on.pAfter(id)).reduce((a, b) => a + b, 0);
          expect(Math.abs(total - 1)).toBeLessThan(1e-12);
          expect(on.steps.filter(({ active }) => active).map(({ name }) => name)).toEqual(
            value === control.off ? [] : [key],
          );
        }),
        { numRuns: 60 },
      );
    },
  );

  test('guidance comes first, then the steps on logits, in both orders the same', () => {
    const logits = (order: 'transformers' | 'llama.cpp') =>
      stepsInOrder(order)
        .slice(0, 1 + STEPS.filter(({ kind }) => kind === 'logit').length)
        .map(({ key, kind }) => [key, kind]);
    expect(logits('transformers')).toEqual(logits('llama.cpp'));
    expect(logits('transformers')[0]).toEqual(['guidance_scale', 'row']);
    expect(
      logits('transformers')
        .slice(1)
        .every(([, kind]) => kind === 'logit'),
    ).toBe(true);
  });
});
