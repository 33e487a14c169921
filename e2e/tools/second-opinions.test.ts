// Other engines on files of ours: llama.cpp on GGUF files, onnxruntime on the ONNX files of the benchmark, both beside the oracle in float64. They are installed in
// e2e/bench/peers alone, and where they are not nothing is asked of them.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NumericCheckpoint, readNumericCheckpoint } from '../../src/engine/checkpoint.ts';
import { storageOfTensor } from '../../src/engine/stored-weights.ts';
import { defined } from '../../src/lib/assert.ts';
import { buildGraph } from '../../src/model/architectures/architectures.ts';
import { matchWeights } from '../../src/model/checkpoint.ts';
import type { Graph } from '../../src/model/ir/graph.ts';
import { run } from '../../src/reference/run.ts';
import type { ReferenceWeights } from '../../src/reference/weights.ts';
import { letters, logprobsOf } from '../bench/peer.ts';
import { byteTokens, writePeerFiles } from '../bench/peer-files.ts';
import { installed, llamaPeer, PEERS } from '../bench/peer-llama.ts';
import { type Config, goldenGguf } from '../support/gguf-golden.ts';
import { loadGolden } from '../support/golden.ts';
import { memoryFiles } from '../support/memory-files.ts';
import { randomModel, randomModelFile } from '../support/random-model.ts';
import { referenceWeights } from '../support/reference-weights.ts';

const DECODER = {
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
  vocab_size: 512,
};
const CONFIGS = {
  gpt2: { model_type: 'gpt2', n_layer: 2, n_head: 4, n_embd: 64, n_positions: 128, vocab_size: 512 },
  llama: { model_type: 'llama', ...DECODER },
  qwen3: { model_type: 'qwen3', ...DECODER, head_dim: 32 },
};
const IDS = letters(24, 1);
const last = (graph: Graph, weights: ReferenceWeights): number[] =>
  logprobsOf(Float32Array.from(run(graph, weights, IDS).logits(IDS.length - 1)));

const WITH_LLAMA = installed('node-llama-cpp');
const WITH_ONNX = installed('onnxruntime-web');

describe.skipIf(!WITH_LLAMA && !WITH_ONNX).each(Object.entries(CONFIGS))('%s', (name, config) => {
  const weightsFile = randomModelFile(randomModel({ config, seed: 7 }));
  const { graph } = buildGraph(config);
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'nucleus-'));
    await writePeerFiles(folder, { graph, config, weightsFile });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  // llama.cpp looks GELU up in a table of f16, and rounds activations to 8 bits before products with blocks.
  test.skipIf(!WITH_LLAMA).each([
    ['f32.gguf', name === 'gpt2' ? 5e-3 : 1e-4],
    ['q8_0.gguf', 0.3],
  ])('llama.cpp reads %s as we do', async (file, tolerance) => {
    const bytes = new Uint8Array(await readFile(path.join(folder, file)));
    const read = await readNumericCheckpoint(memoryFiles({ [file]: bytes }));
    await expectOfLlama(path.join(folder, file), last(read.graph, dequantised(read, bytes)), tolerance);
  });

  test.skipIf(!WITH_ONNX)(
    'onnxruntime computes the ONNX file as we do, with its keys and values handed on',
    async () => {
      const row = await rowOfOnnx(path.join(folder, 'onnx', 'model.onnx'), graph);
      const wanted = last(graph, referenceWeights(graph, { weightsFile }));
      for (const [id, logprob] of logprobsOf(row).entries())
        expect(Math.abs(logprob - (wanted[id] ?? Number.NaN))).toBeLessThan(5e-5);
    },
  );
});

test.skipIf(!WITH_LLAMA)(
  'llama.cpp reads a Qwen 3.5 as its converter lays it down as we read its checkpoint',
  async () => {
    const golden = await loadGolden('qwen3-5');
    const { graph } = buildGraph(golden.config);
    const config = { ...(golden.config as Config), rope_theta: 1e7, partial_rotary_factor: 0.5 };
    const { file } = goldenGguf(golden, config, { metadata: byteTokens(graph.dims.vocab_size) });
    const folder = await mkdtemp(path.join(tmpdir(), 'nucleus-'));
    try {
      const place = path.join(folder, 'model.gguf');
      await writeFile(place, file);
      await expectOfLlama(place, last(graph, referenceWeights(graph, golden)), 1e-4);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

/** Log-probabilities of every id behind IDS. */
async function expectOfLlama(file: string, wanted: readonly number[], tolerance: number): Promise<void> {
  const peer = await llamaPeer(file, { n_ctx: 128 });
  try {
    const row = await peer.row(IDS);
    const some = 'some' in row ? row.some : [];
    expect(some).toHaveLength(wanted.length);
    for (const [id, logprob] of some) expect(Math.abs(logprob - (wanted[id] ?? Number.NaN))).toBeLessThan(tolerance);
  } finally {
    await peer.close();
  }
}

/** Blocks as the numbers that they stand for. */
function dequantised({ graph, tensors }: NumericCheckpoint, file: Uint8Array): ReferenceWeights {
  const { tensorOf } = matchWeights(graph, tensors);
  const weights = new Map<string, Float32Array>();
  for (const [name, stored] of tensorOf) {
    const range = defined(tensors.get(stored), stored);
    const storage = storageOfTensor(range);
    const count = range.shape.reduce((product, size) => product * size, 1);
    const bytes = storage.pack(new Uint8Array(file.subarray(range.begin, range.end)), count);
    weights.set(name, storage.dequantise(bytes, count));
  }
  return weights;
}

interface Ort {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (
    type: string,
    values: ArrayBufferView,
    shape: readonly number[],
  ) => { readonly data: Float32Array };
  readonly InferenceSession: {
    create(file: Uint8Array): Promise<{ run(feeds: object): Promise<Record<string, { readonly data: Float32Array }>> }>;
  };
}

/** After a prompt of all but four of the tokens, and those one after the other. */
async function rowOfOnnx(file: string, { dims }: Graph): Promise<Float32Array> {
  const address = pathToFileURL(path.join(PEERS, 'onnxruntime-web', 'dist', 'ort.node.min.mjs')).href;
  const ort = (await import(/* @vite-ignore */ address)) as Ort;
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(new Uint8Array(await readFile(file)));
  const whole = (values: readonly number[]) =>
    new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  const names = Array.from({ length: dims.n_layer }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();
  const empty = new ort.Tensor('float32', new Float32Array(), [1, dims.n_kv_head, 0, dims.head_size]);
  let past = names.map(() => empty);
  let row = new Float32Array();
  for (let from = 0; from < IDS.length; from = from === 0 ? IDS.length - 4 : from + 1) {
    const ids = from === 0 ? IDS.slice(0, -4) : IDS.slice(from, from + 1);
    const given = { input_ids: whole(ids), position_ids: whole(ids.map((_, i) => from + i)) };
    const feeds = Object.fromEntries(names.map((name, i) => [`past_key_values.${name}`, past[i]]));
    const out = await session.run({ ...feeds, ...given });
    past = names.flatMap(name => out[`present.${name}`] ?? []);
    row = new Float32Array(out.logits?.data ?? []);
  }
  return row;
}
