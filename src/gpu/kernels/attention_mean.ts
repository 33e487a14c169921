// attention_mean: the mean over heads of attention weights.
import type { Graph } from '../../model/ir/graph.ts';
import { type Dispatch, perRow } from '../dispatch.ts';
import { stride4 } from '../layout.ts';
import { kernel, reads, writes } from './kernel.ts';

const attentionMeanKernel = kernel('attention_mean', {
  parts: ['step'],
  bindings: [...reads('current', 'x'), ...writes('output')],
  consts: { WORKGROUP: 'u32', NH: 'u32', COLUMNS: 'u32', STRIDE: 'u32' },
});

export const kernels = [attentionMeanKernel];

/** Mean over heads of the attention weights in `value`, over `columns` positions, into `map/mean` [T, columns]. */
export function attentionMean(graph: Graph, step: string, value: string, columns: number): Dispatch {
  const { n_head: NH } = graph.dims;
  return {
    label: 'attention (attention_mean)',
    kernel: attentionMeanKernel,
    consts: { WORKGROUP: 64, NH, COLUMNS: columns, STRIDE: stride4(NH * columns) },
    bind: [{ buffer: step }, { buffer: value }, { buffer: 'map/mean' }],
    grid: [Math.ceil(columns / 64), perRow, 1],
  };
}
