// pinned_logits: logits of a few ids for stored final states.
import { type Dispatch, perRow } from '../dispatch.ts';
import type { MatrixLayout } from '../layout.ts';
import { kernel, reads, writes } from './kernel.ts';

const pinnedLogitsKernel = kernel('pinned_logits', {
  parts: ['step', 'weights'],
  bindings: [...reads('current', 'weights', 'x', 'pins'), ...writes('output')],
  consts: { WORKGROUP: 'u32', ROWS: 'u32', K4: 'u32', ROW0: 'u32', PINS: 'u32' },
});

export const kernels = [pinnedLogitsKernel];

/** Logits of the ids in `pins` for T final states, into `pinned/logits` [T, pins]. One dispatch a part of the head. */
export function pinnedLogits(matrix: MatrixLayout, step: string, pins: number): Dispatch[] {
  return matrix.parts.map(({ row0, rows }, part) => ({
    label: 'head (pinned_logits)',
    kernel: pinnedLogitsKernel,
    storage: matrix.storage,
    consts: { WORKGROUP: 8, ROWS: rows, K4: matrix.stride / 4, ROW0: row0, PINS: pins },
    bind: [
      { buffer: step },
      { buffer: `weight/${matrix.name}/${part}` },
      { buffer: 'final' },
      { buffer: 'pins' },
      { buffer: 'pinned/logits' },
    ],
    grid: [Math.ceil(pins / 8), perRow, 1],
  }));
}
