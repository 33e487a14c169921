// The steps on rows and with figures that llama.cpp and transformers test their own with.
import { describe, expect, test } from 'vitest';
import { NEUTRAL } from './controls.ts';
import type { History } from './past.ts';
import { sample } from './pipeline.ts';
import { rankRow } from './row.ts';
import { DEFAULT_SETTINGS, type SamplingSettings } from './settings.ts';

const OFF: SamplingSettings = { ...DEFAULT_SETTINGS, ...NEUTRAL };
const NO_TEXT: History = { ids: new Uint32Array(), drawn: new Uint8Array() };
/** As llama.cpp's penalties see it: every token counts. */
const textOf = (...ids: number[]): History => ({ ids: Uint32Array.from(ids), drawn: new Uint8Array(ids.length) });

/** Probabilities after sampling in the order of ids; 0 for what is cut. */
function chances(p: readonly number[], settings: Partial<SamplingSettings>, history = NO_TEXT): number[] {
  const row = rankRow(Float32Array.from(p, Math.log));
  const made = sample(row, { ...OFF, order: 'llama.cpp', ...settings }, history, []);
  return p.map((_, id) => made.pAfter(id));
}

/** Those that are not cut, normalised. */
const share = (...p: number[]): number[] => {
  const total = p.reduce((a, b) => a + b, 0);
  return p.map(each => each / total);
};

function expectNear(found: readonly number[], wanted: readonly number[], within = 1e-5): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, p] of found.entries()) expect(Math.abs(p - wanted[i]!), `${found} for ${wanted}`).toBeLessThan(within);
}

const TENTHS = [0.1, 0.2, 0.3, 0.4];
const FIFTHS = [0.2, 0.2, 0.2, 0.2, 0.2];

describe('llama.cpp', () => {
  test.each<[Partial<SamplingSettings>, number[]]>([
    [{ temperature: 1 }, TENTHS],
    [{ temperature: 0 }, [0, 0, 0, 1]],
    [{ temperature: 1, dynatemp_range: 0, dynatemp_exponent: 1 }, TENTHS],
    [{ temperature: 0, dynatemp_range: 0, dynatemp_exponent: 1 }, [0, 0, 0, 1]],
    [{ top_k: 1 }, [0, 0, 0, 1]],
    [{ top_k: 3 }, [0, 0.22222, 0.33333, 0.44444]],
    [{ top_k: 4 }, TENTHS],
    [{ top_k: 0 }, TENTHS],
    [{ top_p: 0.0001 }, [0, 0, 0, 1]],
    [{ top_p: 0.7 }, [0, 0, 0.428571, 0.571429]],
    [{ top_p: 0.8 }, [0, 0.22222, 0.33333, 0.44444]],
    [{ top_p: 1 }, TENTHS],
    [{ min_p: 0 }, TENTHS],
    [{ min_p: 0.24 }, TENTHS],
    [{ min_p: 0.26 }, [0, ...share(0.2, 0.3, 0.4)]],
    [{ min_p: 0.49 }, [0, ...share(0.2, 0.3, 0.4)]],
    [{ min_p: 0.51 }, [0, 0, ...share(0.3, 0.4)]],
    [{ min_p: 0.74 }, [0, 0, ...share(0.3, 0.4)]],
    [{ min_p: 0.76 }, [0, 0, 0, 1]],
    [{ min_p: 1 }, [0, 0, 0, 1]],
    [{ top_n_sigma: 1 }, [0, 0, 0.428571, 0.571429]],
    [{ top_n_sigma: 0 }, TENTHS],
    [{ top_n_sigma: 3 }, TENTHS],
  ])('%j', (settings, wanted) => expectNear(chances(TENTHS, settings), wanted));

  // llama.cpp looks at them before it normalises, and draws its coin below 0.99.
  test.each<[number, number[]]>([
    [0.09, [0, 0, 0, 1]],
    [0.19, [0, 0, ...share(0.2, 0.1)]],
    [0.29, [0, ...share(0.3, 0.2, 0.1)]],
    [0.39, [0.4, 0.3, 0.2, 0.1]],
  ])('xtc of threshold %d', (xtc_threshold, wanted) =>
    expectNear(
      chances([0.4, 0.3, 0.2, 0.1], { xtc_probability: 0.99, xtc_threshold }, { ...NO_TEXT, seed: 0 }),
      wanted,
    ),
  );

  test.each<[number[], number[]]>([
    [
      [0.97, 0.01, 0.01, 0.01],
      [1, 0, 0, 0],
    ],
    [
      [0.4, 0.2, 0.2, 0.2],
      [0, 1 / 3, 1 / 3, 1 / 3],
    ],
  ])('typical of %j', (p, wanted) => expectNear(chances(p, { typical_p: 0.5 }), wanted));

  // A repetition penalty of 50 lies outside the bounds of this page, not of the step.
  test.each<[number[], Partial<SamplingSettings>, number[]]>([
    [[0], { repetition_penalty: 50 }, [0, 0.25, 0.25, 0.25, 0.25]],
    [[0, 1, 2], { repetition_penalty: 50 }, [0, 0, 0, 0.5, 0.5]],
    [[0, 1, 2, 0, 0], { repetition_penalty: 50 }, [0, 0, 0, 0.5, 0.5]],
    [[0], { frequency_penalty: 5, presence_penalty: 5 }, [0.000011, 0.249997, 0.249997, 0.249997, 0.249997]],
    [[0, 1, 2], { frequency_penalty: 5, presence_penalty: 5 }, [0.000023, 0.000023, 0.000023, 0.499966, 0.499966]],
    [[0, 1, 2, 0, 0], { frequency_penalty: 5, presence_penalty: 5 }, [0, 0.000023, 0.000023, 0.499977, 0.499977]],
  ])('penalties after %j: %j', (ids, settings, wanted) => {
    const all = { repeat_last_n: ids.length, penalties_count: 'all' as const };
    expectNear(chances(FIFTHS, { ...settings, ...all }, textOf(...ids)), wanted);
  });

  test.each<[number[], number[], Partial<SamplingSettings>, number[]]>([
    [[0.25, 0.25, 0.25, 0.25], [0, 1], { dry_penalty_last_n: 4 }, [0.25, 0.25, 0.25, 0.25]],
    [[0.25, 0.25, 0.25, 0.25], [0, 1, 2, 0, 1], { dry_penalty_last_n: 5 }, [0.296923, 0.296923, 0.109232, 0.296923]],
    [FIFTHS, [0, 1, 3, 4, 0, 1], { dry_penalty_last_n: 6, dry_sequence_breakers: ['d'] }, FIFTHS],
    [
      FIFTHS,
      [0, 1, 2, 0, 1],
      { dry_multiplier: 2, dry_penalty_last_n: 5 },
      [0.241818, 0.241818, 0.032727, 0.241818, 0.241818],
    ],
    [FIFTHS, [0, 1, 2, 3, 4, 0, 1], { dry_allowed_length: 4, dry_penalty_last_n: 7 }, FIFTHS],
  ])('dry of %j after %j: %j', (p, ids, settings, wanted) => {
    const text = { ...textOf(...ids), bytesOf: (id: number) => new TextEncoder().encode('abcde'[id] ?? '') };
    expectNear(chances(p, { dry_multiplier: 1, dry_base: 1.1, dry_allowed_length: 2, ...settings }, text), wanted);
  });
});

describe('transformers', () => {
  test.each<[Partial<SamplingSettings>, number[], number[]]>([
    [{ epsilon_cutoff: 0.1 }, [0.87, 0.099, 0.001, 0.03], [0.87, 0, 0, 0]],
    [{ epsilon_cutoff: 0.1 }, [0.4, 0.299, 0.101, 0.2], [0.4, 0.299, 0.101, 0.2]],
    [{ eta_cutoff: 0.0625 }, [0, 0.1, 0.8, 0.1], [0, 0.1, 0.8, 0.1]],
    [{ eta_cutoff: 0.0625 }, [0.01, 0.04, 0.9, 0.05], [0, 0, 0.9, 0]],
    [{ min_p: 0.05 }, [0.9, 0.0274, 0.047, 0.0274], [0.9, 0, 0.047, 0]],
    [{ min_p: 0.05 }, [0.15, 0.3, 0.3, 0.25], [0.15, 0.3, 0.3, 0.25]],
    [{ min_p: 0.05 }, [0.97, 0.01, 0.01, 0.01], [0.97, 0, 0, 0]],
    [{ typical_p: 0.5 }, [0.97, 0.01, 0.01, 0.01], [0.97, 0, 0, 0]],
    [{ typical_p: 0.5 }, [0.4, 0.2, 0.2, 0.2], [0, 0.2, 0.2, 0.2]],
  ])('%j of %j', (settings, p, left) => expectNear(chances(p, { order: 'transformers', ...settings }), share(...left)));

  test('on a ramp of logits the epsilon cutoff keeps three, the eta cutoff two; of a steep one the likeliest alone', () => {
    const ramp = (factor: number) => rankRow(Float32Array.from({ length: 10 }, (_, i) => (i - 5) * factor));
    const kept = (factor: number, settings: Partial<SamplingSettings>) =>
      sample(ramp(factor), { ...OFF, ...settings }, NO_TEXT, []).kept.length;
    expect([kept(1, { epsilon_cutoff: 0.05 }), kept(100, { epsilon_cutoff: 0.05 })]).toEqual([3, 1]);
    expect([kept(1, { eta_cutoff: 0.1 }), kept(100, { eta_cutoff: 0.1 })]).toEqual([2, 1]);
  });

  test.each([
    [-0.1, 0, -0.2],
    [0.1, 1, 0.05],
    [0.4, 5, 0.2],
  ])('a repetition penalty of 2 makes a logit of %d at id %i into %d', (logit, id, wanted) => {
    const logits = new Float32Array(10).fill(0.1);
    logits[id] = logit;
    const made = sample(rankRow(logits), { ...OFF, repetition_penalty: 2 }, textOf(id, 7), []);
    expect(made.logitAfter(id, 'repetition_penalty')).toBeCloseTo(wanted, 7);
  });
});
