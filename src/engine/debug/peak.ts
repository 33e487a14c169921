// What the adapter can do at most: bytes that it reads in a second, and f32 operations, each measured by a kernel that does nothing else.
import type { Gpu } from '../../gpu/device.ts';
import { Executor } from '../../gpu/executor.ts';
import { planRateMultiply, planRateRead, type RatePlan } from '../../gpu/kernels/rate.ts';
import type { Scope } from '../../gpu/scope.ts';
import type { Stopwatch } from '../../gpu/stopwatch.ts';
import { asNucleusError } from '../../lib/error.ts';

/** What is read: more than the caches of most chips hold, and little beside their memory. Bytes. */
const READ = { gpu: 2 ** 28, cpu: 2 ** 26 } as const;
const LEAST_READ = 2 ** 22;

/** Bytes a second. Where memory is short it reads less of it. Throws `out_of_memory`. */
export async function measureBandwidth(gpu: Gpu, owner: Scope, watch: Stopwatch): Promise<number> {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  let bytes = Math.min(gpu.software ? READ.cpu : READ.gpu, maxBufferSize, maxStorageBufferBindingSize);
  for (;;) {
    try {
      return await rateOf(gpu, owner, watch, planRateRead(gpu.kernelClass, bytes));
    } catch (error) {
      if (asNucleusError(error).code !== 'out_of_memory' || bytes <= LEAST_READ) throw error;
      bytes /= 2;
    }
  }
}

/** f32 operations a second; a multiply-add is two. */
export function measureFlops(gpu: Gpu, owner: Scope, watch: Stopwatch): Promise<number> {
  return rateOf(gpu, owner, watch, planRateMultiply(gpu.kernelClass));
}

/** By the fastest pass: what came between it and the others is no limit of the adapter. */
async function rateOf(
  gpu: Gpu,
  owner: Scope,
  watch: Stopwatch,
  { dispatch, buffers, amount }: RatePlan,
): Promise<number> {
  const scope = owner.open('peak');
  try {
    const usage = GPUBufferUsage.STORAGE;
    const names = Object.entries(buffers);
    const made = await scope.buffers(names.map(([label, size]) => ({ label, size, usage })));
    const found = new Map(names.map(([label], i) => [label, made[i]!]));
    const executor = await Executor.create(gpu, [dispatch], found);
    const { fastest } = await watch.each([pass => executor.encode(pass, 1)]);
    return amount / (fastest / 1000);
  } finally {
    scope[Symbol.dispose]();
  }
}
