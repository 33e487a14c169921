// Which classes of kernels a GPU test runs where.
import type { KernelClass } from '../../src/gpu/device.ts';

const BARRIERS: readonly KernelClass[] = ['workgroup', 'subgroup'];

/** Kernels with barriers crawl on a CPU that plays a GPU: short texts prove that they compute the same. */
export const hasBarriers = (kernelClass: KernelClass): boolean => BARRIERS.includes(kernelClass);

/**
 * False for kernels with barriers on the software adapter of a browser, which never picks them and takes minutes for them: whole models of
 * these classes run on Dawn, and in a browser with `GPU=hardware`.
 */
export function runsHere(kernelClass: KernelClass): boolean {
  return import.meta.env.GPU_HOST !== 'browser' || import.meta.env.GPU === 'hardware' || !hasBarriers(kernelClass);
}
