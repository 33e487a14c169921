// The kernels that measure an adapter compute all that they are counted for: one that read or multiplied less would be quicker than any.
import { beforeAll, expect, test } from 'vitest';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import { expectClose, noise, runDispatches } from '../../e2e/support/kernel-run.ts';
import type { Gpu, KernelClass } from './device.ts';
import { planRateMultiply, planRateRead } from './kernels/rate.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const CLASSES: readonly KernelClass[] = ['barrier_free', 'workgroup'];

test.each(CLASSES)('rate_read sums every number of its buffer: %s', async kernelClass => {
  const { dispatch, buffers, amount } = planRateRead(kernelClass, 600_000);
  expect(amount).toBeGreaterThan(500_000);
  expect(amount).toBeLessThanOrEqual(600_000);
  const numbers = noise(amount / 4, 1);
  const lanes = (buffers.sums ?? 0) / 4;
  const contents = { numbers, sums: new Float32Array(lanes) };
  const sums = await runDispatches(gpu, [dispatch], contents, 1, 'sums');
  // Lane l of a group reads the groups of four numbers l, l + WORKGROUP, and so on of its stretch.
  const WORKGROUP = Number(dispatch.consts.WORKGROUP);
  const stretch = amount / 4 / (lanes / WORKGROUP);
  const wanted = new Float64Array(lanes);
  numbers.forEach((number, i) => {
    const lane = Math.floor((i % stretch) / 4) % WORKGROUP;
    const at = Math.floor(i / stretch) * WORKGROUP + lane;
    wanted[at] = (wanted[at] ?? 0) + number;
  });
  expectClose(sums, wanted);
});

test.each(CLASSES)('rate_multiply runs every chain to its end: %s', async kernelClass => {
  const { dispatch, buffers, amount } = planRateMultiply(kernelClass);
  const factors = Float32Array.of(0.99, 0.98, 0.97, 0.96, 0.1, 0.2, -0.3, 0.4);
  const lanes = (buffers.ends ?? 0) / 4;
  const STEPS = Number(dispatch.consts.STEPS);
  expect(amount).toBe(lanes * STEPS * 16 * 2);
  // A few workgroups are enough to see that each thread runs to its end.
  const few = 4 * Number(dispatch.consts.WORKGROUP);
  const cut = { ...dispatch, grid: [4, 1, 1] as const };
  const ends = await runDispatches(gpu, [cut], { factors, ends: new Float32Array(few) }, 1, 'ends');
  const endOf = (start: number): number => {
    let total = 0;
    for (const [i, factor] of factors.subarray(0, 4).entries()) {
      let number = start;
      for (let step = 0; step < STEPS; step++) number = number * factor + (factors[4 + i] ?? 0);
      total += number;
    }
    return total;
  };
  const sixteen = Array.from({ length: 16 }, (_, i) => endOf(i) + endOf(i + 1) + endOf(i + 2) + endOf(i + 3));
  expectClose(
    ends,
    Float64Array.from({ length: few }, (_, id) => sixteen[id % 16] ?? 0),
  );
});
