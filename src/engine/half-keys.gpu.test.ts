// Keys and values in packed f16: half the memory, the numbers of the oracle within what eleven bits leave, and every promise of the cache kept.
import { describe, expect, test } from 'vitest';
import { loadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { ODD_CONFIG, randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import type { KernelClass } from '../gpu/device.ts';
import { logsumexp } from '../reference/ops.ts';

const WIDE = { ...ODD_CONFIG, n_embd: 48, n_head: 4 };

const ids = (start: number, length: number) =>
  Uint32Array.from({ length }, (_, i) => (start + i * i * 13 + i) % ODD_CONFIG.vocab_size);

/** The largest difference of two rows' log-probabilities. */
function farthest(a: Float32Array, b: Float32Array): number {
  const [zA, zB] = [logsumexp(a), logsumexp(b)];
  return a.reduce((most, logit, id) => Math.max(most, Math.abs(logit - zA - (b[id]! - zB))), 0);
}

describe.each<{ kernelClass: KernelClass; config: typeof WIDE | typeof ODD_CONFIG; title: string }>([
  { kernelClass: 'barrier_free', config: WIDE, title: 'heads of 12' },
  { kernelClass: 'barrier_free', config: ODD_CONFIG, title: 'heads of 10' },
])('$title', ({ kernelClass, config }) => {
  test('half the memory, nearly the same rows, and branches, growth and views as ever', async () => {
    const bytes = randomModelFile(randomModel({ config, seed: 7 }));
    const options = { maxRows: 8, page: 16 };
    using full = await loadOnGpu(await openTestGpu(kernelClass), config, { bytes }, options);
    using half = await loadOnGpu(await openTestGpu(kernelClass), config, { bytes }, { ...options, kv: 'f16' });
    expect(half.room.state.kv).toBe('f16');
    const kvBytes = 2 * 2 * config.n_embd * 4;
    expect(full.room.state.needs.slotBytes - half.room.state.needs.slotBytes).toBe(kvBytes / 2);
    const [text, branch] = [ids(1, 40), Uint32Array.from([...ids(1, 20), ...ids(9, 30)])];
    for (const tokens of [text, branch, text]) {
      const difference = farthest(await half.session.next(tokens), await full.session.next(tokens));
      expect(difference).toBeGreaterThan(0);
      expect(difference).toBeLessThan(5e-3);
    }
    expect(half.runner.pool.capacity).toBe(full.runner.pool.capacity);
    // A row that is fetched later is that of its step, and one more token builds on what is there.
    const row = await half.session.next(text);
    expect(await half.session.next(text)).toEqual(row);
    expect(await half.session.prefill(Uint32Array.from([...text, 5]))).toEqual({ reused: 40, computed: 1 });
    const [ours, theirs] = [await half.probes.attention.row(text, 39), await full.probes.attention.row(text, 39)];
    expect(ours.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(2 * config.n_head, 3);
    expect(ours.every((weight, i) => Math.abs(weight - theirs[i]!) < 2e-3)).toBe(true);
  });
});

test('an odd number of keys has no packing, and stays f32', async () => {
  const config = { ...ODD_CONFIG, n_embd: 15 };
  const bytes = randomModelFile(randomModel({ config, seed: 7 }));
  using model = await loadOnGpu(await openTestGpu(), config, { bytes }, { kv: 'f16' });
  expect(model.room.state.kv).toBe('f32');
  expect(await model.session.next(ids(1, 5))).toHaveLength(config.vocab_size);
});
