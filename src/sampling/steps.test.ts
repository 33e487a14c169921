// A new step is one record: a list with one more is read by settings, panel, pipeline and stages without another line.
import { describe, expect, test } from 'vitest';
import { neutralOf, numericOf } from './controls.ts';
import { sampleBy } from './pipeline.ts';
import { rankRow } from './row.ts';
import { settingsReader } from './settings.ts';
import { cutStep, penaltyStep } from './steps/step.ts';
import { STEPS, type StepName } from './steps.ts';
import { traceOf } from './trace.ts';

/** What a new file in `steps/` would hold: cuts the likeliest few. Between top-k and top-p of the usual order. */
const skipTop = cutStep({
  key: 'skip_top',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 8, whole: true },
  label: 'Skip-top',
  explanation: 'Cuts this many of the likeliest tokens.',
  travel: { min: 0, max: 8, step: 1 },
  unit: 'tokens',
  place: { transformers: 25, 'llama.cpp': 8 },
  apply: (slice, count) => slice.window(Math.min(slice.lo + count, slice.hi - 1), slice.hi),
});

/** And a step on logits: lowers what stands last in the text. */
const lastPenalty = penaltyStep({
  key: 'seen_penalty',
  default: 0,
  off: 0,
  bounds: { min: -2, max: 2, whole: false },
  label: 'Seen penalty',
  explanation: 'Lowers every token that occurs earlier.',
  travel: { min: -2, max: 2, step: 0.1 },
  unit: '',
  ids: past => past.seen.keys(),
  apply: (penalty, past, change) => {
    for (const id of past.seen.keys()) change(id, logit => logit - penalty);
  },
});

type Name = StepName | 'skip_top' | 'seen_penalty';
const LIST = [...STEPS, skipTop, lastPenalty] as const;
type Settings = Readonly<Record<Name, unknown>> & {
  readonly order: 'transformers' | 'llama.cpp';
  readonly max_new_tokens: number;
  readonly stop: readonly string[];
};
const reader = settingsReader<Settings>(LIST);
const EMPTY = { ids: new Uint32Array(), drawn: new Uint8Array() };
const ROW = rankRow(Float32Array.of(5, 4, 3, 2, 1));

describe('a list with two more steps', () => {
  test('its settings have their defaults, are clamped and checked', () => {
    expect(reader.defaults).toMatchObject({ skip_top: 0, seen_penalty: 0, temperature: 0.8 });
    expect(reader.clamp({ skip_top: 99, seen_penalty: -7 })).toMatchObject({ skip_top: 8, seen_penalty: -2 });
    expect(() => reader.validate({ ...reader.defaults, skip_top: 1.5 })).toThrow(
      expect.objectContaining({ code: 'bad_settings', detail: { setting: 'skip_top' } }),
    );
  });

  test('a text from before there were these steps reads with them off', () => {
    const read = reader.read({ temperature: 0.5 });
    expect(read.settings).toMatchObject({ temperature: 0.5, skip_top: 0 });
    expect(read.missing).toContain('skip_top');
    expect(read.unknown).toEqual({});
  });

  test('the panel has a control for each, and neutral turns each off', () => {
    const controls = numericOf<Name>(LIST);
    expect(controls.find(({ key }) => key === 'skip_top')).toMatchObject({ label: 'Skip-top', travel: { max: 8 } });
    expect(neutralOf(controls)).toMatchObject({ skip_top: 0, seen_penalty: 0, top_p: 1 });
  });

  test('the pipeline runs them at their place, and the stages show what they did', () => {
    const settings = { ...reader.defaults, ...neutralOf(numericOf<Name>(LIST)), skip_top: 2 };
    const made = sampleBy<Name>(LIST, ROW, settings, EMPTY, []);
    expect([...made.kept]).toEqual([2, 3, 4]);
    expect(made.cutBy(0)).toBe('skip_top');
    expect(made.steps.map(({ name }) => name)).toEqual([
      'guidance_scale',
      'end_of_text',
      'logit_bias',
      'repetition_penalty',
      'frequency_penalty',
      'presence_penalty',
      'dry_multiplier',
      'seen_penalty',
      'constraint',
      'top_n_sigma',
      'temperature',
      'dynatemp_range',
      'top_k',
      'skip_top',
      'top_p',
      'min_p',
      'typical_p',
      'epsilon_cutoff',
      'eta_cutoff',
      'xtc_probability',
      'mirostat_tau',
    ]);
    expect(made.steps.find(({ name }) => name === 'skip_top')).toMatchObject({ active: true, removed: 2, kept: 3 });
    expect(made.steps.filter(({ active }) => active)).toHaveLength(1);
    expect(traceOf<Name>(made, 1, ['top_k', 'skip_top']).map(({ fate }) => fate)).toEqual(['kept', 'kept', 'cut']);
    const llama = sampleBy<Name>(LIST, ROW, { ...settings, order: 'llama.cpp' }, EMPTY, []);
    expect(llama.steps.map(({ name }) => name).slice(10, 12)).toEqual(['skip_top', 'top_k']);
  });

  test('a step on logits moves the tokens it names', () => {
    const history = { ids: Uint32Array.of(0), drawn: Uint8Array.of(0) };
    const settings = { ...reader.defaults, ...neutralOf(numericOf<Name>(LIST)), seen_penalty: 1.5 };
    const made = sampleBy<Name>(LIST, ROW, settings, history, []);
    expect(made.logitAfter(0, 'seen_penalty')).toBe(3.5);
    expect([...made.kept]).toEqual([1, 0, 2, 3, 4]);
  });
});

test('no two steps share a name or a place', () => {
  const steps = [...STEPS];
  expect(new Set(steps.map(({ key }) => key)).size).toBe(steps.length);
  for (const order of ['transformers', 'llama.cpp'] as const) {
    const places = steps.flatMap(step => (step.kind === 'cut' ? [step.place[order]] : []));
    expect(new Set(places).size).toBe(places.length);
  }
});
