// Checkpoints with the structure of the published ones, read and loaded as the worker does; and GPT-2 124M at full size.
import { describe, expect, test } from 'vitest';
import { type GpuModel, loadOnGpu, openTestGpu, pieces } from '../../e2e/support/gpu-model.ts';
import { memoryFiles, publishedFiles, publishedTensors, pytorchFiles } from '../../e2e/support/memory-files.ts';
import { GPT2_124M_CONFIG, randomModel } from '../../e2e/support/random-model.ts';
import { toFloat32, type WeightDtype } from '../checkpoint/dtypes.ts';
import { writeSafetensors } from '../checkpoint/write-safetensors.ts';
import { defined } from '../lib/assert.ts';
import { matchWeights } from '../model/checkpoint.ts';
import { logsumexp } from '../reference/ops.ts';
import { run } from '../reference/run.ts';
import { concatBytes } from '../tokenizer/text.ts';
import { readCheckpoint } from './checkpoint.ts';
import { ModelLoader } from './model.ts';
import type { Session } from './session.ts';

async function load(files: Record<string, Uint8Array | string | object>): Promise<GpuModel['session'] & Disposable> {
  const reading = memoryFiles(files);
  const checkpoint = await readCheckpoint(reading);
  const gpu = await openTestGpu();
  const scope = gpu.scope.open('model');
  const loader = await ModelLoader.create(gpu, scope, checkpoint.graph, checkpoint.tensors);
  for (const file of checkpoint.weightFiles) await loader.upload(file, pieces(await reading.bytes(file), 65_537));
  const { session } = await loader.finish();
  const end = { [Symbol.dispose]: () => gpu.scope[Symbol.dispose]() };
  return Object.assign(session, end);
}

/** Few enough for the kernels of few rows: what is tested here is what lies in the files. */
const TOKENS = Uint32Array.from('Pip?', c => c.charCodeAt(0));

describe.each<{ style: 'gpt2' | 'distilgpt2'; dtype: WeightDtype; shards: number }>([
  { style: 'gpt2', dtype: 'F32', shards: 1 },
  { style: 'gpt2', dtype: 'F16', shards: 3 },
  { style: 'distilgpt2', dtype: 'BF16', shards: 1 },
  { style: 'distilgpt2', dtype: 'F32', shards: 2 },
])('$style in $dtype, files of weights: $shards', ({ style, dtype, shards }) => {
  test('loads past the masks and agrees with the oracle', async () => {
    const files = publishedFiles({ style, dtype }, shards);
    const { graph } = await readCheckpoint(memoryFiles(files));
    const tensors = new Map(publishedTensors({ style, dtype }).map(tensor => [tensor.name, tensor]));
    const weights = new Map(
      [...matchWeights(graph, tensors).tensorOf].map(([weight, name]) => {
        return [weight, toFloat32(defined(tensors.get(name), name).bytes, dtype)] as const;
      }),
    );
    const wanted = run(graph, weights, TOKENS).logits(TOKENS.length - 1);
    using session = await load(files);
    const row = await session.next(TOKENS);
    const [z, y] = [logsumexp(row), logsumexp(wanted)];
    const farthest = row.reduce((most, l, id) => Math.max(most, Math.abs(l - z - (wanted[id]! - y))), 0);
    expect(farthest).toBeLessThan(5e-5);
  });
});

test('wrapped names and padded tables give the row of the plain file, bit by bit', async () => {
  const tensors = publishedTensors({ style: 'gpt2', dtype: 'F16' });
  const rows = { 'wte.weight': 47, 'wpe.weight': 8 };
  const padded = tensors.map(tensor => {
    const more = rows[tensor.name as keyof typeof rows] ?? 0;
    const [n = 0, ...others] = tensor.shape;
    // Halves of 1.5: they would be seen in any row that read them.
    const padding = new Uint8Array((tensor.bytes.length / n) * more).map((_, i) => (i % 2 === 0 ? 0 : 0x3e));
    const bytes = concatBytes([tensor.bytes, padding]);
    return { ...tensor, name: `_orig_mod.transformer.${tensor.name}`, shape: [n + more, ...others], bytes };
  });
  const plain = publishedFiles({ style: 'gpt2', dtype: 'F16' });
  using expected = await load(plain);
  using session = await load({ ...plain, 'model.safetensors': writeSafetensors(padded) });
  expect([...(await session.next(TOKENS))]).toEqual([...(await expected.next(TOKENS))]);
});

test.each([1, 2])(
  'PyTorch files give the row of the safetensors file, bit by bit; files of weights: %i',
  async shards => {
    const options = { style: 'distilgpt2', dtype: 'F16' } as const;
    using expected = await load(publishedFiles(options));
    using session = await load(pytorchFiles(options, shards));
    expect([...(await session.next(TOKENS))]).toEqual([...(await expected.next(TOKENS))]);
  },
);

test('a stream that ends early is a bad file, and says where', async () => {
  const files = memoryFiles(publishedFiles({ style: 'gpt2', dtype: 'F16' }));
  const { graph, tensors, weightFiles } = await readCheckpoint(files);
  const gpu = await openTestGpu();
  using scope = gpu.scope.open('model');
  const loader = await ModelLoader.create(gpu, scope, graph, tensors);
  const bytes = await files.bytes(weightFiles[0]!);
  await expect(loader.upload(weightFiles[0]!, pieces(bytes.subarray(0, bytes.length - 100)))).rejects.toMatchObject({
    code: 'bad_safetensors',
    detail: { file: 'model.safetensors' },
  });
});

describe('GPT-2 124M at full size, random weights in f16', () => {
  test('loads, decodes, and its rows are distributions', { timeout: 600_000 }, async () => {
    const random = randomModel({ config: GPT2_124M_CONFIG, seed: 1, dtype: 'F16' });
    const header = defined(random.parts().next().value, 'the header');
    const stream = (async function* () {
      yield* random.parts();
    })();
    const begin = performance.now();
    using model = await loadOnGpu(
      await openTestGpu(),
      GPT2_124M_CONFIG,
      { bytes: header, size: random.byteLength, stream },
      // A short pool of rows: the test looks at six positions.
      { maxRows: 8 },
    );
    const loaded = performance.now();
    const { session } = model;
    expect(session.dims).toMatchObject({ n_layer: 12, n_embd: 768, vocab_size: 50_257, n_ctx: 1_024 });
    let ids = Uint32Array.of(50_256, 11, 25_129, 0);
    for (let step = 0; step < 2; step++) ids = Uint32Array.from([...ids, await soundest(session, ids)]);
    console.log(
      `load ${Math.round(loaded - begin)} ms, 4 rows and 2 steps ${Math.round(performance.now() - loaded)} ms`,
    );
  });

  /** The likeliest id of the row after `ids`, which is checked: finite, and spread as logits of deviation near 2 are. */
  async function soundest(session: Session, ids: Uint32Array): Promise<number> {
    const row = await session.next(ids);
    expect(row).toHaveLength(50_257);
    expect(row.every(Number.isFinite)).toBe(true);
    const deviation = Math.sqrt(row.reduce((sum, l) => sum + l * l, 0) / row.length);
    expect(deviation).toBeGreaterThan(0.5);
    expect(deviation).toBeLessThan(5);
    // For normal logits logZ is log V + variance / 2.
    expect(Math.abs(logsumexp(row) - Math.log(50_257) - deviation ** 2 / 2)).toBeLessThan(1.5);
    return row.indexOf(Math.max(...row));
  }
});
