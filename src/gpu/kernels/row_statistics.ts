// row_statistics: rows of logits reduced to partial sums of their distributions.
import type { Graph } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanOptions, perRow } from '../dispatch.ts';
import { stride4 } from '../layout.ts';
import { kernel, reads, writes } from './kernel.ts';

const rowStatistics = kernel('row_statistics', {
  parts: ['step'],
  bindings: [...reads('current', 'logits'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', PARTS: 'u32' },
});

export const kernels = [rowStatistics];

/** The dispatch that reduces T rows of logits to `parts` partial statistics each. */
export function planStatistics(
  graph: Graph,
  options: PlanOptions,
  logits: string,
  output: string,
  parts: number,
): Dispatch {
  const workgroup = options.kernelClass === 'barrier_free' ? 8 : 64;
  const consts = {
    WORKGROUP: workgroup,
    WIDTH: graph.dims.vocab_size,
    STRIDE: stride4(graph.dims.vocab_size),
    PARTS: parts,
  };
  return {
    label: 'head (row_statistics)',
    kernel: rowStatistics,
    consts,
    bind: [{ buffer: options.step }, { buffer: logits }, { buffer: output }],
    grid: [Math.ceil(parts / workgroup), perRow, 1],
  };
}
