// The self-test on a real adapter: kernels of many kinds are found right, a planted fault is found, switched off and replaced, also one that shows only
// sometimes, and what was found is there for the next load.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { runsHere } from '../../../e2e/support/adapter-classes.ts';
import { everyTypeOfBlock } from '../../../e2e/support/gguf-blocks.ts';
import { type GoldenName, loadGolden } from '../../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, loadReadOnGpu, openOwnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import { memoryFiles } from '../../../e2e/support/memory-files.ts';
import type { Gpu, KernelClass } from '../../gpu/device.ts';
import type { TuningStore } from '../../hub/tuning-store.ts';
import { mostOf } from '../../lib/most.ts';
import type { SelfTestReport } from '../../protocol/self-test.ts';
import { readNumericCheckpoint } from '../checkpoint.ts';
import type { ModelOptions } from '../model.ts';
import { Verdicts } from '../verdicts.ts';
import { BOUND } from './self-errors.ts';
import { selfTest } from './self-test.ts';

let gpu: Gpu | null = null;
afterEach(() => {
  gpu?.scope[Symbol.dispose]();
  vi.restoreAllMocks();
});

function mapStore(): TuningStore {
  const records = new Map<string, unknown>();
  return {
    get: async key => structuredClone(records.get(key)),
    set: async (key, record) => records.set(key, structuredClone(record)),
    delete: async key => records.delete(key),
  };
}

async function open(name: GoldenName, on: Gpu, options: ModelOptions = {}): Promise<GpuModel> {
  gpu = on;
  const golden = await loadGolden(name);
  return loadOnGpu(on, golden.config, { bytes: golden.weightsFile }, options);
}

async function tested(
  { probes }: GpuModel,
  verdicts = new Verdicts(mapStore()),
  several = false,
): Promise<SelfTestReport> {
  for await (const step of selfTest(probes, verdicts, { forget: false, several }, new AbortController().signal))
    if (step.kind === 'tested') return step.report;
  throw new Error('ended without a report');
}

const wrongOf = ({ variants }: SelfTestReport) => variants.filter(({ wrong }) => wrong > 0);

describe.each<[GoldenName, ModelOptions]>([
  ['gpt2-odd', {}],
  ['smollm3', { kv: 'f16', format: 'int8' }],
  ['lfm2', { format: 'int4' }],
  ['gemma3', {}],
  ['olmo2', {}],
  ['qwen3-5', {}],
])('%s %j', (name, options) => {
  test('every variant of its plans is right, and nothing of the session is touched', async () => {
    const model = await open(name, await openTestGpu(), options);
    const { cache } = model.probes.context;
    const report = await tested(model, undefined, true);
    expect(wrongOf(report)).toEqual([]);
    expect(report.ran).toBeGreaterThan(8);
    expect(report.variants.length).toBeGreaterThan(5);
    // Keys in f16 are rounded to 2^-11 by what makes them, the rest is sums in f32.
    const packs = (variant: string) => options.kv === 'f16' && /^(linear_(?!gated)|rotary|kv_append)/.test(variant);
    for (const { name: variant, error } of report.variants)
      expect(error, variant).toBeLessThan(packs(variant) ? BOUND : BOUND / 32);
    expect(report.variants.some(({ error }) => error !== null && error > 0)).toBe(true);
    expect(cache.free).toBe(cache.capacity);
  });
});

/** Most of a test's time is the compiling of kernels: these are in use by the tests of the golden models, too. */
const OF_CLASSES = (
  [
    ['gpt2-f32', 'workgroup', 'linear_row_workgroup'],
    ['gpt2-f32', 'subgroup', 'linear_row_cluster'],
    ['lfm2', 'subgroup', 'linear_row_cluster'],
    ['qwen3-5', 'subgroup', 'linear_row_cluster'],
  ] as const satisfies readonly (readonly [GoldenName, KernelClass, string])[]
).filter(([, kernelClass]) => runsHere(kernelClass));

describe.runIf(OF_CLASSES.length > 0)('kernels with barriers', () => {
  test.each(OF_CLASSES)('%s by the class %s', async (name, kernelClass, kernel) => {
    const report = await tested(await open(name, await openTestGpu(kernelClass)));
    expect(wrongOf(report)).toEqual([]);
    expect(report.variants.map(({ name: variant }) => variant)).toContain(`${kernel} f32`);
    for (const { name: variant, error } of report.variants) expect(error, variant).toBeLessThan(BOUND / 32);
  });
});

test('every type of block of GGUF is right', async () => {
  gpu = await openTestGpu();
  const files = memoryFiles({ 'model.gguf': everyTypeOfBlock() });
  const model = await loadReadOnGpu(gpu, files, await readNumericCheckpoint(files));
  const report = await tested(model);
  expect(wrongOf(report)).toEqual([]);
  const storages = new Set(report.variants.map(({ name }) => name.split(' ')[1]));
  for (const type of [
    'q4_0',
    'q4_1',
    'q5_0',
    'q5_1',
    'q8_0',
    'q2_k',
    'q3_k',
    'q4_k',
    'q5_k',
    'q6_k',
    'iq4_nl',
    'iq4_xs',
    'mxfp4',
  ])
    expect(storages, type).toContain(type);
  for (const { name, error } of report.variants) expect(error, name).toBeLessThan(BOUND / 32);
});

const TOKENS = Uint32Array.of(3, 1, 4, 1, 5, 9, 2);

/** Modules whose text `plant` changes. */
function planted(on: Gpu, plant: (code: string) => string): Gpu {
  const { device } = on;
  const make = device.createShaderModule.bind(device);
  device.createShaderModule = given => make({ ...given, code: plant(given.code) });
  return on;
}

test('a kernel that is wrong is found by name and replaced, rows are right then, and another load begins without it', async () => {
  const right = await open('gpt2-f32', await openTestGpu('barrier_free'));
  const wanted = (await right.session.next(TOKENS)).slice();
  const on = planted(await openOwnGpu('barrier_free'), code =>
    code.includes('fn attention(') ? code.replace(/const SCALE: f32 = [^;]*;/, 'const SCALE: f32 = 0.9;') : code,
  );
  const store = mapStore();
  const model = await open('gpt2-f32', on);
  const far = (row: Float32Array) => mostOf(row.map((logit, i) => Math.abs(logit - (wanted[i] ?? Number.NaN))));
  expect(far(await model.session.next(TOKENS))).toBeGreaterThan(1e-3);

  const report = await tested(model, new Verdicts(store));
  expect(wrongOf(report)).toEqual([{ name: 'attention', error: expect.any(Number), wrong: 3, off: true }]);
  expect(report.variants).toContainEqual(expect.objectContaining({ name: 'attention_naive', wrong: 0, off: false }));
  expect(far(await model.session.next(TOKENS))).toBeLessThan(1e-4);

  on.off.clear();
  const next = await open('gpt2-f32', on, { verdicts: new Verdicts(store) });
  expect([...on.off]).toEqual(['attention']);
  expect(far(await next.session.next(TOKENS))).toBeLessThan(1e-4);
  expect(await tested(next, new Verdicts(store))).toMatchObject({ ran: 0 });
  expect(wrongOf(await tested(next, new Verdicts(store)))).toHaveLength(1);
});

test('a kernel that is wrong in one repetition of three is off as well', async () => {
  const on = await openOwnGpu('barrier_free');
  const { device } = on;
  // Beside every pipeline of products of many rows lies a wrong one, which has its place in the second of three texts.
  const texts = new Map<GPUShaderModule, string>();
  const twins = new Map<GPUComputePipeline, GPUComputePipeline>();
  const [makeModule, makePipeline] = [
    device.createShaderModule.bind(device),
    device.createComputePipelineAsync.bind(device),
  ];
  device.createShaderModule = given => {
    const made = makeModule(given);
    texts.set(made, given.code);
    return made;
  };
  device.createComputePipelineAsync = async given => {
    const made = await makePipeline(given);
    const code = texts.get(given.compute.module) ?? '';
    if (!code.includes('fn linear_tile(')) return made;
    const module = makeModule({ code: code.replace(/const FACTOR: f32 = [^;]*;/, 'const FACTOR: f32 = 1.01;') });
    twins.set(made, await makePipeline({ ...given, compute: { ...given.compute, module } }));
    return made;
  };
  const model = await open('gpt2-f32', on);
  let steps = 0;
  const makeEncoder = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = descriptor => {
    const encoder = makeEncoder(descriptor);
    // A text is three steps of a probe.
    if (descriptor?.label === 'probe') steps++;
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = () => {
      const pass = begin();
      const set = pass.setPipeline.bind(pass);
      pass.setPipeline = pipeline => set(steps > 3 && steps <= 6 ? (twins.get(pipeline) ?? pipeline) : pipeline);
      return pass;
    };
    return encoder;
  };
  const report = await tested(model);
  const [found] = wrongOf(report);
  expect(found).toMatchObject({ wrong: 1, off: true });
  expect(found?.name).toMatch(/^linear_tile /);
  expect(wrongOf(report)).toHaveLength(1);
});

test('where the naive twin is wrong too, both are named and the model still runs', async () => {
  const on = planted(await openOwnGpu('barrier_free'), code =>
    code.replace(/const EPS: f32 = [^;]*;/, 'const EPS: f32 = 0.5;'),
  );
  const model = await open('gpt2-f32', on);
  const report = await tested(model);
  const wrong = wrongOf(report);
  expect(wrong.map(({ name, off }) => [name, off])).toEqual([['layernorm', false]]);
  expect((await model.session.next(TOKENS)).every(Number.isFinite)).toBe(true);
});
