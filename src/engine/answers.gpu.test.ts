// Several answers in one batch on a real adapter beside as many runs one after the other: the same ids and the same bits, by kernels of their own.
import { expect, test } from 'vitest';
import { CELLS, expectAlone, PROMPT, tell, WARM } from '../../e2e/support/answer-runs.ts';
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
