// The last rewrite before the plan: folds bias, activation, factor, residual sum and cache writes into the op that feeds them.

import { defined } from '../../lib/assert.ts';
import type {
  AttentionOp,
  AttentionWeightsOp,
  Graph,
  KvAppendOp,
  LinearOp,
  Op,
  RotaryOp,
  ValueName,
} from '../ir/graph.ts';
import { valuesRead, valueWritten } from '../ir/ops.ts';

/**
 * The same model in fewer ops: linear + bias + activation + scale + add, linear + bias + kv_append, embedding + scale + add,
 * rmsnorm + add, rmsnorm of whole heads + rotary + kv_append. A value is folded
 * away only if exactly one operand reads it and it is neither `final` nor listed in `keep` (values that a view of the inside asks for).
 * Folded values leave `widths`; the others keep their names and widths. Results are the same to the last bit in exact
 * arithmetic order: bias, activation, scale, residual.
 */
export function fuse(graph: Graph, keep: Iterable<ValueName> = []): Graph {
  const kept = new Set([graph.final, ...keep]);
  const ops = foldCacheWrites(foldChains(graph, kept), graph, kept);
  const written = new Set(ops.map(valueWritten));
  const widths = Object.fromEntries(Object.entries(graph.widths).filter(([value]) => written.has(value)));
  return { ...graph, ops, widths };
}

/** Folds an op into the consumer of its value; the folded op takes the consumer's place, where all operands are known. */
function foldChains(graph: Graph, kept: ReadonlySet<ValueName>): Op[] {
  const { ops } = graph;
  const reads = countReads(ops);
  const out: (Op | null)[] = [];
  const producer = new Map<ValueName, number>();
  for (const op of ops) {
    let placed = op;
    for (const value of foldable(op)) {
      const at = producer.get(value);
      const source = at === undefined ? null : out[at];
      if (at === undefined || !source || reads.get(value) !== 1 || kept.has(value)) continue;
      const folded = fold(source, op, value, graph);
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
  if (op.op === 'bias' || op.op === 'activation' || op.op === 'scale') return [op.x];
  if (op.op === 'rotary') return [op.x.value];
  return op.op === 'add' ? [op.b, op.a] : [];
}

/** `source` with `op`, the only reader of its `value`, folded in; null where the order bias, activation, scale, residual forbids it. */
function fold(source: Op, op: Op, value: ValueName, graph: Graph): Op | null {
  if (op.op === 'rotary') return normedRotary(source, op, graph);
  if (source.op !== 'linear' && source.op !== 'embedding' && source.op !== 'rmsnorm') return null;
  if (source.residual !== undefined) return null;
  if (op.op === 'add') return { ...source, residual: op.a === value ? op.b : op.a, out: op.out };
  if (source.op === 'rmsnorm' || source.scale !== undefined) return null;
  if (op.op === 'scale') return { ...source, scale: op.factor, out: op.out };
  if (source.op !== 'linear' || source.activation !== undefined) return null;
  if (op.op === 'activation') return { ...source, activation: op.kind, out: op.out };
  if (op.op === 'bias' && source.bias === undefined) return { ...source, bias: op.bias, out: op.out };
  return null;
}

/** The norm of each head, or of several at a time, and then their turn, as one op: null where the norm cuts heads, or a part of it is turned alone. */
function normedRotary(source: Op, op: RotaryOp, { dims, widths }: Graph): RotaryOp | null {
  if (source.op !== 'rmsnorm' || op.norm !== undefined) return null;
  if ([source.group, source.tail ?? 0].some(columns => columns % dims.head_size !== 0)) return null;
  if (source.residual !== undefined || op.x.width !== widths[source.out]) return null;
  const { weight, plusOne, eps, group, tail, x } = source;
  const norm = { ...(weight !== undefined && { weight }), plusOne, eps, group, ...(tail !== undefined && { tail }) };
  return { ...op, x, norm };
}

/** Folds a kv_append into the op that makes its keys (and, a product, its values), where those columns serve nothing else. */
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
    const sourceAt = producer.get(value);
    const source = sourceAt === undefined ? null : out[sourceAt];
    if (sourceAt === undefined || !source || !takesCacheWrite(source) || kept.has(value)) return;
    const from = tailFrom(append, source, defined(graph.widths[value], value));
    if (from === null) return;
    const othersStayBelow = defined(readers.get(value), value).every(
      op => op === append || (isAttention(op) && op.q.offset + op.q.width <= from),
    );
    const between = ops.slice(sourceAt + 1, at);
    if (!othersStayBelow || between.some(op => touchesCache(op, append.layer))) return;
    const { layer, v } = append;
    if (source.op === 'linear') out[sourceAt] = { ...source, kv: { layer, from } };
    else if (between.some(op => valueWritten(op) === v.value || valuesRead(op).includes(value))) return;
    else out[sourceAt] = { ...source, kv: { layer, from, v } };
    out[at] = null;
  });
  return out.filter(op => op !== null);
}

/** The first column of the keys if they are the tail of the value: of a product, they and then the values. Else null. */
function tailFrom({ k, v }: KvAppendOp, source: LinearOp | RotaryOp, width: number): number | null {
  if (source.op === 'rotary') return k.offset + k.width === width && k.width === v.width ? k.offset : null;
  const contiguous = k.value === v.value && k.width === v.width && k.offset + k.width === v.offset;
  return contiguous && v.offset + v.width === width ? k.offset : null;
}

/** Kernels write to the cache from a plain product with its bias alone, and from heads that they turn. */
function takesCacheWrite(op: Op): op is LinearOp | RotaryOp {
  if (op.op === 'rotary') return op.kv === undefined;
  return op.op === 'linear' && op.activation === undefined && op.residual === undefined && op.kv === undefined;
}

function touchesCache(op: Op, layer: number): boolean {
  if (op.op === 'linear' || op.op === 'rotary') return op.kv?.layer === layer;
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
