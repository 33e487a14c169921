// The kernel lens_statistics against plain sums over whole rows: ties, and logits that are not numbers.
import { beforeAll, describe, expect, test } from 'vitest';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import {
  type Contents,
  FILLER,
  noise,
  opGraph,
  padRows,
  runDispatches,
  stepRows,
} from '../../e2e/support/kernel-run.ts';
import * as reference from '../reference/ops.ts';
import type { Gpu, KernelClass } from './device.ts';
import { lensStatistics } from './kernels/lens_statistics.ts';
import { assertSoundStatistics, joinLensStatistics } from './lens-statistics.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

describe.each<KernelClass>(['barrier_free', 'workgroup'])('lens_statistics, %s', kernelClass => {
  async function statistics(logits: Float32Array, final: Float32Array, V: number, asked: readonly number[]) {
    const [T, parts] = [asked.length, 64];
    const dims = { n_layer: 1, n_embd: 4, n_head: 1, n_kv_head: 1, head_size: 4, n_ctx: 8, vocab_size: V };
    const { graph } = opGraph({ ops: [], widths: {}, dims });
    const contents: Contents = {
      step: stepRows(asked.map(id => ({ id }))),
      logits: padRows(logits, V),
      'lens/final': padRows(final, V),
      'lens/statistics': new Float32Array(T * (2 * parts + 1) * 4).fill(FILLER),
    };
    const dispatch = lensStatistics(graph, { kernelClass, rows: 'tile', step: 'step' }, 'logits', parts);
    return joinLensStatistics(await runDispatches(gpu, [dispatch], contents, T, 'lens/statistics'), T, parts);
  }

  test.each([1, 7, 63, 64, 65, 2_049])('a vocabulary of %i', async V => {
    // Halves: many ties, for the likeliest too.
    const logits = noise(3 * V, V).map(n => Math.round(n * 8) / 2);
    const final = noise(3 * V, V + 1).map(n => n * 3);
    const asked = [0, V - 1, V >> 1];
    for (const [t, got] of (await statistics(logits, final, V, asked)).entries()) {
      const row = logits.subarray(t * V, (t + 1) * V);
      const own = row.map(l => l - reference.logsumexp(row));
      const theirs = final.subarray(t * V, (t + 1) * V);
      const z = reference.logsumexp(theirs);
      const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
      expect(got.topId).toBe(order[0]);
      expect(got.rank).toBe(order.indexOf(asked[t]!) + 1);
      expect(Math.abs(got.topLogprob - own[order[0]!]!)).toBeLessThan(1e-5);
      expect(Math.abs(got.logprob - own[asked[t]!]!)).toBeLessThan(1e-5);
      const divergence = theirs.reduce((sum, f, id) => sum + Math.exp(f - z) * (f - z - own[id]!), 0);
      expect(Math.abs(got.divergence - divergence)).toBeLessThan(1e-4);
    }
  });

  test('of equal logits the lower id is the likeliest, in one piece of the row or in two', async () => {
    const V = 200;
    const logits = new Float32Array(2 * V).fill(-1);
    for (const id of [9, 10, 150, V + 70, V + 199]) logits[id] = 4;
    const got = await statistics(logits, logits, V, [9, 199]);
    expect(got.map(({ topId }) => topId)).toEqual([9, 70]);
    expect(got.map(({ rank }) => rank)).toEqual([1, 2]);
  });

  test('a not-a-number anywhere in either row is seen', async () => {
    const V = 200;
    const logits = noise(4 * V, 1);
    const final = noise(4 * V, 2);
    logits[150] = Number.NaN;
    logits[V] = Number.NaN;
    final[2 * V + 77] = Number.NaN;
    const got = await statistics(logits, final, V, [3, 3, 3, 3]);
    expect(got.map(({ topLogprob }) => Number.isNaN(topLogprob))).toEqual([true, true, true, false]);
    expect(() => assertSoundStatistics(got.slice(1), 8)).toThrow(
      expect.objectContaining({ code: 'nan_logits', detail: { position: 8 } }),
    );
    expect(() => assertSoundStatistics(got.slice(3), 8)).not.toThrow();
  });
});
