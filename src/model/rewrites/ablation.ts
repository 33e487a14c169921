// Ablation: heads, attention blocks and MLPs that a mask can switch off, without another plan for another mask.
import { assert, defined } from '../../lib/assert.ts';
import type { Graph, MaskOp, Op, ValueName } from '../ir/graph.ts';
import { renamed, valueWritten } from '../ir/ops.ts';

/** What a mask can switch off: one head, the whole attention of a layer, or its MLP. */
export type Part =
  | { readonly kind: 'head'; readonly layer: number; readonly head: number }
  | { readonly kind: 'attention' | 'mlp'; readonly layer: number };

export interface AblationGraph {
  readonly graph: Graph;
  /** How many masks there are, and how many baseline numbers. */
  readonly masks: number;
  readonly baselines: number;
  /** The masked values, in order, with where their baselines begin: their means over positions are the baselines of mean ablation. */
  readonly masked: readonly { readonly value: ValueName; readonly baseline: number; readonly width: number }[];
}

/** Mask number of a part. A layer has NH heads, then its attention, then its MLP. */
export function maskOf(part: Part, n_head: number): number {
  const first = part.layer * (n_head + 2);
  if (part.kind === 'head') return first + part.head;
  return first + n_head + (part.kind === 'attention' ? 0 : 1);
}

/**
 * The same model with a mask on the output of every head, on what every attention block adds to the residual stream, and on what
 * every MLP adds. Numbers are the same when all masks are 1.
 */
export function withAblation(graph: Graph): AblationGraph {
  const { n_head, n_layer, n_embd, head_size } = graph.dims;
  const masked: { value: ValueName; baseline: number; width: number }[] = [];
  const maskedAs = new Map<ValueName, ValueName>();
  const places = new Map<ValueName, { mask: number; group: number }>();
  for (const [layer, { heads, attention, mlp }] of graph.roles.layers.entries()) {
    if (heads !== null) places.set(heads, { mask: maskOf({ kind: 'head', layer, head: 0 }, n_head), group: head_size });
    places.set(attention, { mask: maskOf({ kind: 'attention', layer }, n_head), group: n_embd });
    places.set(mlp, { mask: maskOf({ kind: 'mlp', layer }, n_head), group: n_embd });
  }
  const widths: Record<ValueName, number> = { ...graph.widths };
  let baselines = 0;
  const ops = graph.ops.flatMap((op): Op[] => {
    const read = renamed(op, value => maskedAs.get(value) ?? value);
    const out = valueWritten(op);
    const place = out === null ? undefined : places.get(out);
    if (out === null || place === undefined) return [read];
    const width = defined(graph.widths[out], out);
    const mask: MaskOp = { op: 'mask', x: out, ...place, baseline: baselines, out: `${out}.masked` };
    masked.push({ value: out, baseline: baselines, width });
    baselines += width;
    widths[mask.out] = width;
    maskedAs.set(out, mask.out);
    return [read, mask];
  });
  assert(masked.length === places.size, 'every place is written');
  return { graph: { ...graph, ops, widths }, masks: n_layer * (n_head + 2), baselines, masked };
}
