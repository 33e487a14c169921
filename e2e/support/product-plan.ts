// The dispatches of one product of a row with a matrix [N, K], as the planner makes them.
import type { Choosing, Dispatch } from '../../src/gpu/dispatch.ts';
import { planHead } from '../../src/gpu/plan.ts';
import type { StorageName } from '../../src/gpu/storage/storages.ts';
import { layoutAll, opGraph, weightAsItLies } from './kernel-run.ts';

export function matrixPlan(choosing: Choosing, N: number, K: number, storage: StorageName): Dispatch[] {
  const dims = { n_layer: 1, n_embd: K, n_head: 1, n_kv_head: 1, head_size: K, n_ctx: 8, vocab_size: N };
  const { graph } = opGraph({ ops: [], widths: {}, head: 'w', weights: [weightAsItLies('w', N, K)], dims });
  return planHead(graph, layoutAll(graph, storage), { ...choosing, rows: 'row', step: 'step' }, { logits: 'logits' });
}
