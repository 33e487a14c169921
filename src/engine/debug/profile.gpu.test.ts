// The profile on a real adapter: every dispatch of the plan has a time and its bytes, the step gives the row of every step, and what the session has
// stays as it was. No time is compared with anything.
import { afterEach, expect, test } from 'vitest';
import { type GoldenName, loadGolden } from '../../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import type { Profile, ProfiledDispatch, ProfiledStep } from '../../protocol/debug.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import type { ModelOptions } from '../model.ts';
import { profile } from './profile.ts';

const TEXT = Uint32Array.from({ length: 21 }, (_, i) => (i * i * 13 + i) % 97);
const settings = { ...DEFAULT_SETTINGS, temperature: 0.8, top_p: 0.95 };

let model: GpuModel | null = null;
afterEach(() => model?.[Symbol.dispose]());

async function open(name: GoldenName, options: ModelOptions = {}): Promise<GpuModel> {
  const golden = await loadGolden(name);
  model = await loadOnGpu(await openTestGpu(), golden.config, { bytes: golden.weightsFile }, options);
  return model;
}

async function profileOf(
  { probes }: GpuModel,
  of: ProfiledStep,
  { by, signal }: { by?: 'submits'; signal?: AbortSignal } = {},
): Promise<Profile> {
  const asked = { tokens: TEXT, of, settings };
  for await (const step of profile(probes.context, asked, signal ?? new AbortController().signal, by))
    if (step.kind === 'profiled') return step.profile;
  throw new Error('ended without a profile');
}

const sum = (dispatches: readonly ProfiledDispatch[], key: 'weightBytes' | 'cacheBytes') =>
  dispatches.reduce((total, each) => total + each[key], 0);

/** Floats of a buffer of the session. */
async function readBuffer({ gpu: { device }, runner }: GpuModel, name: string, floats: number): Promise<Float32Array> {
  const buffer = runner.buffers.get(name);
  if (!buffer) throw new Error(`no buffer ${name}`);
  const staging = device.createBuffer({ size: 4 * floats, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4 * floats);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  return new Float32Array(staging.getMappedRange().slice(0));
}

test('a decode step: each dispatch of the plan, the bytes of all weights, and a run; nothing of the session is touched', async () => {
  const opened = await open('gpt2-f32');
  const { session, runner, probes, graph, weights } = opened;
  const { cache, scope } = probes.context;
  const row = (await session.next(TEXT)).slice();
  const before = { free: cache.free, reusable: session.reusable(TEXT), bytes: scope.bytes };

  const position = TEXT.length - 1;
  const measured = await profileOf(opened, { kind: 'decode', position });
  expect(measured.dispatches.map(({ label }) => label)).toEqual(runner.decodePlan.map(({ label }) => label));
  const times = [measured.stepMs, ...measured.dispatches.map(({ ms }) => ms)];
  expect(times.filter(ms => !(Number.isFinite(ms) && ms >= 0))).toEqual([]);
  expect(Math.min(measured.peak.bandwidth, measured.peak.flops)).toBeGreaterThan(0);
  expect(measured.by).toBe(opened.gpu.device.features.has('timestamp-query') ? 'timestamps' : 'submits');

  // All of every matrix and vector once, but of the tables of embeddings a row each; the head is the table of tokens again.
  const { n_embd, n_layer, n_ctx, head_size, n_kv_head } = graph.dims;
  const matrices = [...weights.layouts.matrices.values()].map(({ rows, cols }) => 4 * rows * cols);
  const vectors = [...weights.layouts.vectors.values()].map(({ length }) => 4 * length);
  const all = [...matrices, ...vectors].reduce((total, bytes) => total + bytes, 0);
  expect(sum(measured.dispatches, 'weightBytes')).toBe(all - 4 * n_ctx * n_embd + 2 * 4 * n_embd);
  expect(sum(measured.dispatches, 'cacheBytes')).toBe(n_layer * (position + 1) * 2 * n_kv_head * head_size * 4);
  expect(measured.run).toMatchObject({ tokens: expect.any(Number), ms: expect.any(Number) });

  expect({ free: cache.free, reusable: session.reusable(TEXT), bytes: scope.bytes }).toEqual(before);
  expect(await session.next(TEXT)).toEqual(row);
});

test('the row of a measured step is that of every step; without timestamps, without room for a run, and stopped halfway', async () => {
  const opened = await open('gpt2-f32', { allowed: TEXT.length });
  const { session, probes, graph } = opened;
  // The last token by a step of its own, as a decode has it: rows of a step of many may differ in the last bit.
  await session.prefill(TEXT.subarray(0, -1));
  const wanted = (await session.next(TEXT)).slice();
  const sixteen = (await session.next(TEXT.subarray(0, 16))).slice();
  const { cache, scope } = probes.context;
  const before = [cache.free, scope.bytes];
  const measured = await profileOf(opened, { kind: 'decode', position: 99_999 }, { by: 'submits' });
  expect(measured).toMatchObject({ of: { kind: 'decode', position: TEXT.length - 1 }, by: 'submits', run: null });
  expect(await readBuffer(opened, 'logits', graph.dims.vocab_size)).toEqual(wanted);

  const many = await profileOf(opened, { kind: 'prefill', rows: 16 });
  expect(many.dispatches.some(({ kernel }) => kernel.startsWith('linear_tile'))).toBe(true);
  expect(await readBuffer(opened, 'logits', graph.dims.vocab_size)).toEqual(sixteen);
  const controller = new AbortController();
  const stopped = profile(
    probes.context,
    { tokens: TEXT, of: { kind: 'prefill', rows: 8 }, settings },
    controller.signal,
  );
  await stopped.next();
  await stopped.next();
  controller.abort();
  await expect(stopped.next()).rejects.toMatchObject({ code: 'cancelled' });
  expect([cache.free, scope.bytes]).toEqual(before);
});

test('of a model with running states the step begins with the one before it, and leaves none behind', async () => {
  const opened = await open('qwen3-5');
  const { session, probes } = opened;
  const row = (await session.next(TEXT)).slice();
  const held = probes.context.states?.find(TEXT, TEXT.length);
  const measured = await profileOf(opened, { kind: 'decode', position: 11 });
  const rule = measured.dispatches.filter(({ kernel }) => kernel.startsWith('delta_rule'));
  expect(rule.length).toBeGreaterThan(0);
  expect(rule.every(({ cacheBytes }) => cacheBytes > 0)).toBe(true);
  expect(probes.context.states?.find(TEXT, TEXT.length)).toBe(held);
  expect(await session.next(TEXT)).toEqual(row);
});
