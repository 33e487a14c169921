// Several answers in one batch beside as many runs one after the other: the same tokens and numbers, whatever ends them, waits or has no room.
import { expect, test } from 'vitest';
import {
  CELLS,
  type Drawer,
  differ,
  expectAlone,
  expectAsWaiting,
  letterOf,
  PROMPT,
  tell,
  WARM,
} from '../../e2e/support/answer-runs.ts';
import { ScriptedRunner } from '../../e2e/support/scripted-runner.ts';
import { KvCache } from '../gpu/kv-cache.ts';
import { NucleusError } from '../lib/error.ts';
import type { GenerationSettings } from '../sampling/settings.ts';
import { Room } from './room.ts';
import { Session } from './session.ts';

const V = 97;
const DIMS = { n_layer: 1, n_embd: 4, n_head: 1, n_kv_head: 1, head_size: 4, n_ctx: 64, vocab_size: V };

interface Scripted extends Drawer {
  readonly cache: KvCache;
  /** Slots that there is memory for. */
  memory: number;
}

function scripted({ tables = 16, slots = 128 } = {}): Scripted {
  const runner = new ScriptedRunner(V);
  const cache = new KvCache(slots, tables);
  let capacity = slots;
  const made: Partial<Scripted> & { memory: number } = { memory: 1e6 };
  const pool = {
    get capacity() {
      return capacity;
    },
    bytes: 0,
    grow: async (wanted: number) => {
      if (wanted > made.memory) throw new NucleusError('out_of_memory', 'no more');
      capacity = wanted;
    },
  };
  const needs = { n_ctx: DIMS.n_ctx, slotLimit: 1e6, slotBytes: 1, baseBytes: 0 };
  const room = new Room(pool, cache, { needs, allowed: DIMS.n_ctx, page: 8 });
  const session = new Session({ runner, cache, room, states: null, dims: DIMS });
  return Object.assign(made, { batch: runner.batch, session, cache });
}

test('every answer is the run with its sample, in as many steps as one has tokens', async () => {
  const model = scripted();
  const settings = { ...WARM, repetition_penalty: 1.2, frequency_penalty: 0.3, logit_bias: [{ id: 9, bias: 1 }] };
  const told = await tell(model, settings);
  expect(told.steps).toEqual(Array.from({ length: 9 }, () => 5));
  expect(told.events[0]).toMatchObject({ type: 'prefilled', run: 3 });
  expect(differ(told)).toBe(true);
  await expectAlone(model, settings, told);
});

/** No two answers begin alike for long. */
const HOT: GenerationSettings = { ...WARM, temperature: 1.6, top_p: 1 };

const OTHERS: Readonly<Record<string, Partial<GenerationSettings>>> = {
  'as it starts': {},
  'nothing cut': { temperature: 1.6, top_p: 1 },
  'top-k and min-p, temperature last': { order: 'llama.cpp', top_k: 30, top_p: 0.97, min_p: 0.02 },
  'typical-p': { typical_p: 0.7 },
  'penalties, all': { repetition_penalty: 1.3, frequency_penalty: 0.4, presence_penalty: -0.3 },
  'bias, and never the end': { logit_bias: [{ id: 0, bias: 4 }], end_of_text: 'never' },
};

test.each(Object.keys(OTHERS))('%s: steps are queued before the draws of the last one are known', async name => {
  const settings = { ...WARM, ...OTHERS[name] };
  const { log, steps } = await expectAsWaiting(scripted(), settings);
  expect(steps).toEqual(Array.from({ length: 9 }, () => 5));
  // All begin in one place; those that draw the same token then go on from one, until they differ.
  const behind = log.filter(each => each === 'behind').length;
  expect(behind).toBeGreaterThan(3);
  expect(log).toEqual([
    ...Array.from({ length: 9 - behind - 1 }, () => ['draw', 'read']).flat(),
    'draw',
    ...Array.from({ length: behind }, () => ['behind', 'read']).flat(),
    'read',
  ]);
});

test('answers of other temperatures and values of top-p are queued too', async () => {
  // Two that are greedy would never differ, and wait for each other's draws to the end.
  const draws = CELLS.slice(1).map((cell, sample) => ({ ...cell, sample }));
  const { log } = await expectAsWaiting(scripted(), { ...WARM, frequency_penalty: 0.3 }, { draws });
  expect(log.filter(each => each === 'behind').length).toBeGreaterThan(3);
});

test('where the GPU draws another token for one of them, the step behind is dropped and run again', async () => {
  const model = scripted();
  const aside = await expectAsWaiting(model, HOT, { aside: 2 });
  expect(aside.steps.length).toBeGreaterThan(9);
  await expectAlone(model, HOT, aside);
});

test('one that ends takes its own draw out of the step that is queued; the others go on with theirs', async () => {
  const free: GenerationSettings = { ...HOT, max_new_tokens: 14 };
  const { tokens } = await tell(scripted(), free);
  const [ends, ...others] = tokens.map(own => own.map(({ id }) => id));
  const once = ends?.find((id, i) => i >= 5 && ends.indexOf(id) === i && !others.flat().includes(id)) ?? 0;
  const { steps, log, ended } = await expectAsWaiting(scripted(), { ...free, stop: [letterOf(once)] });
  expect(ended.map(({ reason }) => reason)).toEqual(['stop_string', 'length', 'length', 'length', 'length']);
  expect(steps.filter(rows => rows === 4)).toHaveLength(14 - (ends?.indexOf(once) ?? 0) - 2);
  expect(steps).toHaveLength(14);
  expect(log.lastIndexOf('draw')).toBeLessThan(log.indexOf('behind'));
});

test('a pool that is full lets one step wait, grows, and the next is queued again', async () => {
  const model = scripted({ slots: 16 });
  const told = await tell(model, HOT, { count: 6 });
  expect(model.cache.capacity).toBeGreaterThan(16 + 8);
  expect(told.log.lastIndexOf('draw')).toBeGreaterThan(told.log.indexOf('behind'));
  expect(told.log.slice(-3)).toEqual(['behind', 'read', 'read']);
  await expectAlone(scripted(), HOT, told);
});

test('what the GPU cannot draw comes as whole rows', async () => {
  const model = scripted();
  const settings: GenerationSettings = { ...WARM, order: 'llama.cpp', typical_p: 0.7 };
  await expectAlone(model, settings, await tell(model, settings, { count: 3 }));
});

test('answers of other temperatures and values of top-p step together, each as its own run draws it', async () => {
  const model = scripted();
  const told = await tell(model, WARM, { draws: CELLS });
  expect(told.steps.length).toBeGreaterThan(0);
  expect(differ(told)).toBe(true);
  await expectAlone(model, WARM, told);
  const wrong = tell(model, WARM, { draws: [{ seed: 1, sample: 0, temperature: -1 }] });
  await expect(wrong).rejects.toMatchObject({ code: 'bad_settings' });
});

test('answers end each in its own way, and the last one goes on alone', async () => {
  const model = scripted();
  const logit_bias = [{ id: 0, bias: 3 }];
  const free: GenerationSettings = { ...WARM, logit_bias, end_of_text: 'stop', max_new_tokens: 14 };
  const drawn = (await tell(model, free)).tokens.toSorted((one, other) => other.length - one.length);
  const [, , third, fourth] = drawn[0] ?? [];
  const settings = { ...free, stop: [letterOf(third?.id ?? 0) + letterOf(fourth?.id ?? 0)] };
  const told = await expectAsWaiting(model, settings);
  await expectAlone(model, settings, told);
  const reasons = new Set(told.ended.map(({ reason }) => reason));
  expect(reasons).toContain('stop_string');
  expect(reasons).toContain('end_of_text');
  expect(told.steps.at(-1)).toBeLessThan(5);
});

test('answers that draw the same tokens share their rows', async () => {
  const model = scripted();
  const greedy = { ...WARM, temperature: 0 };
  const told = await tell(model, greedy);
  expect(differ(told)).toBe(false);
  expect(model.cache.capacity - model.cache.free).toBe(PROMPT.length + 8);
  await expectAlone(model, greedy, told);
});

test('the context ends all of them', async () => {
  const tokens = Uint32Array.from({ length: 61 }, (_, i) => (i * 7 + 3) % V);
  const told = await expectAsWaiting(scripted({ slots: 512 }), WARM, { count: 4, tokens });
  expect(told.ended.map(({ reason, generated }) => [reason, generated])).toEqual(
    Array.from({ length: 4 }, () => ['context_full', 3]),
  );
});

test.each([0, 1, 12])(
  'a stop after %i tokens ends all at once, and only what was drawn and run is kept',
  async stopAfter => {
    const model = scripted();
    const told = await expectAsWaiting(model, WARM, { stopAfter });
    expect(told.ended.map(({ reason }) => reason)).toEqual(Array.from({ length: 5 }, () => 'cancelled'));
    const drawn = told.ended.reduce((sum, { generated }) => sum + generated, 0);
    expect(drawn).toBe(told.tokens.flat().length);
    // The last token of an answer is drawn and not yet run; beginnings that are the same are there once.
    expect(model.cache.capacity - model.cache.free).toBeLessThanOrEqual(PROMPT.length + Math.max(0, drawn - 5));
    await expectAlone(model, WARM, await tell(model, WARM));
  },
);

test.each([
  [48, 16],
  [30, 16],
  [20, 16],
  [128, 6],
])('with %i slots and %i tables fewer step at once, with the same result', async (slots, tables) => {
  const model = scripted({ slots, tables });
  model.memory = slots;
  const told = await tell(model, WARM, { count: 8 });
  expect(Math.max(...told.steps, 0)).toBeLessThanOrEqual(8);
  expect(told.steps.at(-1) ?? 0).toBeLessThan(8);
  expect(told.ended.map(({ generated }) => generated)).toEqual(Array.from({ length: 8 }, () => 9));
  await expectAlone(scripted(), WARM, told);
});

test('where texts cannot step together they come one after the other', async () => {
  const model = scripted();
  const told = await tell({ ...model, batch: null }, WARM, { count: 3 });
  expect(told.steps).toEqual([]);
  await expectAlone(model, WARM, told);
});

test('a step that fails leaves no state that was not computed', async () => {
  const model = scripted();
  const { cache, batch } = model;
  if (batch === null) throw new Error('a batch');
  let left = 4;
  const draw: typeof batch.draw = asked => {
    const records = batch.draw(asked);
    const read = () => Promise.reject(new NucleusError('device_lost', 'gone'));
    return --left < 0 ? records.map(record => ({ ...record, read })) : records;
  };
  const told = tell({ ...model, batch: { ...batch, draw } }, HOT, { count: 4 });
  await expect(told).rejects.toMatchObject({ code: 'device_lost' });
  // The prompt, and three tokens of each answer, beginnings that are the same once: neither the step that failed nor the one that was queued behind it.
  const { tokens } = await tell(scripted(), HOT, { count: 4 });
  const begun = tokens.flatMap(own =>
    [1, 2, 3].map(length =>
      own
        .slice(0, length)
        .map(({ id }) => id)
        .join(),
    ),
  );
  expect(cache.capacity - cache.free).toBe(PROMPT.length + new Set(begun).size);
  await expectAlone(model, WARM, await tell(model, WARM));
});

test('answers of a constraint match it, take whole rows and end with it, as runs alone do', async () => {
  const model = scripted();
  const [a, b, c] = [letterOf(3), letterOf(40), letterOf(41)];
  const settings: GenerationSettings = { ...WARM, constraint: { kind: 'regex', text: `[${a}${b}]{1,3}${c}{2}` } };
  const told = await tell(model, settings, { count: 4 });
  await expectAlone(model, settings, told);
  for (const [i, { reason }] of told.ended.entries()) {
    const text = told.tokens[i]?.map(({ id }) => letterOf(id)).join('');
    expect(text).toMatch(new RegExp(`^[${a}${b}]{1,3}${c}{2}$`, 'u'));
    expect(reason).toBe('constraint_complete');
  }
});

test('a constraint that comes to a dead end, or cannot be read, fails the run and says so', async () => {
  const dead: GenerationSettings = { ...WARM, constraint: { kind: 'choices', text: `${letterOf(3)}\u00e9` } };
  await expect(tell(scripted(), dead, { count: 2 })).rejects.toMatchObject({ code: 'constraint_dead_end' });
  const bad: GenerationSettings = { ...WARM, constraint: { kind: 'regex', text: '(' } };
  await expect(tell(scripted(), bad, { count: 2 })).rejects.toMatchObject({ code: 'bad_constraint' });
});
