// lens_statistics: rows of logits of a layer compared with the final ones, as partial sums.
import type { Graph } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanOptions, perRow } from '../dispatch.ts';
import { stride4 } from '../layout.ts';
import { kernel, reads, writes } from './kernel.ts';

const lensStatisticsKernel = kernel('lens_statistics', {
  parts: ['step'],
  bindings: [...reads('current', 'logits', 'final_logits'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', PARTS: 'u32' },
});

export const kernels = [lensStatisticsKernel];

/** Statistics of T rows of `logits` beside the final ones in `lens/final`, into `lens/statistics` from byte `offset` on. */
export function lensStatistics(
  graph: Graph,
  options: PlanOptions,
  logits: string,
  parts: number,
  offset = 0,
): Dispatch {
  const workgroup = options.kernelClass === 'barrier_free' ? 8 : 64;
  const { vocab_size } = graph.dims;
  return {
    label: 'lens (lens_statistics)',
    kernel: lensStatisticsKernel,
    consts: { WORKGROUP: workgroup, WIDTH: vocab_size, STRIDE: stride4(vocab_size), PARTS: parts },
    bind: [
      { buffer: options.step },
      { buffer: logits },
      { buffer: 'lens/final' },
      { buffer: 'lens/statistics', offset },
    ],
    grid: [Math.ceil(parts / workgroup), perRow, 1],
  };
}
