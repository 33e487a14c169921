// pinned_logits: logits of a few ids for stored final states.
import { defined } from '../../lib/assert.ts';
import type { Graph } from '../../model/ir/graph.ts';
import { type Dispatch, perRow, UNUSED, vectorRef } from '../dispatch.ts';
import type { WeightLayouts } from '../layout.ts';
import { kernel, reads, writes } from './kernel.ts';

const pinnedLogitsKernel = kernel('pinned_logits', {
  parts: ['step', 'weights', 'cap'],
  bindings: [...reads('current', 'weights', 'x', 'pins', 'bias'), ...writes('output')],
  consts: {
    WORKGROUP: 'u32',
    ROWS: 'u32',
    K4: 'u32',
    ROW0: 'u32',
    PINS: 'u32',
    HAS_BIAS: 'bool',
    FACTOR: 'f32',
    SOFTCAP: 'f32',
  },
});

export const kernels = [pinnedLogitsKernel];

/** Logits of the ids in `pins` for T final states, into `pinned/logits` [T, pins]. One dispatch a part of the head. */
export function pinnedLogits(graph: Graph, weights: WeightLayouts, step: string, pins: number): Dispatch[] {
  const matrix = defined(weights.matrices.get(graph.head), graph.head);
  const { bias, scale = 1, softcap = 0 } = graph.logits;
  const rule = { HAS_BIAS: bias !== undefined, FACTOR: scale, SOFTCAP: softcap };
  return matrix.parts.map(({ row0, rows, storage }, part) => ({
    label: 'head (pinned_logits)',
    kernel: pinnedLogitsKernel,
    storage,
    consts: { WORKGROUP: 8, ROWS: rows, K4: matrix.stride / 4, ROW0: row0, PINS: pins, ...rule },
    bind: [
      { buffer: step },
      { buffer: `weight/${matrix.name}/${part}` },
      { buffer: 'final' },
      { buffer: 'pins' },
      bias === undefined ? UNUSED : vectorRef({ weights }, bias),
      { buffer: 'pinned/logits' },
    ],
    grid: [Math.ceil(pins / 8), perRow, 1],
  }));
}
