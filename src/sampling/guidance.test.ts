// Guidance: the negative text, the row made of two, and its stage before all others.
import { describe, expect, test } from 'vitest';
import { NEUTRAL } from './controls.ts';
import { guidedLogits, negativeText } from './guidance.ts';
import { sample } from './pipeline.ts';
import { rankRow } from './row.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const logs = (...p: number[]): Float32Array<ArrayBuffer> => Float32Array.from(p, Math.log);

test('the negative prompt stands in place of what was typed before the first drawn token', () => {
  const of = (ids: number[], drawn: number[]) => [
    ...negativeText(Uint32Array.of(8, 9), { ids: Uint32Array.from(ids), drawn: Uint8Array.from(drawn) }),
  ];
  expect(of([1, 2, 3], [0, 0, 0])).toEqual([8, 9]);
  expect(of([1, 2, 3], [0, 0, 1])).toEqual([8, 9, 3]);
  // What is typed later stands in both texts.
  expect(of([1, 2, 3, 4], [0, 1, 0, 1])).toEqual([8, 9, 2, 3, 4]);
});

describe('the row', () => {
  test('is negative + scale * (own - negative), whatever either is shifted by', () => {
    const own = logs(0.4, 0.3, 0.2, 0.1).map(logit => logit + 3);
    const negative = logs(0.1, 0.2, 0.3, 0.4).map(logit => logit - 5);
    const made = guidedLogits(own, negative, 1.5);
    for (const [id, p] of [0.4, 0.3, 0.2, 0.1].entries()) {
      const q = [0.1, 0.2, 0.3, 0.4][id]!;
      expect(made[id]).toBeCloseTo(Math.log(q) + 1.5 * (Math.log(p) - Math.log(q)), 5);
    }
    expect([...guidedLogits(own, negative, 0)].map(logit => Math.exp(logit))).toEqual(
      [0.1, 0.2, 0.3, 0.4].map(p => expect.closeTo(p, 6)),
    );
  });

  test('what one of the two rules out the other decides', () => {
    const made = guidedLogits(logs(0.5, 0.5, 0), logs(1, 0, 0), 2);
    expect(made[1]).toBeCloseTo(Math.log(0.5), 6);
    expect(made[2]).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('the stage', () => {
  const row = rankRow(logs(0.4, 0.3, 0.2, 0.1));
  const settings = { ...DEFAULT_SETTINGS, ...NEUTRAL, guidance_scale: 2, logit_bias: [{ id: 0, bias: 1 }] };
  const text = { ids: new Uint32Array(), drawn: new Uint8Array() };

  test('comes first, cuts nothing, and all others work on what it made; the model keeps its own probabilities', () => {
    const made = sample(row, { ...settings, top_k: 2 }, { ...text, negative: logs(0.7, 0.1, 0.1, 0.1) }, []);
    expect(made.steps[0]).toMatchObject({ name: 'guidance_scale', active: true, removed: 0, kept: 4 });
    // 0.4^2 / 0.7, 0.3^2 / 0.1, 0.2^2 / 0.1, 0.1^2 / 0.1
    const weights = [0.16 / 0.7, 0.9, 0.4, 0.1];
    const total = weights.reduce((a, b) => a + b, 0);
    for (const [id, weight] of weights.entries())
      expect(made.probabilityAfter(id, 'guidance_scale')).toBeCloseTo(weight / total, 6);
    expect(made.rankAfter(0, 'guidance_scale')).toBe(3);
    expect([...made.kept]).toEqual([1, 0]);
    expect(made.pAfter(0)).toBeCloseTo((Math.E * weights[0]!) / (Math.E * weights[0]! + 0.9), 6);
    expect(made.pBefore(0)).toBeCloseTo(0.4, 6);
    expect(made.cutBy(3)).toBe('top_k');
  });

  test('without the negative row it does nothing', () => {
    expect(sample(row, settings, text, []).steps[0]).toMatchObject({ active: false, kept: 4 });
  });
});
