// The debug room on a real adapter: every op of the golden models agrees with the oracle, and a planted fault shows where it is.
import { afterEach, describe, expect, test } from 'vitest';
import { type GoldenName, loadGolden } from '../../../e2e/support/golden.ts';
import { loadOnGpu, openOwnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { DebugCheck } from '../../protocol/debug.ts';
import { checkOps } from './check-ops.ts';
import { describePlans } from './plans.ts';

/** f32 arithmetic leaves about 1e-13. */
const BOUND = 1e-10;
const TOKENS = Uint32Array.of(3, 1, 4, 1, 5, 9, 2);

let gpu: Gpu | null = null;
afterEach(() => gpu?.scope[Symbol.dispose]());

async function open(name: GoldenName, plant?: (code: string) => string) {
  gpu = await (plant ? openOwnGpu('barrier_free') : openTestGpu('barrier_free'));
  if (plant) {
    const { device } = gpu;
    const make = device.createShaderModule.bind(device);
    device.createShaderModule = given => make({ ...given, code: plant(given.code) });
  }
  const golden = await loadGolden(name);
  return loadOnGpu(gpu, golden.config, { bytes: golden.weightsFile });
}

async function checksOf(
  { probes }: Awaited<ReturnType<typeof open>>,
  tokens: Uint32Array,
  layer: number | null = null,
) {
  const checks: DebugCheck[] = [];
  const parts: number[] = [];
  for await (const step of checkOps(probes.context, tokens, layer)) {
    if (step.kind === 'refused') throw new Error('refused');
    checks.push(...step.checks);
    parts.push(step.part);
  }
  return { checks, parts };
}

describe.each<GoldenName>(['gpt2-f32', 'gpt2-odd', 'gpt2-bf16'])('%s', name => {
  test('every op agrees, with the kernels of one row and of many', async () => {
    const model = await open(name);
    const { n_layer } = model.graph.dims;
    for (const tokens of [TOKENS.subarray(0, 3), TOKENS]) {
      const { checks, parts } = await checksOf(model, tokens);
      expect(parts).toEqual(Array.from({ length: n_layer + 2 }, (_, i) => i + 1));
      // Two embeddings; seven ops and the cache a layer; the last norm and the head.
      expect(checks).toHaveLength(2 + 8 * n_layer + 2);
      for (const { label, nmse } of checks) expect(nmse, label).toBeLessThan(BOUND);
      expect(checks.some(({ worst }) => worst.got !== worst.wanted)).toBe(true);
    }
    const one = await checksOf(model, TOKENS, 1);
    expect(one.checks).toHaveLength(8);
    const { free } = model.probes.context.cache;
    expect(free).toBe(model.probes.context.cache.capacity);
  });
});

test.each<GoldenName>(['qwen3', 'gemma2', 'smollm3', 'gptj', 'bloom'])('every op of %s agrees', async name => {
  const model = await open(name);
  const { n_layer } = model.graph.dims;
  const { checks } = await checksOf(model, TOKENS);
  expect(checks.filter(({ label }) => label.startsWith('cache:'))).toHaveLength(n_layer);
  expect(checks.length).toBeGreaterThan(7 * n_layer);
  for (const { label, nmse } of checks) expect(nmse, label).toBeLessThan(BOUND);
});

test('a wrong constant shows in the ops that have it, and in what reads them within the layer', async () => {
  const model = await open('gpt2-f32', code => code.replace(/const SCALE: f32 = [^;]*;/, 'const SCALE: f32 = 0.9;'));
  const { checks } = await checksOf(model, TOKENS);
  const wrong = checks.filter(({ nmse }) => !(nmse < BOUND)).map(({ label }) => label);
  expect(wrong[0]).toBe('attention: h.0.attn');
  const later = model.graph.roles.layers.slice(1).map(({ heads }) => `attention: ${heads}`);
  for (const label of later) expect(wrong).toContain(label);
  // What comes before attention starts from the GPU's own stream, so it is right in every layer.
  for (const { label } of checks.filter(each => /ln_1|c_attn|kv\/|^embedding|^layernorm: ln_f/.test(each.label)))
    expect(wrong, label).not.toContain(label);
});

test('a plan in words: an op with shapes and bytes, a dispatch with its module', async () => {
  const { probes, graph } = await open('gpt2-f32');
  const { modules, plans } = describePlans(probes.context);
  expect(plans.map(({ rows, ops }) => [rows, ops.length])).toEqual([
    ['row', 2 + 7 * graph.dims.n_layer + 2],
    ['tile', 2 + 7 * graph.dims.n_layer + 2],
  ]);
  const op = plans[0]?.ops.find(each => each.weight?.name === 'h.0.mlp.c_fc.weight');
  expect(op).toMatchObject({
    op: 'linear',
    writes: { width: 4 * graph.dims.n_embd },
    weight: { shape: [4 * graph.dims.n_embd, graph.dims.n_embd] },
  });
  const dispatch = op?.dispatches[0];
  expect(dispatch?.bind.map(({ binding }) => binding)).toEqual([
    'current',
    'weights',
    'x',
    'bias',
    'residual',
    'output',
    'kv',
  ]);
  expect(dispatch?.bind.every(({ bytes }) => bytes > 0)).toBe(true);
  const module = modules[dispatch?.module ?? -1];
  expect(module?.code).toContain(`fn ${module?.kernel}(`);
  expect(new Set(modules.map(({ code }) => code)).size).toBe(modules.length);
});
