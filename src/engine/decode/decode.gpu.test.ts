// A decode that does not wait, beside one that takes every row whole: the same tokens and numbers by every setting, and no trace of a step in vain.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadGolden } from '../../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openOwnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import { ODD_CONFIG, randomModel, randomModelFile } from '../../../e2e/support/random-model.ts';
import { readBytes, readJson } from '../../../e2e/support/read-bytes.ts';
import { RECORD_WORDS } from '../../gpu/draw-record.ts';
import { NucleusError } from '../../lib/error.ts';
import { uniform } from '../../lib/rng.ts';
import { fuse } from '../../model/rewrites/fuse.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import { sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import { DEFAULT_SETTINGS, type GenerationSettings } from '../../sampling/settings.ts';
import { generate } from '../generate.ts';
import { type OpenedSession, openSession } from '../model.ts';
import { type Prediction, predictionOf } from './prediction.ts';

const FOLDER = 'public/models/nucleus-3m';
const SEED = 11;
/** No two texts share their first token, so that the cache has nothing of one for another. */
const promptOf = (name: string) => Uint32Array.from([300 + name.length * 7, 457, 270, 412]);
const PROMPT = Uint32Array.from([328, 457, 270, 412]);
const BASE: GenerationSettings = { ...DEFAULT_SETTINGS, max_new_tokens: 12, end_of_text: 'continue' };

/** A letter of its own for every id. */
const letterOf = (id: number) => String.fromCodePoint(0x4e00 + id);
const BYTES = Array.from({ length: 2_048 }, (_, id) => new TextEncoder().encode(letterOf(id)));

let model: GpuModel;
beforeAll(async () => {
  const [config, bytes] = await Promise.all([
    readJson(`${FOLDER}/config.json`),
    readBytes(`${FOLDER}/model.safetensors`),
  ]);
  // Nothing of what its steps need may have been compiled by another test.
  model = await loadOnGpu(await openOwnGpu(), config, { bytes });
});
afterAll(() => model[Symbol.dispose]());

interface Watched {
  readonly events: EngineEvent[];
  readonly ids: number[];
  /** Steps with a draw that were submitted, and those behind one that was not known yet. */
  readonly draws: number;
  readonly behind: number;
  /** Rows that came back whole. */
  readonly rows: number;
}

interface How {
  readonly on?: Pick<OpenedSession, 'session' | 'runner'>;
  readonly tokens?: Uint32Array<ArrayBuffer>;
  readonly eosIds?: readonly number[];
  /** Ids of a negative prompt. */
  readonly negative?: Uint32Array<ArrayBuffer>;
  /** Cancelled after so many tokens. */
  readonly cancelAfter?: number;
  /** The GPU draws by another u. */
  readonly aside?: boolean;
}

/** A run, and what it asked of the GPU. */
async function watch(settings: GenerationSettings, how: How = {}): Promise<Watched> {
  const { on = model, tokens = PROMPT, eosIds = [0], cancelAfter = Number.POSITIVE_INFINITY, aside = false } = how;
  const { session, runner } = on;
  const [draw, logits, step] = [runner.draw.bind(runner), runner.logits.bind(runner), runner.step.bind(runner)];
  const counts = { draws: 0, behind: 0, rows: 0 };
  runner.draw = asked => {
    counts.draws++;
    if (asked.follows) counts.behind++;
    return draw(aside ? { ...asked, setting: { ...asked.setting, u: 0 } } : asked);
  };
  runner.logits = slot => {
    counts.rows++;
    return logits(slot);
  };
  runner.step = row => {
    counts.rows++;
    return step(row);
  };
  const { negative } = how;
  const own = { run: 1, tokens, drawn: new Uint8Array(tokens.length), settings, seed: SEED };
  const input = negative ? { ...own, negative } : own;
  const controller = new AbortController();
  const events: EngineEvent[] = [];
  try {
    for await (const event of generate(session, { bytes: BYTES, eosIds }, input, controller.signal)) {
      events.push(event);
      if (events.length > cancelAfter) controller.abort(); // the first event is no token
    }
  } finally {
    for (const name of ['draw', 'logits', 'step']) Reflect.deleteProperty(runner, name);
  }
  const ids = events.flatMap(event => (event.type === 'token' ? [event.id] : []));
  return { events, ids, ...counts };
}

/** The tokens of the same run, each from its whole row. */
async function fromRows(
  settings: GenerationSettings,
  tokens: Uint32Array<ArrayBuffer>,
  count: number,
  on: Pick<OpenedSession, 'session'> = model,
  negative: Uint32Array<ArrayBuffer> | null = null,
) {
  let ids = tokens;
  const out: Prediction[] = [];
  while (out.length < count) {
    const history = {
      ids,
      drawn: Uint8Array.from(ids, (_, i) => (i < tokens.length ? 0 : 1)),
      pAfter: Float64Array.from(ids, (_, i) => out[i - tokens.length]?.pAfter ?? Number.NaN),
      seed: SEED,
      bytesOf: (id: number) => BYTES[id],
    };
    const row = rankRow(await on.session.next(ids));
    const beside = negative && (await on.session.next(Uint32Array.from([...negative, ...ids.subarray(tokens.length)])));
    const cutIds = settings.end_of_text === 'never' ? [0] : [];
    const prediction = predictionOf(
      row,
      sample(row, settings, beside ? { ...history, negative: beside } : history, cutIds),
      uniform(SEED, ids.length, 0),
    );
    out.push(prediction);
    ids = Uint32Array.from([...ids, prediction.id]);
  }
  return out;
}

function expectSame(events: readonly EngineEvent[], wanted: readonly Prediction[]): void {
  const tokens = events.flatMap(event => (event.type === 'token' ? [event] : []));
  expect(tokens.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
  for (const [i, token] of tokens.entries()) {
    for (const key of ['logit', 'rank', 'topIds', 'topLogits'] as const) expect(token[key]).toEqual(wanted[i]![key]);
    for (const key of ['logZ', 'entropy', 'pAfter'] as const)
      expect(Math.abs(token[key] - wanted[i]![key]), key).toBeLessThan(1e-5);
  }
}

const ON_GPU: Readonly<Record<string, Partial<GenerationSettings>>> = {
  greedy: { temperature: 0 },
  'as it starts': {},
  'nothing cut': { temperature: 1, top_p: 1 },
  'top-k and min-p, temperature last': { order: 'llama.cpp', temperature: 1.3, top_k: 60, top_p: 0.97, min_p: 0.01 },
  'typical-p': { typical_p: 0.7 },
  'penalties, all': { repetition_penalty: 1.3, frequency_penalty: 0.4, presence_penalty: -0.3 },
  'bias, and never the end': { logit_bias: [{ id: 300, bias: 4 }], end_of_text: 'never' },
};
const BY_ROWS: Readonly<Record<string, Partial<GenerationSettings>>> = {
  'typical-p before other cuts': { order: 'llama.cpp', typical_p: 0.7 },
  'steps that hang on the text and on a coin': {
    top_n_sigma: 2,
    xtc_probability: 0.5,
    mirostat_tau: 4,
    dry_multiplier: 0.8,
    frequency_penalty: 0.4,
    repeat_last_n: 5,
  },
};

test('what comes back for a token is under two kilobytes', () => {
  expect(4 * RECORD_WORDS).toBeLessThan(2_048);
});

describe('the same tokens as from whole rows', () => {
  test.each(Object.keys(ON_GPU))('%s: all but the first step are queued before the last draw is known', async name => {
    const settings = { ...BASE, ...ON_GPU[name] };
    const tokens = promptOf(name);
    const run = await watch(settings, { tokens });
    expect(run).toMatchObject({ draws: 12, behind: 11, rows: 0 });
    expectSame(run.events, await fromRows(settings, tokens, 12));
    // A second time all of it is in the cache: nothing is queued that is there already.
    expect(await watch(settings, { tokens })).toMatchObject({ ids: run.ids, behind: 0 });
  });

  test.each(Object.keys(BY_ROWS))('%s: rows come back whole', async name => {
    const settings = { ...BASE, ...BY_ROWS[name] };
    const tokens = promptOf(name);
    const run = await watch(settings, { tokens });
    expect(run).toMatchObject({ draws: 0, rows: 12 });
    expectSame(run.events, await fromRows(settings, tokens, 12));
  });

  test('guidance: a second text beside the real one, whose rows come back whole too', async () => {
    const settings = { ...BASE, max_new_tokens: 6, guidance_scale: 1.8 };
    const [tokens, negative] = [promptOf('guidance'), Uint32Array.of(71, 500, 23)];
    const run = await watch(settings, { tokens, negative });
    expect(run).toMatchObject({ draws: 0, rows: 12 });
    expectSame(run.events, await fromRows(settings, tokens, 6, model, negative));
    expect((await watch({ ...settings, guidance_scale: 1 }, { tokens })).ids).not.toEqual(run.ids);
  });

  test('where a driver refuses the draw, rows come back whole', async () => {
    const settings = { ...BASE, max_new_tokens: 4 };
    const tokens = promptOf('a driver that refuses');
    const { runner } = model;
    runner.prepareDraw = () => Promise.reject(new NucleusError('kernel_failed', 'no such instruction'));
    const run = await watch(settings, { tokens }).finally(() => Reflect.deleteProperty(runner, 'prepareDraw'));
    expect(run).toMatchObject({ draws: 0, rows: 4 });
    expect(run.ids).toEqual((await watch(settings, { tokens })).ids);
  });

  test.each(['as it starts', 'nothing cut'])(
    '%s: where the GPU draws another one, its step is run again',
    async name => {
      const settings = { ...BASE, ...ON_GPU[name] };
      const tokens = promptOf(`${name}, aside`);
      const other = await watch(settings, { tokens, aside: true });
      expect(other.draws - 12 + other.rows).toBeGreaterThan(0);
      expect(other.ids).toEqual((await watch(settings, { tokens })).ids);
    },
  );

  test('a nucleus of more ids than are listed is drawn from all the same', async () => {
    const settings = { ...BASE, temperature: 2.5, top_p: 0.98, max_new_tokens: 24 };
    const tokens = promptOf('a long nucleus');
    const run = await watch(settings, { tokens });
    expect(run.rows).toBeLessThan(8);
    expect(run.behind).toBeGreaterThan(12);
    expectSame(run.events, await fromRows(settings, tokens, 24));
  });

  test('where a record proves nothing, rows come back whole, and draws are tried less and less', async () => {
    const settings = { ...BASE, temperature: 3, top_k: 300 };
    const tokens = promptOf('more than are listed are kept');
    const run = await watch(settings, { tokens });
    expect(run).toMatchObject({ draws: 5, rows: 12 }); // tokens 1, 2, 4, 8; one queued behind the first
    expectSame(run.events, await fromRows(settings, tokens, 12));
  });
});

test.each([
  ['lfm2', 12],
  ['qwen3-5', 70], // past a running state that is kept
] as const)('rows of %s stay on the GPU, and of %i steps all but the first are queued', async (name, count) => {
  const { config, weightsFile } = await loadGolden(name);
  using own = await loadOnGpu(await openTestGpu(), config, { bytes: weightsFile });
  // With a cache of its own, in which no queued step has left anything.
  using other = await loadOnGpu(await openTestGpu(), config, { bytes: weightsFile });
  const settings = { ...BASE, temperature: 0.7, max_new_tokens: count };
  const tokens = Uint32Array.of(5, 6, 7);
  const run = await watch(settings, { on: own, tokens });
  expect(run).toMatchObject({ draws: count, behind: count - 1, rows: 0 });
  expectSame(run.events, await fromRows(settings, tokens, count, other));
});

describe('a run that ends with a step queued leaves the model as one that queues none', () => {
  const WARM: GenerationSettings = { ...BASE, temperature: 1, top_p: 1 };

  /** What is in the cache then, and what another text finds there: counts, and its row. */
  async function leftBy(settings: GenerationSettings, how: How, queue: boolean, of: GpuModel) {
    using scope = of.gpu.scope.open('session');
    const on = await openSession(of.gpu, scope, fuse(of.graph), of.weights, {});
    if (!queue) on.session.drawBehind = () => null;
    const { ids: drawn, events, draws, behind } = await watch(settings, { ...how, on });
    const { free } = on.cache;
    const next = Uint32Array.from([...(how.tokens ?? PROMPT), ...drawn.slice(0, 3), 77, 78]);
    const counts = await on.session.prefill(next);
    const { ids, slots } = await on.session.sequence(next);
    const row = await on.session.next(next);
    const left = { drawn, last: { ...events.at(-1), ...NO_TIMES }, free, counts, ids, slots, row };
    return { draws, behind, left };
  }
  const NO_TIMES = { prefillMs: 0, decodeMs: 0 };

  async function expectNoTrace(reason: string, tokens: Uint32Array<ArrayBuffer>, of: GpuModel) {
    const { ids } = await watch(WARM, { on: of, tokens });
    expect(ids.indexOf(ids[5]!)).toBe(5);
    const settings: GenerationSettings = {
      ...WARM,
      end_of_text: reason === 'end_of_text' ? 'stop' : 'continue',
      stop: reason === 'stop_string' ? [letterOf(ids[5]!)] : [],
    };
    const how = { tokens, eosIds: [ids[5]!], ...(reason === 'cancelled' && { cancelAfter: 5 }) };
    const queued = await leftBy(settings, how, true, of);
    const plain = await leftBy(settings, how, false, of);
    expect(queued.left.last).toMatchObject({ type: 'finished', reason });
    expect([queued.behind > 4, plain.behind]).toEqual([true, 0]);
    expect(queued.draws).toBe(plain.draws + 1);
    expect(queued.left).toEqual(plain.left);
  }

  test.each(['end_of_text', 'stop_string', 'cancelled'])('%s', reason => expectNoTrace(reason, PROMPT, model));

  test.each(['end_of_text', 'cancelled'])('%s, of a model with running states', async reason => {
    const { config, weightsFile } = await loadGolden('qwen3-5');
    using own = await loadOnGpu(await openTestGpu(), config, { bytes: weightsFile });
    await expectNoTrace(reason, Uint32Array.of(5, 6, 7), own);
  });
});

test('hundreds of tokens with penalties make nothing on the GPU and leave nothing behind', async () => {
  const n_positions = 320;
  const small = { ...ODD_CONFIG, n_positions };
  const { device } = model.gpu;
  using scope = model.gpu.scope.open('small');
  const file = randomModelFile(randomModel({ config: small, seed: 3 }));
  using own = await loadOnGpu({ ...model.gpu, scope }, small, { bytes: file }, { page: n_positions });
  const settings = { ...BASE, presence_penalty: 0.4, repetition_penalty: 1.1, max_new_tokens: 300 };
  const made: string[] = [];
  const makers = ['createBuffer', 'createBindGroup', 'createShaderModule', 'createComputePipelineAsync'] as const;
  await watch({ ...settings, max_new_tokens: 2 }, { on: own, tokens: Uint32Array.of(1) });
  const { bytes } = scope;
  for (const name of makers) {
    const make = device[name].bind(device) as (...asked: unknown[]) => unknown;
    Object.defineProperty(device, name, {
      configurable: true,
      value: (...asked: unknown[]) => {
        made.push(name);
        return make(...asked);
      },
    });
  }
  try {
    const run = await watch(settings, { on: own, tokens: Uint32Array.of(2, 3) });
    expect(run.ids).toHaveLength(300);
    expect(run.behind).toBeGreaterThan(285);
    expect(run.rows).toBeLessThan(10);
  } finally {
    for (const name of makers) Reflect.deleteProperty(device, name);
  }
  expect(made).toEqual([]);
  expect(scope.bytes).toBe(bytes);
  // 2 + 300 tokens of which the last is no row yet, beside 1 + 2 of the first run.
  expect(own.probes.context.cache.capacity - own.probes.context.cache.free).toBe(301 + 2);
});
