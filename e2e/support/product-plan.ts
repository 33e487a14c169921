// The dispatches of one product of a row with a matrix [N, K], as the planner makes them.
import type { Choosing, Dispatch } from '../../src/gpu/dispatch.ts';
import { type HeadUse, planHead } from '../../src/gpu/plan.ts';
import type { StorageName } from '../../src/gpu/storage/storages.ts';
import { layoutAll, opGraph, weightAsItLies } from './kernel-run.ts';

export const matrixPlan = (choosing: Choosing, N: number, K: number, storage: StorageName): Dispatch[] =>
  planned(choosing, [N, K], storage, { logits: 'logits' });

/** Of a head whose logits are reduced to the pieces of a draw. */
export const headRowPlan = (choosing: Choosing, N: number, K: number, storage: StorageName): Dispatch[] =>
  planned(choosing, [N, K], storage, { logits: 'logits', pieces: true });

function planned(
  choosing: Choosing,
  [N, K]: readonly [number, number],
  storage: StorageName,
  use: HeadUse,
): Dispatch[] {
  const dims = { n_layer: 1, n_embd: K, n_head: 1, n_kv_head: 1, head_size: K, n_ctx: 8, vocab_size: N };
  const { graph } = opGraph({ ops: [], widths: {}, head: 'w', weights: [weightAsItLies('w', N, K)], dims });
  return planHead(graph, layoutAll(graph, storage), { ...choosing, rows: 'row', step: 'step' }, use);
}
