// The last rewrite before the plan: folds bias, activation, residual sum and cache writes into the op that feeds them.

import { defined } from '../../lib/assert.ts';
import type { AttentionOp, AttentionWeightsOp, Graph, KvAppendOp, LinearOp, Op, ValueName } from '../ir/graph.ts';
import { valuesRead, valueWritten } from '../ir/ops.ts';

/**
 * The same model in fewer ops: linear + bias + activation + add, linear + bias + kv_append, embedding + add. A value is folded
 * away only if exactly one operand reads it and it is neither `final` nor listed in `keep` (values that a view of the inside asks for).
 * Folded values leave `widths`; the others keep their names and widths. Results are the same to the last bit in exact
 * arithmetic order: bias, activation, residual.
 */
export function fuse(graph: Graph, keep: Iterable<ValueName> = []): Graph {
  const kept = new Set([graph.final, ...keep]);
  const ops = foldCacheWrites(foldChains(graph.ops, kept), graph, kept);
  const written = new Set(ops.map(valueWritten));
  const widths = Object.fromEntries(Object.entries(graph.widths).filter(([value]) => written.has(value)));
  return { ...graph, ops, widths };
}

/** Folds an op into the consumer of its value; the folded op takes the consumer's place, where all operands are known. */
function foldChains(ops: readonly Op[], kept: ReadonlySet<ValueName>): Op[] {
  const reads = countReads(ops);
  const out: (Op | null)[] = [];
  const producer = new Map<ValueName, number>();
  for (const op of ops) {
    let placed = op;
    for (const value of foldable(op)) {
      const at = producer.get(value);
      const source = at === undefined ? null : out[at];
      if (at === undefined || !source || reads.get(value) !== 1 || kept.has(value)) continue;
      const folded = fold(source, op, value);
      if (folded === null) continue;
      out[at] = null;
      placed = folded;
      break;
    }
    const written = valueWritten(placed);
    if (written !== null) producer.set(written, out.length);
    out.push(placed);
  }
  return out.filter(op => op !== null);
}

/** The operands of an op that may be folded into it, most wanted first. */
function foldable(op: Op): ValueName[] {
  if (op.op === 'bias' || op.op === 'activation') return [op.x];
  return op.op === 'add' ? [op.b, op.a] : [];
}

/** `source` with `op`, the only reader of its `value`, folded in; null where the order bias, activation, residual forbids it. */
function fold(source: Op, op: Op, value: ValueName): Op | null {
  if (op.op === 'add') {
    if ((source.op !== 'linear' && source.op !== 'embedding') || source.residual !== undefined) return null;
    return { ...source, residual: op.a === value ? op.b : op.a, out: op.out };
  }
  if (source.op !== 'linear' || source.residual !== undefined || source.activation !== undefined) return null;
  if (op.op === 'activation') return { ...source, activation: op.kind, out: op.out };
  if (op.op === 'bias' && source.bias === undefined) return { ...source, bias: op.bias, out: op.out };
  return null;
}

/** Folds a kv_append into the linear op that makes its keys and values, where those columns serve nothing else. */
function foldCacheWrites(ops: readonly Op[], graph: Graph, kept: ReadonlySet<ValueName>): Op[] {
  const out: (Op | null)[] = [...ops];
  const producer = new Map<ValueName, number>();
  const readers = new Map<ValueName, Op[]>();
  ops.forEach((op, at) => {
    const written = valueWritten(op);
    if (written !== null) producer.set(written, at);
    for (const value of new Set(valuesRead(op))) readers.set(value, [...(readers.get(value) ?? []), op]);
  });
  ops.forEach((append, at) => {
    if (append.op !== 'kv_append') return;
    const value = append.k.value;
    const from = tailFrom(append, defined(graph.widths[value], value));
    const sourceAt = producer.get(value);
    const source = sourceAt === undefined ? null : out[sourceAt];
    if (from === null || sourceAt === undefined || !source || !takesCacheWrite(source) || kept.has(value)) return;
    const othersStayBelow = defined(readers.get(value), value).every(
      op => op === append || (isAttention(op) && op.q.offset + op.q.width <= from),
    );
    const between = ops.slice(sourceAt + 1, at);
    if (!othersStayBelow || between.some(op => touchesCache(op, append.layer))) return;
    out[sourceAt] = { ...source, kv: { layer: append.layer, from } };
    out[at] = null;
  });
  return out.filter(op => op !== null);
}

/** The first column of the keys if keys and then values are the contiguous tail of one value, else null. */
function tailFrom({ k, v }: KvAppendOp, width: number): number | null {
  const contiguous = k.value === v.value && k.width === v.width && k.offset + k.width === v.offset;
  return contiguous && v.offset + v.width === width ? k.offset : null;
}

/** Kernels write to the cache from a plain product with its bias alone. */
function takesCacheWrite(op: Op): op is LinearOp {
  return op.op === 'linear' && op.activation === undefined && op.residual === undefined && op.kv === undefined;
}

function touchesCache(op: Op, layer: number): boolean {
  if (op.op === 'linear') return op.kv?.layer === layer;
  return (isAttention(op) || op.op === 'kv_append') && op.layer === layer;
}

function isAttention(op: Op): op is AttentionOp | AttentionWeightsOp {
  return op.op === 'attention' || op.op === 'attention_weights';
}

function countReads(ops: readonly Op[]): Map<ValueName, number> {
  const reads = new Map<ValueName, number>();
  for (const value of ops.flatMap(valuesRead)) reads.set(value, (reads.get(value) ?? 0) + 1);
  return reads;
}
