// What a model is said to take before its load is what its buffers come to: weights in every kind of format, the session's values, and a full context.
import { expect, test } from 'vitest';
import { type Config, goldenGguf } from '../../e2e/support/gguf-golden.ts';
import { type GoldenName, loadGolden } from '../../e2e/support/golden.ts';
import { openTestGpu, pieces } from '../../e2e/support/gpu-model.ts';
import { memoryFiles } from '../../e2e/support/memory-files.ts';
import { contextBytes, slotsFor } from '../lib/context-memory.ts';
import type { WeightFormat } from '../lib/weight-format.ts';
import { readNumericCheckpoint } from './checkpoint.ts';
import { fitOf } from './fit.ts';
import { ModelLoader } from './model.ts';

interface Case {
  readonly what: string;
  readonly name: GoldenName;
  /** Laid down as such a file. */
  readonly gguf?: true;
  readonly format?: WeightFormat;
  readonly kv?: 'f16';
  /** In place of what the checkpoint says. */
  readonly config?: Config;
}

const CASES: readonly Case[] = [
  { what: 'f32', name: 'gpt2-f32' },
  { what: 'f16', name: 'gpt2-f16' },
  { what: 'f16 made of f32, keys and values in f16', name: 'gpt2-f32', format: 'f16', kv: 'f16' },
  { what: 'int8', name: 'qwen2-wide', format: 'int8' },
  { what: 'int4', name: 'llama-gqa', format: 'int4' },
  { what: 'a GGUF file', name: 'qwen3', gguf: true },
  {
    what: 'a pool that grows, keys that are cut into stretches',
    name: 'llama-gqa',
    config: { max_position_embeddings: 3000 },
  },
  { what: 'running states', name: 'qwen3-5' },
  { what: 'short convolutions', name: 'lfm2' },
];

async function filesOf({ name, gguf, config = {} }: Case) {
  const golden = await loadGolden(name);
  const whole = { ...(golden.config as Config), ...config };
  const contents = gguf
    ? { 'model.gguf': goldenGguf(golden, whole).file }
    : { 'config.json': whole, 'model.safetensors': golden.weightsFile };
  return { reading: memoryFiles(contents), bytes: Object.values(contents).at(-1) as Uint8Array };
}

test.each(CASES)('$what', async given => {
  const { reading, bytes } = await filesOf(given);
  const { format, kv } = given;
  const { graph, tensors, weightFiles } = await readNumericCheckpoint(reading);
  const gpu = await openTestGpu();
  using scope = gpu.scope.open('model');
  const fit = fitOf(gpu, { graph, tensors }, { wanted: format });
  expect(fit.chosen.format).toBe(format ?? 'stored');
  const needs = kv === 'f16' ? fit.halfContext : fit.context;
  const loader = await ModelLoader.create(gpu, scope, graph, tensors, { ...(format && { format }), ...(kv && { kv }) });
  for (const file of weightFiles) await loader.upload(file, pieces(bytes, 65_537));
  const { room, cache } = await loader.finish();
  const { allowed } = room;
  const said = needs.baseBytes + contextBytes(needs, allowed);
  // A text that is as long as it may be, and as much beside it.
  expect(await room.spare(slotsFor(needs, allowed) - cache.capacity + cache.free)).toBe(true);
  expect(room.state.slots).toBe(slotsFor(needs, allowed));
  expect(Math.abs(said / scope.bytes - 1)).toBeLessThan(0.01);
});
