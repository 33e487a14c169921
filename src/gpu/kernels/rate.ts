// rate_read and rate_multiply: what an adapter can do at most, as the profile measures it.
import type { KernelClass } from '../device.ts';
import type { Dispatch } from '../dispatch.ts';
import { kernel, reads, writes } from './kernel.ts';

const rateRead = kernel('rate_read', {
  parts: [],
  bindings: [...reads('numbers'), ...writes('sums')],
  consts: { WORKGROUP: 'u32' },
});
const rateMultiply = kernel('rate_multiply', {
  parts: [],
  bindings: [...reads('factors'), ...writes('ends')],
  consts: { WORKGROUP: 'u32', STEPS: 'u32' },
});

export const kernels = [rateRead, rateMultiply];

/** Groups of four floats that a thread reads. */
const EACH = 64;
/** Multiply-adds of a chain, and the numbers of a thread that are chains. */
const STEPS = 256;
const CHAINS = 16;

/** A dispatch with the buffers it takes, in bytes, and what it does: bytes that it reads, or operations on numbers. */
export interface RatePlan {
  readonly dispatch: Dispatch;
  readonly buffers: Readonly<Record<string, number>>;
  readonly amount: number;
}

const onCpu = (kernelClass: KernelClass): boolean => kernelClass === 'barrier_free' || kernelClass === 'naive';

/** Reads about `bytes` of memory once; somewhat less where that is no whole number of workgroups. */
export function planRateRead(kernelClass: KernelClass, bytes: number): RatePlan {
  const WORKGROUP = onCpu(kernelClass) ? 8 : 256;
  const groups = Math.max(1, Math.floor(bytes / (WORKGROUP * EACH * 16)));
  const amount = groups * WORKGROUP * EACH * 16;
  return {
    dispatch: {
      label: 'memory (rate_read)',
      kernel: rateRead,
      consts: { WORKGROUP },
      bind: [{ buffer: 'numbers' }, { buffer: 'sums' }],
      grid: [groups, 1, 1],
    },
    buffers: { numbers: amount, sums: groups * WORKGROUP * 4 },
    amount,
  };
}

/** Multiplies and adds f32 numbers in registers. */
export function planRateMultiply(kernelClass: KernelClass): RatePlan {
  const [WORKGROUP, groups] = onCpu(kernelClass) ? [8, 256] : [256, 2048];
  return {
    dispatch: {
      label: 'arithmetic (rate_multiply)',
      kernel: rateMultiply,
      consts: { WORKGROUP, STEPS },
      bind: [{ buffer: 'factors' }, { buffer: 'ends' }],
      grid: [groups, 1, 1],
    },
    buffers: { factors: 32, ends: groups * WORKGROUP * 4 },
    amount: groups * WORKGROUP * STEPS * CHAINS * 2,
  };
}
