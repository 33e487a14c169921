// The golden GGUF files of quantised blocks: with their expected results, on the GPU, and held against them.
// What the fields of expected.json mean stands in e2e/golden/README.md.
import { expect } from 'vitest';
import { readNumericCheckpoint } from '../../src/engine/checkpoint.ts';
import type { Session } from '../../src/engine/session.ts';
import type { KernelClass } from '../../src/gpu/device.ts';
import { defined } from '../../src/lib/assert.ts';
import { argmax, logsumexp } from '../../src/reference/ops.ts';
import { caseOf7 } from './golden.ts';
import { type GpuModel, loadReadOnGpu, openTestGpu } from './gpu-model.ts';
import { memoryFiles } from './memory-files.ts';
import { expectNear } from './near.ts';
import { readBytes, readJson } from './read-bytes.ts';

export const goldenGgufNames = ['gpt2-q8_0', 'qwen3-q8_0', 'llama-q4_k_m', 'llama-iq4_xs'] as const;
export type GoldenGgufName = (typeof goldenGgufNames)[number];

/** What a log-probability of theirs may be off on a GPU. */
export const GGUF_TOLERANCE = 2e-4;

export interface ExpectedGguf {
  readonly cases: readonly {
    readonly tokens: readonly number[];
    /** The 50 likeliest tokens after the last one, with their log-probabilities. */
    readonly top: readonly (readonly [id: number, logprob: number])[];
    /** [T - 1]: at position t the log-probability of token t + 1. */
    readonly logprob_of_next: readonly number[];
    /** [T] */
    readonly argmax: readonly number[];
  }[];
  /** 16 greedy tokens after the case of 7 tokens. */
  readonly greedy_after_7: readonly number[];
}

/** From the repository's root. */
export const goldenGgufPath = (name: GoldenGgufName): string => `e2e/golden/gguf/${name}/model.gguf`;

export async function expectedGguf(name: GoldenGgufName): Promise<ExpectedGguf> {
  return (await readJson(`e2e/golden/gguf/${name}/expected.json`)) as ExpectedGguf;
}

/** Opens a file with kernels of a class, those of the adapter unless given. Works in Node and in Vitest's browser. */
export async function openGoldenGguf(name: GoldenGgufName, kernelClass?: KernelClass): Promise<GpuModel> {
  const reading = memoryFiles({ 'model.gguf': await readBytes(goldenGgufPath(name)) });
  const read = await readNumericCheckpoint(reading);
  return loadReadOnGpu(await openTestGpu(kernelClass), reading, read);
}

/** Log-probability that a row of logits gives to an id. */
const logprob = (row: Float32Array, id: number): number => defined(row[id], `logit ${id}`) - logsumexp(row);

/** Holds a session against all that is known of a file: every log-probability, the likeliest token of every row, and greedy ids. */
export async function expectGolden(session: Session, expected: ExpectedGguf): Promise<void> {
  expect(expected.cases.map(({ tokens, top }) => [tokens.length, top.length])).toEqual([
    [1, 50],
    [7, 50],
    [40, 50],
    [128, 50],
  ]);
  for (const { tokens, top, logprob_of_next, argmax: highest } of expected.cases) {
    const ids = Uint32Array.from(tokens);
    const last = await session.next(ids);
    const [likeliest, wanted] = [top.map(([id]) => logprob(last, id)), top.map(([, each]) => each)];
    expectNear(likeliest, wanted, GGUF_TOLERANCE);

    const rows: Float32Array[] = [];
    for (let t = 1; t <= ids.length; t++) rows.push(await session.next(ids.subarray(0, t)));
    expect(rows.map(argmax)).toEqual(highest);
    const next = tokens.slice(1).map((id, t) => logprob(defined(rows[t], `row ${t}`), id));
    expectNear(next, logprob_of_next, GGUF_TOLERANCE);

    const scored: number[] = [];
    for await (const tile of session.score(ids, 1)) scored.push(...tile.rows.map(row => row.logit - row.logZ));
    expectNear(scored, logprob_of_next, GGUF_TOLERANCE);
  }
  const prompt = caseOf7({ expected }).tokens;
  const text = [...prompt];
  while (text.length < prompt.length + 16) text.push(argmax(await session.next(Uint32Array.from(text))));
  expect(text.slice(prompt.length)).toEqual(expected.greedy_after_7);
}
