// int8 and int4 made while loading, of tensors [in, out] and [out, in]: the logits are the oracle's on the numbers that were made.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tensorsOf } from '../../e2e/support/golden.ts';
import { loadGraph, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import { asStored, referenceWeights } from '../../e2e/support/reference-weights.ts';
import type { Gpu } from '../gpu/device.ts';
import type { WeightFormat } from '../lib/weight-format.ts';
import { matchWeights } from '../model/checkpoint.ts';
import { run } from '../reference/run.ts';
import { storageOfWeights } from './stored-weights.ts';

/** The inner width is no multiple of 32: the matrix that reduces it stays f16. */
const CONFIG = { model_type: 'gpt2', n_layer: 1, n_head: 2, n_embd: 64, n_positions: 16, vocab_size: 37, n_inner: 72 };
const TOKENS = Uint32Array.of(3, 11, 36, 0, 7);

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu('naive');
});
afterAll(() => gpu.scope[Symbol.dispose]());

test.each<[WeightFormat, 'F32' | 'F16', readonly string[]]>([
  ['int8', 'F32', ['f16', 'q8_0']],
  ['int4', 'F16', ['f16', 'q4_1', 'q8_0']],
  ['f16', 'F32', ['f16']],
  ['f32', 'F16', ['f32']],
])('%s from %s', async (format, dtype, kinds) => {
  const { graph, ...model } = randomModel({ config: CONFIG, seed: 5, dtype });
  const weightsFile = randomModelFile({ graph, ...model });
  const ranges = tensorsOf(weightsFile);
  const tensors = new Map([...ranges].map(([name, range]) => [name, { ...range, file: 'f' }]));
  const storageOf = storageOfWeights(graph, matchWeights(graph, tensors).tensorOf, tensors, format);
  const stored = asStored(graph, referenceWeights(graph, { weightsFile }), storageOf);
  const wanted = run(stored.graph, stored.weights, TOKENS).logits(TOKENS.length - 1);
  const { session, weights } = await loadGraph(gpu, graph, { bytes: weightsFile }, { format });
  const names = [...weights.layouts.matrices.values()].flatMap(({ parts }) => parts.map(({ storage }) => storage.name));
  expect([...new Set(names)].sort()).toEqual(kinds);
  const got = await session.next(TOKENS);
  for (const [id, logit] of got.entries()) expect(Math.abs(logit - wanted[id]!), `id ${id}`).toBeLessThan(5e-5);
});
