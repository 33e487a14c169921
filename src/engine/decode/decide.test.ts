// Draws proven from a record, against `sampling/` on the whole row: every kind of row and setting, ties included. What is not proven is seen to be rare.
import { describe, expect, test } from 'vitest';
import { drawTwin } from '../../../e2e/support/draw-twin.ts';
import { LISTED, MOST_TOUCHED, readRecord, settingWords } from '../../gpu/draw-record.ts';
import { uniform } from '../../lib/rng.ts';
import { adjustLogits } from '../../sampling/adjust.ts';
import { pastOf } from '../../sampling/past.ts';
import { sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import { DEFAULT_SETTINGS, type GenerationSettings } from '../../sampling/settings.ts';
import { isNumeric } from '../../sampling/steps/step.ts';
import { logitStepsOf, STEPS, type StepName } from '../../sampling/steps.ts';
import { decide, drawsOnGpu, settingFor } from './decide.ts';
import { predictionOf } from './prediction.ts';
import { TouchedIds } from './touched.ts';

const OPEN: GenerationSettings = { ...DEFAULT_SETTINGS, temperature: 1, top_p: 1, top_k: 0, min_p: 0 };

/** Numbers in (0, 1) from a seed. */
const numbersFrom = (seed: number) => {
  let at = 0;
  return () => uniform(seed, at++, 1) + 2 ** -54;
};
const bellFrom = (next: () => number) => () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());

type RowKind = (V: number, seed: number) => Float32Array;
const ROWS: Readonly<Record<string, RowKind>> = {
  /** As a model gives them: a bell far below a few likely tokens. */
  likely: (V, seed) => {
    const next = numbersFrom(seed);
    const bell = bellFrom(next);
    const logits = Float32Array.from({ length: V }, () => bell() * 2 - 90);
    for (let i = 0; i < 12; i++) logits[Math.floor(next() * V)] = -88 + next() * 10;
    return logits;
  },
  wide: (V, seed) => Float32Array.from({ length: V }, bellFrom(numbersFrom(seed))).map(x => x * 4),
  /** Halves: many ties. */
  ties: (V, seed) => ROWS.wide!(V, seed).map(x => Math.round(x * 2) / 2),
  flat: V => new Float32Array(V).fill(-3.5),
  zeros: (V, seed) => ROWS.wide!(V, seed).map(x => (x < 4 ? (x < 0 ? -0 : 0) : 4)),
  peaked: (V, seed) => ROWS.wide!(V, seed).map((x, id) => (id === seed % V ? 60 : x)),
  'mostly ruled out': (V, seed) => ROWS.wide!(V, seed).map((x, id) => (id % 7 === seed % 7 ? x : -Infinity)),
  'in the order of ids': V => Float32Array.from({ length: V }, (_, id) => -id / 50),
};

const SETTINGS: Readonly<Record<string, Partial<GenerationSettings>>> = {
  greedy: { temperature: 0 },
  'as it starts': { temperature: 0.8, top_p: 0.95 },
  'nothing cut': {},
  'cold, nothing cut': { temperature: 0.3 },
  'hot, nothing cut': { temperature: 1.7 },
  'top-k': { top_k: 40 },
  'top-k of one': { top_k: 1, temperature: 3 },
  'top-k past the list': { top_k: LISTED + 1 },
  'top-k, top-p': { temperature: 0.7, top_k: 50, top_p: 0.9 },
  'min-p': { min_p: 0.05 },
  'all of them': { temperature: 1.2, top_k: 100, top_p: 0.98, min_p: 0.01 },
  'all of them, temperature last': { order: 'llama.cpp', temperature: 1.2, top_k: 100, top_p: 0.98, min_p: 0.01 },
  'temperature last': { order: 'llama.cpp', temperature: 0.6, top_p: 0.9 },
  'a narrow nucleus': { top_p: 0.0001 },
  'typical-p': { temperature: 0.9, top_p: 0.95, typical_p: 0.6 },
  'typical-p alone': { typical_p: 0.4 },
  'typical-p and top-k': { temperature: 1.3, top_k: 80, typical_p: 0.9 },
  'the least temperature': { temperature: 0.001, top_p: 0.5 },
};

const LOGIT_STEPS = logitStepsOf<StepName>(STEPS);

/** A text, its last token drawn by the step before if `follows`. */
interface Text {
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly drawn: Uint8Array<ArrayBuffer>;
  readonly follows: boolean;
}
const NO_TEXT: Text = { ids: new Uint32Array(), drawn: new Uint8Array(), follows: false };

/** The draw of the whole row, and what the record proves of it. */
function both(logits: Float32Array, settings: GenerationSettings, u: number, error = 0, text = NO_TEXT) {
  const V = logits.length;
  const ends = settings.end_of_text === 'never' ? [0, 1] : [];
  const table = new TouchedIds(settings, ends, V);
  const known = text.ids.length - (text.follows ? 1 : 0);
  const touched = table.count({ ids: text.ids.subarray(0, known), drawn: text.drawn.subarray(0, known) });
  const setting = settingFor(settings, u, table.change(text.follows));
  const twin = setting.change ? { touched: touched?.words ?? new Uint32Array(), pending: text.ids[known] ?? 0 } : null;
  const record = readRecord(drawTwin(logits, settingWords(setting, V), error, twin));
  const row = rankRow(logits);
  return {
    exact: predictionOf(row, sample(row, settings, text, ends), u),
    proven: decide(record, setting, V, logitOf =>
      adjustLogits(logitOf, LOGIT_STEPS, settings, pastOf(text, settings, ends)),
    ),
    record,
  };
}

function expectSame({ exact, proven }: ReturnType<typeof both>, within = 1e-5): void {
  if (proven === null) return;
  expect(proven.id).toBe(exact.id);
  expect(proven.logit).toBe(exact.logit);
  expect(proven.rank).toBe(exact.rank);
  expect(proven.topIds).toEqual(exact.topIds);
  expect(proven.topLogits).toEqual(exact.topLogits);
  for (const key of ['logZ', 'entropy', 'pAfter'] as const)
    expect(Math.abs(proven[key] - exact[key]), key).toBeLessThan(within);
}

describe.each(Object.keys(ROWS))('rows: %s', kind => {
  test.each(Object.keys(SETTINGS))('%s', name => {
    const settings = { ...OPEN, ...SETTINGS[name] };
    for (const [i, V] of [1, 24, 25, 101, LISTED, 1_000, 3_001].entries()) {
      const logits = ROWS[kind]!(V, i);
      if (logits.every(l => l === -Infinity)) continue;
      // As far off as the kernels may be.
      for (const error of [-(2 ** -17), 2 ** -17])
        for (const u of [0, uniform(i, 0, 0), 1 - 2 ** -53]) expectSame(both(logits, settings, u, error));
    }
  });
});

test('u just beside every border draws as the whole row does', () => {
  const logits = ROWS.likely!(1_000, 4);
  for (const settings of [OPEN, { ...OPEN, top_p: 0.9 }, { ...OPEN, top_k: 30, temperature: 0.7 }]) {
    const row = rankRow(logits);
    const distribution = sample(row, settings, NO_TEXT, []);
    let border = 0;
    for (const id of distribution.kept.slice(0, 150).sort()) {
      border += distribution.pAfter(id);
      for (const step of [-1e-5, -1e-7, -1e-9, 0, 1e-9, 1e-7, 1e-5])
        expectSame(
          both(logits, settings, Math.min(1 - 2 ** -53, Math.max(0, border + step)), Math.sign(step) * 2 ** -17),
        );
    }
  }
});

test('usual rows and settings are proven, and guessed by the GPU', () => {
  const counts = { proven: 0, guessed: 0, all: 0 };
  for (const name of [
    'greedy',
    'as it starts',
    'nothing cut',
    'top-k, top-p',
    'min-p',
    'all of them, temperature last',
  ]) {
    const settings = { ...OPEN, ...SETTINGS[name] };
    for (let seed = 1; seed <= 40; seed++) {
      const { exact, proven, record } = both(ROWS.likely!(2_048, seed), settings, uniform(seed, 7, 0));
      counts.all++;
      if (proven !== null) counts.proven++;
      if (record.guess === exact.id) counts.guessed++;
    }
  }
  expect(counts.proven).toBeGreaterThan(0.97 * counts.all);
  expect(counts.guessed).toBeGreaterThan(0.97 * counts.all);
});

test('a nucleus past the list is proven, where half of the mass is on few ids and where all of it is on many', () => {
  const tails: readonly RowKind[] = [
    (V, seed) => {
      const bell = bellFrom(numbersFrom(seed));
      return Float32Array.from({ length: V }, (_, id) => (id % 2_000 === 7 ? -81 + bell() : bell() * 1.3 - 90));
    },
    (V, seed) => Float32Array.from({ length: V }, bellFrom(numbersFrom(seed))).map(x => x * 2),
  ];
  for (const tail of tails) {
    const counts = { all: 0, proven: 0, guessed: 0 };
    for (const [temperature, top_p] of [
      [1, 0.9],
      [1.2, 0.95],
      [1, 0.999],
      [1, 1],
    ] as const)
      for (let seed = 1; seed <= 12; seed++) {
        const pair = both(tail(20_000, seed), { ...OPEN, temperature, top_p }, uniform(seed, 1, 0));
        expect(pair.record.past || pair.record.whole).toBe(true);
        expectSame(pair, 2e-6);
        counts.all++;
        if (pair.proven) counts.proven++;
        if (pair.record.guess === pair.exact.id) counts.guessed++;
      }
    expect(counts.proven).toBeGreaterThan(0.9 * counts.all);
    expect(counts.guessed).toBeGreaterThan(0.95 * counts.all);
  }
});

test('u just beside every border of a nucleus past the list draws as the whole row does', () => {
  const logits = Float32Array.from({ length: 1_500 }, bellFrom(numbersFrom(9)));
  for (const settings of [OPEN, { ...OPEN, top_p: 0.9 }]) {
    const distribution = sample(rankRow(logits), settings, NO_TEXT, []);
    let [border, proven, near] = [0, 0, 0];
    for (const id of distribution.kept.slice().sort().subarray(0, 120)) {
      border += distribution.pAfter(id);
      for (const step of [-1e-5, -1e-6, -1e-8, 0, 1e-8, 1e-6, 1e-5]) {
        const pair = both(logits, settings, border + step);
        expect(pair.record.whole || pair.record.past).toBe(true);
        expectSame(pair);
        if (Math.abs(step) <= 1e-8) near += pair.proven ? 1 : 0;
        else proven += pair.proven ? 1 : 0;
      }
    }
    // As near as shares are to weights nothing is proven; a millionth is far enough.
    expect(near).toBe(0);
    expect(proven).toBeGreaterThan(400);
  }
});

test('what is the same in f32 alone proves nothing: a nucleus of nearly all, temperatures that are nearly one', () => {
  const logits = Float32Array.from({ length: 3_000 }, (_, i) => (i < 208 ? -i * 1e-4 : -20 - i * 1e-4));
  const all = sample(rankRow(logits), OPEN, NO_TEXT, []);
  const nearly = { ...OPEN, top_p: 1 - 2e-8 };
  const cut = sample(rankRow(logits), nearly, NO_TEXT, []);
  const border = (of: typeof all) =>
    Array.from({ length: 200 }, (_, id) => of.pAfter(id)).reduce((sum, p) => sum + p, 0);
  const pair = both(logits, nearly, (border(all) + border(cut)) / 2);
  expect(pair.record.whole).toBe(true);
  expectSame(pair);
  const tail = ROWS.likely!(20_000, 2).map(x => x / 3);
  const last = both(tail, { ...OPEN, order: 'llama.cpp', temperature: 1 + 2e-8, top_p: 0.9 }, 0.5);
  expect(last.record.past).toBe(true);
  expect(last.proven).toBeNull();
});

test('at the least temperature, where many logits lie in the middle of a step, what is shown is right', () => {
  const V = 20_000;
  for (const odd of [0, 1]) {
    const n = 2 * Math.floor(((0.5 - 0.001 * Math.log(V)) * 2 ** 23) / 2) + odd;
    const logits = Float32Array.from({ length: V }, (_, i) => (i === 0 ? 0.5 : (n + (i <= 250 ? 2.5 : 0.5)) / 2 ** 23));
    const pair = both(logits, { ...OPEN, temperature: 0.001 }, 0.25);
    expect(pair.record.whole).toBe(true);
    expectSame(pair, 2e-6);
  }
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a row with %s is never proven', bad => {
  const logits = ROWS.wide!(2_000, 1);
  logits[1_234] = bad;
  const setting = settingFor(OPEN, 0.5, null);
  const record = readRecord(drawTwin(logits, settingWords(setting, 2_000)));
  expect(decide(record, setting, 2_000, () => expect.unreachable())).toBeNull();
});

const CHANGES: Readonly<Record<string, Partial<GenerationSettings>>> = {
  'repetition penalty': { repetition_penalty: 1.3 },
  'repetition penalty below 1': { repetition_penalty: 0.8 },
  'frequency penalty': { frequency_penalty: 0.7 },
  'presence penalty that raises': { presence_penalty: -2 },
  'all penalties': { repetition_penalty: 1.1, frequency_penalty: 0.4, presence_penalty: 0.9 },
  'bias up and down': {
    logit_bias: [
      { id: 3, bias: 9 },
      { id: 5, bias: -7.5 },
      { id: 3, bias: 1 },
      { id: 9_999, bias: 4 },
    ],
  },
  'a ban': { logit_bias: [{ id: 2, bias: -100 }] },
  'never the end': { end_of_text: 'never' },
  'everything at once': {
    repetition_penalty: 1.2,
    presence_penalty: 0.5,
    logit_bias: [{ id: 7, bias: 5 }],
    end_of_text: 'never',
  },
};

describe.each(Object.keys(CHANGES))('%s', name => {
  test.each(['likely', 'ties', 'peaked', 'mostly ruled out', 'wide'])('rows: %s', kind => {
    let proven = 0;
    for (const part of [
      { temperature: 0 },
      { temperature: 0.8, top_p: 0.95 },
      { top_k: 40 },
      { order: 'llama.cpp' as const, temperature: 0.7, min_p: 0.02 },
    ]) {
      const settings = { ...OPEN, ...part, ...CHANGES[name] };
      for (const [i, V] of [12, 101, 1_000, 2_048].entries()) {
        const logits = ROWS[kind]!(V, i + 1);
        const likely = rankRow(logits).order;
        for (const follows of [false, true]) {
          // Likely ids, some of them twice, one that is hardly likely, and the first ones.
          const ids = Uint32Array.from([
            ...likely.subarray(0, 9),
            ...likely.subarray(0, 4),
            likely[V - 3]!,
            0,
            1,
            2,
            likely[1]!,
          ]);
          const text = { ids, drawn: Uint8Array.from(ids, (_, at) => (at < 5 ? 0 : 1)), follows };
          for (const error of [-(2 ** -17), 2 ** -17]) {
            const pair = both(logits, settings, uniform(i, V, 0), error, text);
            if (pair.proven) proven++;
            expectSame(pair);
          }
        }
      }
    }
    if (kind === 'likely' || kind === 'peaked') expect(proven).toBeGreaterThan(40);
  });
});

test('a text of more ids than the table holds is known', () => {
  const table = new TouchedIds({ ...OPEN, repetition_penalty: 1.1 }, [], 10_000);
  const ids = Uint32Array.from({ length: MOST_TOUCHED + 1 }, (_, id) => id);
  expect(table.count({ ids: ids.subarray(1), drawn: new Uint8Array(MOST_TOUCHED) })).toMatchObject({ from: 0 });
  expect(table.tooMany).toBe(false);
  const [last, more] = [Uint32Array.of(...ids.subarray(1), 5), Uint32Array.of(...ids.subarray(1), 5, 0)];
  // One entry is written anew where its id has come again.
  expect(table.count({ ids: last, drawn: new Uint8Array(last.length) })).toEqual({
    from: 4,
    words: Uint32Array.of(5, 2, 0, 0),
  });
  expect(table.count({ ids: last, drawn: new Uint8Array(last.length) })).toBeNull();
  table.count({ ids: more, drawn: new Uint8Array(more.length) });
  expect(table.tooMany).toBe(true);
});

test('settings that the GPU lacks are known', () => {
  expect(drawsOnGpu({ ...DEFAULT_SETTINGS, ...CHANGES['everything at once'] })).toBe(true);
  expect(drawsOnGpu({ ...DEFAULT_SETTINGS, typical_p: 0.9 })).toBe(true);
  expect(drawsOnGpu({ ...DEFAULT_SETTINGS, order: 'llama.cpp', typical_p: 0.9 })).toBe(false);
});

describe('what the GPU draws by', () => {
  const on = (settings: Partial<GenerationSettings>) => drawsOnGpu({ ...OPEN, ...settings });

  test('no step that its kernel does not know', () => {
    const rare = STEPS.filter(step => 'rare' in step && step.rare && isNumeric(step));
    expect(rare).toHaveLength(8);
    expect(on({ constraint: { kind: 'regex', text: 'a' } })).toBe(false);
    expect(on({ constraint: { kind: 'none', text: 'a' } })).toBe(true);
    for (const { key } of rare) expect(on({ [key]: 0.5 }), key).toBe(false);
  });

  test('no penalty over a window, or of what it does not count; a window without penalties is nothing', () => {
    expect(on({ frequency_penalty: 0.5 })).toBe(true);
    expect(on({ repeat_last_n: 64, penalties_count: 'all' })).toBe(true);
    for (const key of ['repetition_penalty', 'frequency_penalty', 'presence_penalty'])
      expect(on({ [key]: 0.5, repeat_last_n: 64 }), key).toBe(false);
    expect(on({ presence_penalty: 0.5, penalties_count: 'all' })).toBe(false);
    expect(on({ repetition_penalty: 1.5, penalties_count: 'all' })).toBe(true);
  });
});
