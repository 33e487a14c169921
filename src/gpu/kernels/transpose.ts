// transpose: columns of a stored matrix to rows, once, at upload.
import { assert } from '../../lib/assert.ts';
import type { Storage } from '../storage/storage.ts';
import { type Kernel, type KernelSpec, kernel, reads, writes } from './kernel.ts';

const SPEC: KernelSpec = {
  parts: [],
  bindings: [...reads('source'), ...writes('output')],
  consts: { IN: 'u32', FROM_STRIDE: 'u32', TO_STRIDE: 'u32', FROM_ROW: 'u32', TO_ROW: 'u32', ROWS: 'u32' },
};
const transpose16 = kernel('transpose_16', SPEC);
const transpose32 = kernel('transpose_32', SPEC);

export const kernels = [transpose16, transpose32];

/** The kernel for a storage, and how many numbers of a row one thread writes. */
export function transposeKernel({ name, block, blockBytes: bytes }: Storage): {
  readonly kernel: Kernel;
  readonly perThread: number;
} {
  assert(block === 1 && (bytes === 4 || bytes === 2), `numbers of ${name} can be moved one by one`);
  return bytes === 4 ? { kernel: transpose32, perThread: 1 } : { kernel: transpose16, perThread: 2 };
}
