// Test support: the lens of the scripted engine. The last layer is the engine's own row, an earlier one the row after a further id of its own.

import { logitsAfter, SHIPPED, V } from '../../../e2e/support/scripted-engine.ts';
import type { LensEvent } from '../../protocol/probe-events.ts';
import { divergence } from '../../sampling/compare.ts';
import { type RankedRow, rankRow, rowStatistics } from '../../sampling/row.ts';

/** The row of a layer after `ids`. */
export function lensRow(ids: Uint32Array, layer: number, layers: number, weights = SHIPPED): RankedRow {
  return rankRow(logitsAfter(layer === layers - 1 ? ids : Uint32Array.of(...ids, V + layer), weights));
}

/** What the worker sends for one layer of the rows `[from, to)`. */
export function lensEvent(
  run: number,
  tokens: Uint32Array,
  { layer, layers, from, to, asked }: { layer: number; layers: number; from: number; to: number; asked: number },
  weights = SHIPPED,
): LensEvent {
  const cells = Array.from({ length: to - from }, (_, i) => {
    const ids = tokens.subarray(0, from + i + 1);
    const row = lensRow(ids, layer, layers, weights);
    const { logit, rank } = rowStatistics(row.logits, asked);
    return {
      topId: row.order[0] ?? 0,
      topLogprob: (row.logits[row.order[0] ?? 0] ?? 0) - row.logZ,
      logprob: logit - row.logZ,
      rank,
      divergence: divergence(lensRow(ids, layers - 1, layers, weights), row),
    };
  });
  return {
    type: 'lens',
    run,
    layer,
    from,
    topIds: Uint32Array.from(cells, cell => cell.topId),
    topLogprobs: Float32Array.from(cells, cell => cell.topLogprob),
    logprobs: Float32Array.from(cells, cell => cell.logprob),
    ranks: Uint32Array.from(cells, cell => cell.rank),
    divergences: Float32Array.from(cells, cell => cell.divergence),
  };
}
