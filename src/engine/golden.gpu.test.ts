// The engine on a real adapter against float64 results: every log-probability, greedy continuations, any way of cutting the work.
import { describe, expect, test } from 'vitest';
import { hasBarriers, runsHere } from '../../e2e/support/adapter-classes.ts';
import {
  type GoldenName,
  goldenNames,
  gpt2Names,
  loadGolden,
  TOLERANCE,
  toleranceOf,
} from '../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import type { KernelClass } from '../gpu/device.ts';
import { argmax, logsumexp } from '../reference/ops.ts';
import type { ModelOptions } from './model.ts';

const CLASSES: readonly KernelClass[] = ['naive', 'barrier_free', 'workgroup', 'subgroup'];

async function open(
  name: GoldenName,
  kernelClass: KernelClass,
  options?: ModelOptions,
  change: object = {},
): Promise<GpuModel> {
  const { config, weightsFile } = await loadGolden(name);
  const gpu = await openTestGpu(kernelClass);
  return loadOnGpu(gpu, { ...(config as object), ...change }, { bytes: weightsFile }, options);
}

/** Log-probability that a row of logits gives to an id. */
const logprob = (row: Float32Array, id: number): number => row[id]! - logsumexp(row);

/** The largest difference of two lists, with its place. */
function worst(got: ArrayLike<number>, wanted: ArrayLike<number>): { difference: number; at: number } {
  expect(got.length).toBe(wanted.length);
  let [difference, at] = [0, 0];
  for (let i = 0; i < got.length; i++) {
    const d = Math.abs(got[i]! - wanted[i]!);
    if (!(d <= difference)) [difference, at] = [d, i];
  }
  return { difference, at };
}

/** Models that step through all of every text: one of each kind of memory. The others step a little way, and are scored whole. */
const STEPPED: readonly GoldenName[] = ['gpt2-odd', 'llama-gqa', 'gemma3', 'lfm2', 'qwen3-5'];
const STEPS = 12;

const isGpt2 = (name: GoldenName) => gpt2Names.some(each => each === name);

/** Tokens of the longest text for kernels with barriers. */
const SHORT = 40;
/** GPT-2 with kernels of every class; the other families with the one of this adapter, and one of them with the naive ones. */
const PAIRS = goldenNames.flatMap(name =>
  CLASSES.filter(runsHere).flatMap(kernelClass => (runs(name, kernelClass) ? [{ name, kernelClass }] : [])),
);

function runs(name: GoldenName, kernelClass: KernelClass): boolean {
  if (name === 'gpt2-f32' || name === 'gpt2-odd' || name === 'llama-gqa') return true;
  if (isGpt2(name)) return !hasBarriers(kernelClass);
  return kernelClass === (runsHere('subgroup') ? 'subgroup' : 'barrier_free');
}

/** 16 KiB a binding splits the larger matrices of a model into parts, each a pipeline of its own: on one of the two adapters. */
const inParts = (name: GoldenName, kernelClass: KernelClass) =>
  name === 'gpt2-odd' || (!isGpt2(name) && kernelClass === 'barrier_free');

describe.each(PAIRS)('$name, $kernelClass kernels', ({ name, kernelClass }) => {
  test('log-probabilities of all rows, scores and greedy continuation', async () => {
    const { expected } = await loadGolden(name);
    using model = await open(name, kernelClass, inParts(name, kernelClass) ? { maxBinding: 16_384 } : {});
    const { session } = model;
    for (const { tokens, logits_last, logprob_of_next, argmax: highest } of expected.cases) {
      const all = kernelClass === 'barrier_free';
      if (tokens.length > (hasBarriers(kernelClass) ? SHORT : 200) && !all) continue;
      const ids = Uint32Array.from(tokens);
      const last = await session.next(ids);
      const z = logsumexp(Float64Array.from(logits_last));
      const got = Array.from(last, (_, id) => logprob(last, id));
      const wanted = logits_last.map(l => l - z);
      expect(worst(got, wanted).difference).toBeLessThan(toleranceOf(name));

      const rows: number[] = [];
      const steps = all && STEPPED.includes(name) ? ids.length : Math.min(ids.length, STEPS);
      for (let t = 0; t < steps; t++) {
        const row = await session.next(ids.subarray(0, t + 1));
        expect(argmax(row)).toBe(highest[t]);
        if (t + 1 < ids.length) rows.push(logprob(row, ids[t + 1]!));
      }
      expect(worst(rows, logprob_of_next.slice(0, rows.length)).difference).toBeLessThan(toleranceOf(name));

      const scored: number[] = [];
      for await (const tile of session.score(ids, 1)) scored.push(...tile.rows.map(r => r.logit - r.logZ));
      expect(worst(scored, logprob_of_next).difference).toBeLessThan(toleranceOf(name));
    }
    const text = [...expected.cases.find(c => c.tokens.length === 7)!.tokens];
    const greedy: number[] = [];
    for (let i = 0; i < expected.greedy_after_7.length; i++) {
      const id = argmax(await session.next(Uint32Array.from([...text, ...greedy])));
      greedy.push(id);
    }
    expect(greedy).toEqual(expected.greedy_after_7);
  });
});

/** One of each way to know positions, and the windows. */
const CUT = ['gpt2-f32', 'gpt2-odd', 'llama-gqa', 'gemma3', 'bloom'] as const;

describe.each(CUT)('%s', name => {
  test('one prefill, single steps and uneven chunks agree', async () => {
    const { expected } = await loadGolden(name);
    const ids = Uint32Array.from(expected.cases.find(c => c.tokens.length >= 30)!.tokens);
    const wholeModel = await open(name, 'barrier_free');
    const whole = await wholeModel.session.next(ids);
    wholeModel[Symbol.dispose]();
    const cuts: Record<string, number[]> = {
      'single tokens': Array.from(ids, (_, i) => i + 1),
      'uneven chunks': [3, 4, 11, 12, 13, 29, ids.length],
    };
    for (const ends of Object.values(cuts)) {
      using model = await open(name, 'barrier_free');
      let row = new Float32Array();
      for (const end of ends) row = await model.session.next(ids.subarray(0, end));
      const got = Array.from(row, (_, id) => logprob(row, id));
      const wanted = Array.from(whole, (_, id) => logprob(whole, id));
      expect(worst(got, wanted).difference).toBeLessThan(toleranceOf(name));
    }
  });
});

test('a wrong epsilon is seen', async () => {
  const { expected } = await loadGolden('gpt2-f32');
  using model = await open('gpt2-f32', 'barrier_free', {}, { layer_norm_epsilon: 2e-5 });
  const { tokens, logprob_of_next } = expected.cases.at(-1)!;
  const got: number[] = [];
  for await (const tile of model.session.score(Uint32Array.from(tokens), 1))
    got.push(...tile.rows.map(r => r.logit - r.logZ));
  expect(worst(got, logprob_of_next).difference).toBeGreaterThan(TOLERANCE);
});

test('a row fetched later is bit-identical to the row of its step', async () => {
  const { expected } = await loadGolden('gpt2-odd');
  using model = await open('gpt2-odd', 'barrier_free');
  const ids = Uint32Array.from(expected.cases[2]!.tokens);
  await model.session.prefill(ids.subarray(0, 9));
  const stepped = await model.session.next(ids.subarray(0, 10));
  await model.session.prefill(ids);
  expect(await model.session.next(ids.subarray(0, 10))).toEqual(stepped);
});
