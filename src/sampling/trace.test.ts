// One token through the steps, by hand and against what the distribution says of every id.
import { describe, expect, test } from 'vitest';
import { NEUTRAL } from './controls.ts';
import { sample } from './pipeline.ts';
import { rankRow } from './row.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import type { StepName } from './steps.ts';
import { leadersOf, traceOf } from './trace.ts';

const ROW = rankRow(Float32Array.from([1, 3, 2, Number.NEGATIVE_INFINITY, 0]));
const EMPTY = { ids: new Uint32Array(), drawn: new Uint8Array() };
const SETTINGS = {
  ...DEFAULT_SETTINGS,
  ...NEUTRAL,
  temperature: 0.5,
  top_k: 2,
  logit_bias: [{ id: 4, bias: 5 }],
  order: 'transformers',
} as const;
const DISTRIBUTION = sample(ROW, SETTINGS, EMPTY, []);
const STEPS: readonly StepName[] = ['logit_bias', 'temperature', 'top_k', 'top_p'];

describe('traceOf', () => {
  test('a token that is kept: raised by its bias, divided by the temperature', () => {
    const trace = traceOf(DISTRIBUTION, 4, STEPS);
    expect(trace.map(point => [point.step, point.fate, point.logit, point.rank])).toEqual([
      [null, 'kept', 0, 4],
      ['logit_bias', 'kept', 5, 1],
      ['temperature', 'kept', 10, 1],
      ['top_k', 'kept', 10, 1],
      ['top_p', 'kept', 10, 1],
    ]);
    expect(trace[0]?.p).toBe(DISTRIBUTION.pBefore(4));
    expect(trace.at(-1)?.p).toBe(DISTRIBUTION.pAfter(4));
    expect(trace[3]?.p).toBeCloseTo(1 / (1 + Math.exp(-4)), 12);
  });

  test('a token that is cut: by one step, and gone after it', () => {
    expect(traceOf(DISTRIBUTION, 0, STEPS).map(({ fate, rank, p }) => [fate, rank, p > 0])).toEqual([
      ['kept', 3, true],
      ['kept', 4, true],
      ['kept', 4, true],
      ['cut', 0, false],
      ['gone', 0, false],
    ]);
  });

  test('a token that the model rules out is cut by nobody', () => {
    expect(new Set(traceOf(DISTRIBUTION, 3, STEPS).map(({ fate, p }) => `${fate} ${p}`))).toEqual(
      new Set(['ruled_out 0']),
    );
  });

  test('an id that is none is refused', () => {
    expect(() => traceOf(DISTRIBUTION, 5, STEPS)).toThrow(expect.objectContaining({ code: 'bad_token' }));
  });
});

test('leaders: the first before and after, and the asked ones, by rank before sampling', () => {
  expect(leadersOf(DISTRIBUTION, 1, 1, [])).toEqual([1, 4]);
  expect(leadersOf(DISTRIBUTION, 2, 0, [0, 3, 99])).toEqual([1, 2, 0, 3]);
});
