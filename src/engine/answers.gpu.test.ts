// Several answers in one batch on a real adapter beside as many runs one after the other: the same ids and the same bits, by kernels of their own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CELLS, expectAlone, expectAsWaiting, letterOf, PROMPT, tell, WARM } from '../../e2e/support/answer-runs.ts';
import { type GoldenName, loadGolden } from '../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import { LONG_FROM } from '../gpu/kernels/attention.ts';
import type { GenerationSettings } from '../sampling/settings.ts';

async function loaded(name: GoldenName): Promise<GpuModel> {
  const { config, weightsFile } = await loadGolden(name);
  return loadOnGpu(await openTestGpu(), config, { bytes: weightsFile });
}

/** To the last bit where a step of several rows adds up as one of one row does. */
const same = (model: GpuModel, settings: GenerationSettings, told: Awaited<ReturnType<typeof tell>>, tokens = PROMPT) =>
  expectAlone(model, settings, told, tokens, model.gpu.kernelClass === 'barrier_free');

test('every answer is that of a run with its sample, bit by bit, in as many steps as one has tokens', async () => {
  using model = await loaded('gpt2-f32');
  const settings = { ...WARM, repetition_penalty: 1.2, frequency_penalty: 0.3, logit_bias: [{ id: 9, bias: 1 }] };
  const told = await tell(model, settings);
  expect(told.steps).toEqual(Array.from({ length: 9 }, () => 5));
  await same(model, settings, told);
  const whole: GenerationSettings = { ...WARM, order: 'llama.cpp', typical_p: 0.7, max_new_tokens: 3 };
  await same(model, whole, await tell(model, whole, { count: 10 }));
});

/** No two answers begin alike for long. */
const HOT: GenerationSettings = { ...WARM, temperature: 1.7, top_p: 1, max_new_tokens: 12 };

const SETTINGS: Readonly<Record<string, Partial<GenerationSettings>>> = {
  'nothing cut': {},
  'top-k, top-p and min-p, temperature last': { order: 'llama.cpp', top_k: 50, top_p: 0.97, min_p: 0.001 },
  'typical-p': { typical_p: 0.9 },
  'penalties, all': { repetition_penalty: 1.3, frequency_penalty: 0.4, presence_penalty: -0.3 },
  'bias, and never the end': { logit_bias: [{ id: 9, bias: 2 }], end_of_text: 'never' },
};

describe('steps are queued before the draws of the last one are known', () => {
  let model: GpuModel;
  const using = () => ({ session: model.session, batch: model.batch, cache: model.probes.context.cache });
  beforeAll(async () => {
    model = await loaded('gpt2-f32');
  });
  afterAll(() => model[Symbol.dispose]());

  test.each(Object.keys(SETTINGS))('%s: the same answers, bit by bit, as where none is', async name => {
    const settings = { ...HOT, ...SETTINGS[name] };
    const told = await expectAsWaiting(using(), settings, { count: 8 });
    const behind = told.log.filter(each => each === 'behind').length;
    expect(behind).toBeGreaterThan(7);
    expect(told.log).toEqual([
      ...Array.from({ length: 12 - behind - 1 }, () => ['draw', 'read']).flat(),
      'draw',
      ...Array.from({ length: behind }, () => ['behind', 'read']).flat(),
      'read',
    ]);
    await same(model, settings, told);
  });

  test('each by settings of its own, and greedy', async () => {
    const draws = [0, 0.7, 1.2, 1.8, 2].map((temperature, i) => ({
      ...{ seed: 11 + i, sample: i, temperature, top_p: i % 2 ? 0.95 : 1 },
    }));
    const settings = { ...HOT, presence_penalty: 0.5 };
    const told = await expectAsWaiting(using(), settings, { draws });
    expect(told.log.filter(each => each === 'behind').length).toBeGreaterThan(5);
    await same(model, settings, told);
  });

  test('ends at different times, a draw that goes wrong, a stop in the middle', async () => {
    const { tokens } = await tell(using(), HOT, { count: 6 });
    const stop = tokens.slice(0, 3).map((own, i) => letterOf(own[5 + i]?.id ?? 0));
    const settings = { ...HOT, stop, frequency_penalty: 0.2 };
    const told = await expectAsWaiting(using(), settings, { count: 6 });
    expect(new Set(told.steps).size).toBeGreaterThan(2);
    await same(model, settings, told);
    const hot = { ...HOT, frequency_penalty: 0.2 };
    const aside = await expectAsWaiting(using(), hot, { count: 6, aside: 3 });
    expect(aside.log.filter(each => each === 'draw').length).toBeGreaterThan(8);
    expect(aside.log).toContain('behind');
    await same(model, hot, aside);
    const stopped = await expectAsWaiting(using(), HOT, { count: 6, stopAfter: 37 });
    expect(stopped.log.slice(-2)).toEqual(['behind', 'read']);
  });
});

test('cells of a grid over temperature and top-p, each by its own settings', async () => {
  using model = await loaded('gpt2-f32');
  const settings = { ...WARM, frequency_penalty: 0.3 };
  const told = await tell(model, settings, { draws: CELLS });
  expect(told.steps).toEqual(Array.from({ length: 9 }, () => CELLS.length));
  await same(model, settings, told);
});

test('keys far into a text are cut for all rows of a step', async () => {
  const config = { model_type: 'gpt2', n_layer: 1, n_head: 2, n_embd: 16, n_positions: 1_100, vocab_size: 61 };
  const bytes = randomModelFile(randomModel({ config, seed: 3 }));
  using model = await loadOnGpu(await openTestGpu(), config, { bytes }, { page: 600 });
  const tokens = Uint32Array.from({ length: LONG_FROM - 1 }, (_, i) => (i * i * 13 + i) % config.vocab_size);
  const settings = { ...WARM, max_new_tokens: 3 };
  const told = await tell(model, settings, { count: 6, tokens });
  expect(told.steps).toEqual([6, 6, 6]);
  await same(model, settings, told, tokens);
});

test('short convolutions and gates step together too', async () => {
  using model = await loaded('lfm2');
  const told = await tell(model, WARM, { count: 6 });
  expect(told.steps).toEqual(Array.from({ length: 9 }, () => 6));
  await same(model, WARM, told);
});

test('models with running states have one answer after the other', async () => {
  using model = await loaded('qwen3-5');
  const told = await tell(model, { ...WARM, max_new_tokens: 4 }, { count: 3 });
  expect(told.steps).toEqual([]);
  await same(model, { ...WARM, max_new_tokens: 4 }, told);
});
