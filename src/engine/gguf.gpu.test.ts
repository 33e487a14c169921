// A model in a GGUF file whose matrices have every type of block, on a real adapter beside the oracle on the same numbers.
import { expect, test } from 'vitest';
import { everyTypeOfBlock } from '../../e2e/support/gguf-blocks.ts';
import { loadReadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { memoryFiles } from '../../e2e/support/memory-files.ts';
import { isWeightDtype, toFloat32 } from '../checkpoint/dtypes.ts';
import { STORAGES } from '../gpu/storage/storages.ts';
import { defined } from '../lib/assert.ts';
import { matchWeights } from '../model/checkpoint.ts';
import { argmax, logsumexp } from '../reference/ops.ts';
import { greedy, run } from '../reference/run.ts';
import { readNumericCheckpoint } from './checkpoint.ts';

const TOKENS = [5, 96, 31, 8, 77, 12, 12, 60];

test('every type of block computes what the oracle does on its numbers', async () => {
  const file = everyTypeOfBlock();
  const reading = memoryFiles({ 'model.gguf': file });
  const read = await readNumericCheckpoint(reading);
  const { graph, tensors } = read;
  const weights = new Map(
    [...matchWeights(graph, tensors).tensorOf].map(([name, stored]) => {
      const { begin, end, dtype, shape } = defined(tensors.get(stored), stored);
      const bytes = file.slice(begin, end);
      if (isWeightDtype(dtype)) return [name, toFloat32(bytes, dtype)] as const;
      const storage = defined(
        Object.values(STORAGES).find(each => each.dtype === dtype),
        dtype,
      );
      const columns = defined(shape[1], name);
      return [name, storage.dequantise(storage.pack(bytes, columns), columns)] as const;
    }),
  );
  using loaded = await loadReadOnGpu(await openTestGpu(), reading, read);
  const { session } = loaded;
  const wanted = run(graph, weights, TOKENS);
  for (const length of [1, TOKENS.length]) {
    const row = await session.next(Uint32Array.from(TOKENS.slice(0, length)));
    const oracle = wanted.logits(length - 1);
    const [z, y] = [logsumexp(row), logsumexp(oracle)];
    const farthest = row.reduce((most, l, id) => Math.max(most, Math.abs(l - z - ((oracle[id] ?? Number.NaN) - y))), 0);
    expect(farthest).toBeLessThan(2e-4);
    expect(new Set(oracle.map(Math.round)).size).toBeGreaterThan(3);
  }
  const text = [...TOKENS];
  for (let i = 0; i < 6; i++) text.push(argmax(await session.next(Uint32Array.from(text))));
  expect(text.slice(TOKENS.length)).toEqual(greedy(graph, weights, TOKENS, 6));
});
