// Blocks made by real threads while a model loads: the bytes on the GPU are those that one thread makes, and so are the logits.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadGraph, openTestGpu, pieces } from '../../e2e/support/gpu-model.ts';
import { randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import type { Gpu } from '../gpu/device.ts';
import { QuantisePool } from '../gpu/quantise/pool.ts';
import { openThread, threadCount } from '../gpu/quantise/thread.ts';
import { mapForReading } from '../gpu/waits.ts';
import type { Weights } from '../gpu/weights.ts';
import type { WeightFormat } from '../lib/weight-format.ts';

const TOKENS = Uint32Array.of(3, 11, 36, 0, 7);
/** Matrices that lie as [in, out]. */
const TURNED = { model_type: 'gpt2', n_layer: 1, n_head: 2, n_embd: 64, n_positions: 16, vocab_size: 37, n_inner: 96 };
/** Rows in another order, head by head. */
const PERMUTED = {
  model_type: 'gpt_neox',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  max_position_embeddings: 16,
  vocab_size: 37,
};

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu('naive');
});
afterAll(() => gpu.scope[Symbol.dispose]());

/** All that lies on the GPU of a model's weights. */
async function bytesOf({ buffers }: Weights): Promise<ReadonlyMap<string, Uint8Array>> {
  const bytes = new Map<string, Uint8Array>();
  for (const [name, buffer] of buffers) {
    const staging = gpu.device.createBuffer({
      size: buffer.size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = gpu.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
    gpu.device.queue.submit([encoder.finish()]);
    await mapForReading(gpu.device, staging, buffer.size);
    bytes.set(name, new Uint8Array(staging.getMappedRange()).slice());
    staging.destroy();
  }
  return bytes;
}

/** A pool of two threads for tensors of any size, where there are workers; what they have made, and when both are ready. */
function countedPool() {
  const threads = threadCount() === 0 ? 0 : 2;
  const counts = { ready: 0, made: 0, left: 0 };
  let start = () => {};
  const started = new Promise<void>(resolve => {
    start = resolve;
  });
  const open = () => {
    const thread = openThread();
    thread.addEventListener('message', ({ data }) => {
      counts[data.kind]++;
      if (counts.ready === threads) start();
    });
    return thread;
  };
  return { quantiser: new QuantisePool({ threads, open, least: 0, slice: 256 }), counts, threads, started };
}

test.each<[WeightFormat, string, Readonly<Record<string, unknown>>, 'F32' | 'BF16']>([
  ['int4', 'rows', PERMUTED, 'BF16'],
  ['int8', 'rows', PERMUTED, 'F32'],
  ['int4', 'columns', TURNED, 'F32'],
  ['int8', 'columns', TURNED, 'BF16'],
])('%s of %s', async (format, _, config, dtype) => {
  const { graph, ...model } = randomModel({ config, seed: 5, dtype });
  const file = randomModelFile({ graph, ...model });
  const alone = await loadGraph(gpu, graph, { bytes: file }, { format });
  const { quantiser, counts, threads, started } = countedPool();
  /** The rest of the file comes once the threads are ready. */
  async function* stream() {
    const half = file.length >> 1;
    yield* pieces(file.subarray(0, half), 1003);
    if (threads > 0) await started;
    yield* pieces(file.subarray(half), 1003);
  }
  const shared = await loadGraph(gpu, graph, { bytes: file, stream: stream() }, { format, quantiser });
  quantiser[Symbol.dispose]();
  expect([counts.ready, counts.made > threads, counts.left]).toEqual([threads, threads > 0, 0]);
  expect(await bytesOf(shared.weights)).toEqual(await bytesOf(alone.weights));
  expect(await shared.session.next(TOKENS)).toEqual(await alone.session.next(TOKENS));
});
