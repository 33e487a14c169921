// Ablation: heads, attention blocks and MLPs that a mask can switch off, without another plan for another mask.
import { assert, defined } from '../../lib/assert.ts';
import type { Graph, MaskOp, Op, ValueName } from '../ir/graph.ts';

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
  const renamed = new Map<ValueName, ValueName>();
  const places = new Map<ValueName, { mask: number; group: number }>();
  for (let layer = 0; layer < n_layer; layer++) {
    const heads = { mask: maskOf({ kind: 'head', layer, head: 0 }, n_head), group: head_size };
    places.set(`h.${layer}.attn`, heads);
    places.set(`h.${layer}.attn.c_proj`, { mask: maskOf({ kind: 'attention', layer }, n_head), group: n_embd });
    places.set(`h.${layer}.mlp.c_proj`, { mask: maskOf({ kind: 'mlp', layer }, n_head), group: n_embd });
  }
  const widths: Record<ValueName, number> = { ...graph.widths };
  let baselines = 0;
  const ops = graph.ops.flatMap((op): Op[] => {
    const read = withInputs(op, renamed);
    const out = 'out' in op ? op.out : null;
    const place = out === null ? undefined : places.get(out);
    if (out === null || place === undefined) return [read];
    const width = defined(graph.widths[out], out);
    const mask: MaskOp = { op: 'mask', x: out, ...place, baseline: baselines, out: `${out}.masked` };
    masked.push({ value: out, baseline: baselines, width });
    baselines += width;
    widths[mask.out] = width;
    renamed.set(out, mask.out);
    return [read, mask];
  });
  assert(masked.length === 3 * n_layer, 'every layer has its three places');
  return { graph: { ...graph, ops, widths }, masks: n_layer * (n_head + 2), baselines, masked };
}

/** The op with its operands read under their new names. */
function withInputs(op: Op, renamed: ReadonlyMap<ValueName, ValueName>): Op {
  const name = (value: ValueName) => renamed.get(value) ?? value;
  switch (op.op) {
    case 'add':
      return { ...op, a: name(op.a), b: name(op.b) };
    case 'linear':
    case 'layernorm':
    case 'bias':
    case 'activation':
    case 'mask':
      return { ...op, x: name(op.x) };
    case 'embedding':
    case 'kv_append':
    case 'attention':
    case 'attention_weights':
      return op;
    default:
      return op satisfies never;
  }
}
