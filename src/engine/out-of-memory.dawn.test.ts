// Memory gives out at each taking of it in turn, whatever the engine does: the failure has its name, nothing stays taken that is not in use, and the model goes on with the same numbers. On Dawn alone: what is planted is the same in any host.
import { expect, test } from 'vitest';
import { failure, generate, LOAD, testEngine } from '../../e2e/support/test-engine.ts';
import type { Command, Unnumbered } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';
import { DEFAULT_SETTINGS } from '../sampling/settings.ts';

const engine = testEngine();

const SHORT = Uint32Array.from({ length: 24 }, (_, i) => (i * i * 7 + i) % 2000);

const PARTS = [{ kind: 'head', layer: 0, head: 1 }] as const;
const settings = { ...DEFAULT_SETTINGS, max_new_tokens: 3, end_of_text: 'continue' } as const;
const drawn = new Uint8Array(SHORT.length);
const draws = [1, 2, 3].map(seed => ({ seed, sample: 0 }));
const method = { kind: 'beam', beams: 3, length_penalty: 1, early_stopping: false } as const;

const COMMANDS: Record<string, Unnumbered<Command>> = {
  'a run on the GPU': { type: 'generate', tokens: SHORT, drawn, settings, seed: 1 },
  scores: { type: 'score', tokens: SHORT, from: 1 },
  'a run with whole rows': {
    type: 'generate',
    tokens: SHORT,
    drawn,
    settings: { ...settings, mirostat_tau: 3 },
    seed: 1,
  },
  answers: { type: 'answers', tokens: SHORT, drawn, settings, draws },
  'a search': { type: 'search', tokens: SHORT, method, max_new_tokens: 3, ends: false },
  lens: { type: 'lens', tokens: SHORT, from: 0, to: SHORT.length, asked: 3 },
  attention: { type: 'attention', tokens: SHORT, position: 5 },
  'a map of attention': { type: 'attention_map', tokens: SHORT, layer: 1, head: null, from: 0 },
  ablation: { type: 'ablate', tokens: SHORT, from: 1, off: [{ kind: 'mlp', layer: 0 }], baseline: 'mean' },
  'a sweep': { type: 'sweep', tokens: SHORT, id: 3, parts: PARTS, baseline: 'zero' },
  pins: { type: 'pinned', tokens: SHORT, pins: Uint32Array.of(3, 4), from: 0, to: SHORT.length },
  'a tree': { type: 'grow', tokens: SHORT, depth: 2, children: 3, floor: 0 },
  'a trace': { type: 'trace', tokens: SHORT, position: 5 },
  'a measurement of the cache': { type: 'measure_cache', tokens: SHORT, lengths: [4] },
  'the check of the kernels': { type: 'self_test', forget: true, several: true },
  'a profile': { type: 'debug_profile', tokens: SHORT, of: { kind: 'decode', position: 8 }, settings },
  'a check of the layers': { type: 'debug_check', tokens: SHORT.subarray(0, 8), layer: 1 },
};

const NEVER_FAIL = ['a run on the GPU', 'scores', 'a run with whole rows', 'answers', 'a measurement of the cache'];

interface Plant {
  /** Takings of memory until the one that fails; each is all its buffers or none. */
  left: number;
  /** Buffers that were made while nobody would have heard of a failure. */
  unheard: string[];
  /** Bytes of buffers that are not destroyed. */
  bytes: number;
}

/** The device tells every second failure by its error scope, the others by a throw. */
function plantOn(device: GPUDevice): Plant {
  const plant: Plant = { left: 0, unheard: [], bytes: 0 };
  const filters: GPUErrorFilter[] = [];
  let throws = false;
  let [now, full] = [false, false];
  const push = device.pushErrorScope.bind(device);
  const pop = device.popErrorScope.bind(device);
  const create = device.createBuffer.bind(device);
  device.pushErrorScope = filter => {
    filters.push(filter);
    if (filter === 'out-of-memory' && plant.left > 0 && --plant.left === 0) [now, throws] = [true, !throws];
    push(filter);
    return undefined;
  };
  device.popErrorScope = async () => {
    const outOfMemory = filters.pop() === 'out-of-memory';
    const popped = pop();
    if (!outOfMemory || !full) return popped;
    full = false;
    await popped;
    return new GPUOutOfMemoryError('planted');
  };
  device.createBuffer = descriptor => {
    if (!filters.includes('out-of-memory')) plant.unheard.push(descriptor.label ?? '');
    if (now) {
      now = false;
      if (throws) throw new RangeError('planted');
      full = true;
    }
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let there = true;
    plant.bytes += buffer.size;
    buffer.destroy = () => {
      if (there) plant.bytes -= buffer.size;
      there = false;
      destroy();
      return undefined;
    };
    return buffer;
  };
  return plant;
}

const idsOf = (all: readonly EngineEvent[]) => all.flatMap(event => (event.type === 'token' ? [event.id] : []));
/** Closes what views keep. */
async function closeViews(): Promise<void> {
  for (const view of ['lens', 'attention', 'ablation', 'trace'] as const)
    await engine.answer({ type: 'close_view', view });
}

/** Asks the command again and again; each time memory gives out one taking later, or so many, until none does. `after` is asked each time whether all is as it should be. Returns how often the command failed. */
async function exhaust(
  plant: Plant,
  name: string,
  command: Unnumbered<Command>,
  after: (failed: boolean) => Promise<void>,
  later = 1,
): Promise<number> {
  for (let at = 1, failures = 0; ; at += later) {
    const before = plant.bytes;
    plant.left = at;
    const end = (await engine.answer(command)).at(-1);
    const hit = plant.left === 0;
    plant.left = 0;
    const failed = end?.type === 'failed';
    if (failed) {
      failures++;
      const { code, message } = end.error;
      expect({ hit, code, message }, `${name}, ${at}`).toMatchObject({ hit: true, code: 'out_of_memory' });
    }
    await closeViews();
    // What was being taken beside it, as the plans of a load are, goes back once it is there.
    if (failed) await expect.poll(() => plant.bytes, { message: `${name}, ${at}` }).toBe(before);
    await after(failed);
    if (!hit) return failures;
  }
}

test('at any taking of memory: named, given back, and the same numbers afterwards', async () => {
  await engine.answer({ type: 'adapter' });
  const plant = plantOn(engine.devices.at(-1)!);
  const failures: Record<string, number> = {};
  failures['a load'] = await exhaust(plant, 'a load', { ...LOAD, format: 'f16' }, async failed => {
    if (failed) expect(failure(await engine.answer(generate(3)))).toBe('no_model');
  });
  let ids: readonly number[] = [];
  const same = async (): Promise<void> => {
    const now = idsOf(await engine.answer(generate(3)));
    if (ids.length === 0) ids = now;
    expect(now).toEqual(ids);
  };
  for (const [name, command] of Object.entries(COMMANDS))
    failures[name] = await exhaust(plant, name, command, same, command.type === 'self_test' ? 9 : 1);
  expect(ids).toHaveLength(3);
  expect(plant.unheard).toEqual([]);
  // What takes nothing of its own, or does without it. All else has failed, or nothing was tested.
  expect(Object.keys(failures).filter(name => failures[name] === 0)).toEqual(NEVER_FAIL);
});

test('a load for which nobody chose a format goes on in the next smaller one, and says in which', async () => {
  await engine.answer({ type: 'adapter' });
  const plant = plantOn(engine.devices.at(-1)!);
  for (const asked of [LOAD, { ...LOAD, format: 'stored' } as const]) {
    plant.left = 1;
    const loaded = (await engine.answer(asked)).find(({ type }) => type === 'loaded');
    expect(loaded).toMatchObject({ type: 'loaded', model: { format: 'int8', dtype: 'int8' } });
    expect(loaded?.type === 'loaded' && loaded.model.digest).toMatch(/:int8$/);
    expect(idsOf(await engine.answer(generate(3)))).toHaveLength(3);
  }
  // It goes on with what there is: as stored, once there is memory.
  expect(await engine.answer(LOAD)).toContainEqual(
    expect.objectContaining({ type: 'loaded', model: expect.objectContaining({ format: 'stored' }) }),
  );
});
