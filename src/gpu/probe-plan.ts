// The dispatches that only views of the inside need.
import type { Graph } from '../model/ir/graph.ts';
import { type MatrixLayout, stride4 } from './layout.ts';
import type { Dispatch, PlanOptions } from './plan.ts';

const perRow = { rowsPer: 1 } as const;

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
    kernel: 'lens_statistics',
    storage: 'f32',
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

/** Mean over heads of the attention weights in `value`, into `map/mean` [T, n_ctx]. */
export function attentionMean(graph: Graph, step: string, value: string): Dispatch {
  const { n_head: NH, n_ctx: N_CTX } = graph.dims;
  return {
    label: 'attention (attention_mean)',
    kernel: 'attention_mean',
    storage: 'f32',
    consts: { WORKGROUP: 64, NH, N_CTX, STRIDE: stride4(NH * N_CTX) },
    bind: [{ buffer: step }, { buffer: value }, { buffer: 'map/mean' }],
    grid: [Math.ceil(N_CTX / 64), perRow, 1],
  };
}

/** Adds the rows of a step to the running means of `value`, whose columns begin at `baseline` of `means`. */
export function columnMean(step: string, value: string, width: number, baseline: number): Dispatch {
  return {
    label: `${value} (column_mean)`,
    kernel: 'column_mean',
    storage: 'f32',
    consts: { WORKGROUP: 64, WIDTH: width, STRIDE: stride4(width), BASELINE: baseline },
    bind: [{ buffer: step }, { buffer: value }, { buffer: 'total' }, { buffer: 'means' }],
    grid: [Math.ceil(width / 64), 1, 1],
  };
}

/** Logits of the ids in `pins` for T final states, into `pinned/logits` [T, pins]. One dispatch a part of the head. */
export function pinnedLogits(matrix: MatrixLayout, step: string, pins: number): Dispatch[] {
  return matrix.parts.map(({ row0, rows }, part) => ({
    label: 'head (pinned_logits)',
    kernel: 'pinned_logits',
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
