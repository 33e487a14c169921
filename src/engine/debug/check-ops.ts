// Every op of the open model against the float64 oracle: the same tokens on the GPU and in the oracle, layer by layer.
//
// T tokens · C channels · V vocab. The oracle starts each layer from the stream that the GPU itself gave it, with the weights as they lie on the
// GPU: a difference belongs to the layer that shows it, and no more than one layer's weights are read back at a time.
import { Probe } from '../../gpu/probe.ts';
import { SCORE_ROWS } from '../../gpu/runner.ts';
import { ROW_LIMIT } from '../../gpu/session-plans.ts';
import { assert, defined } from '../../lib/assert.ts';
import type { Graph, Op, View } from '../../model/ir/graph.ts';
import { valueWritten, weightsRead } from '../../model/ir/ops.ts';
import { elements } from '../../model/ir/size.ts';
import { fuse } from '../../model/rewrites/fuse.ts';
import { residualStream } from '../../model/rewrites/lens.ts';
import type { DebugCheck } from '../../protocol/debug.ts';
import type { Numbers } from '../../reference/ops.ts';
import * as reference from '../../reference/ops.ts';
import { type ReferenceRun, run } from '../../reference/run.ts';
import type { ProbeContext } from '../probes/context.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { compare } from './compare.ts';
import { ReadBack } from './read-back.ts';

/** Multiply-adds of the oracle at most: some seconds of one core. */
const WORK_LIMIT = 2e9;

/** Ops from number `from` to `to`, without it, of the plain graph: the embedding, a layer, or the last norm. */
interface Segment {
  readonly from: number;
  readonly to: number;
  /** What the oracle starts from. */
  readonly entering: string | null;
  readonly isLast: boolean;
}

export type CheckStep =
  | { readonly kind: 'refused'; readonly work: number; readonly limit: number }
  | { readonly kind: 'checked'; readonly part: number; readonly parts: number; readonly checks: readonly DebugCheck[] };

/** Throws as Session.check, `out_of_memory`, `cancelled`. */
export async function* checkOps(
  context: ProbeContext,
  tokens: Uint32Array,
  layer: number | null,
  signal?: AbortSignal,
): AsyncGenerator<CheckStep> {
  context.session.check(tokens);
  assert(tokens.length <= SCORE_ROWS, 'a tile of tokens');
  const { graph } = context;
  const segments = segmentsOf(graph).filter((_, i) => layer === null || i === layer + 1);
  const work = tokens.length * segments.reduce((sum, segment) => sum + workOf(graph, segment), 0);
  if (work > WORK_LIMIT) {
    yield { kind: 'refused', work, limit: WORK_LIMIT };
    return;
  }
  const fused = fuse(graph);
  const keep = Object.keys(fused.widths).filter(value => value !== graph.final);
  const rows = tokens.length <= ROW_LIMIT ? ROW_LIMIT : SCORE_ROWS;
  const scratch = await context.room.scratch(tokens.length);
  let probe: Probe | null = null;
  try {
    probe = await Probe.create(context.base, context.scope, { graph: fused, keep, rows });
    context.session.turnFor(tokens.length);
    runOn(probe, context, tokens, scratch.slots);
    const back = new ReadBack(probe, fused, context.base.weights, scratch.slots);
    for (const [part, segment] of segments.entries()) {
      throwIfCancelled(signal, 'the check');
      const checks = await checkSegment(context, fused, back, segment, tokens);
      yield { kind: 'checked', part: part + 1, parts: segments.length, checks };
    }
  } finally {
    probe?.[Symbol.dispose]();
    scratch.release();
  }
}

function runOn(probe: Probe, { runner, table }: ProbeContext, tokens: Uint32Array, slots: readonly number[]): void {
  runner.writeTable({ sequence: table, from: 0, slots: Uint32Array.from(slots) });
  probe.run(
    Array.from(tokens, (id, position) => ({ id, position, slot: defined(slots[position], 'slot'), sequence: table })),
  );
}

async function checkSegment(
  { graph, runner }: ProbeContext,
  fused: Graph,
  back: ReadBack,
  segment: Segment,
  tokens: Uint32Array,
): Promise<DebugCheck[]> {
  const ops = graph.ops.slice(segment.from, segment.to);
  const { entering } = segment;
  const given = new Map(entering === null ? [] : [[entering, Float64Array.from(await back.value(entering))]]);
  const { head, logits } = graph;
  const ofHead = segment.isLast ? [head, ...(logits.bias === undefined ? [] : [logits.bias])] : [];
  const names = new Set([...ops.flatMap(weightsRead), ...ofHead]);
  const { specs, tensors } = await back.weights(graph.weights.filter(({ name }) => names.has(name)));
  const oracle = run({ ...graph, ops, weights: specs }, tensors, tokens, undefined, given);
  const written = new Set(ops.map(valueWritten));
  const checks: DebugCheck[] = [];
  for (const op of fused.ops.filter(each => written.has(valueWritten(each))))
    for (const check of await checkOp(back, oracle, op)) checks.push(check);
  if (segment.isLast) {
    const row = await runner.logits(defined(back.slots.at(-1), 'slot'));
    checks.push(compare(`head: ${head}`, row, oracle.logits(tokens.length - 1), graph.dims.vocab_size));
  }
  return checks;
}

/** What an op gave; keys and values that it sends to the cache are a check of their own. */
async function checkOp(back: ReadBack, oracle: ReferenceRun, op: Op): Promise<DebugCheck[]> {
  const value = valueWritten(op);
  if (value === null) return [];
  const wanted = defined(oracle.values.get(value), value);
  const got = await back.value(value);
  const width = got.length / oracle.T;
  if ((op.op !== 'linear' && op.op !== 'rotary') || op.kv === undefined)
    return [compare(`${op.op}: ${value}`, got, wanted, width)];
  const { layer, from } = op.kv;
  const columns = (numbers: Numbers, to: number) => reference.columns(numbers, width, 0, to);
  const cached =
    op.op === 'linear'
      ? reference.columns(wanted, width, from, width - from)
      : sideBySide(oracle, reference.columns(wanted, width, from, width - from), op.kv.v);
  const kept = from === 0 ? [] : [compare(`${op.op}: ${value}`, columns(got, from), columns(wanted, from), from)];
  const stored = await back.keysAndValues(layer);
  return [...kept, compare(`cache: kv/${layer}`, stored, cached, stored.length / oracle.T)];
}

/** Keys [T, KVH * HS] and the columns of a value behind them, row by row. */
function sideBySide({ T, values }: ReferenceRun, keys: Numbers, { value, offset, width }: View): Float64Array {
  const whole = defined(values.get(value), value);
  const columns = whole.length / T;
  const out = new Float64Array(2 * keys.length);
  for (let t = 0; t < T; t++) {
    out.set(keys.subarray(t * width, (t + 1) * width), 2 * t * width);
    out.set(whole.subarray(t * columns + offset, t * columns + offset + width), (2 * t + 1) * width);
  }
  return out;
}

/** The plain graph in pieces, each from one value of the residual stream to the next. */
function segmentsOf(graph: Graph): Segment[] {
  const after = (value: string) => graph.ops.findIndex(op => valueWritten(op) === value) + 1;
  const stream = residualStream(graph);
  const ends = [...stream, graph.final].map(after);
  return ends.map((to, i) => ({
    from: ends[i - 1] ?? 0,
    to,
    entering: stream[i - 1] ?? null,
    isLast: i === ends.length - 1,
  }));
}

/** Multiply-adds of a token. */
function workOf(graph: Graph, { from, to, isLast }: Segment): number {
  const sizes = new Map(graph.weights.map(spec => [spec.name, elements(spec)]));
  const products = graph.ops.slice(from, to).flatMap(op => (op.op === 'linear' ? [op.weight] : []));
  return [...products, ...(isLast ? [graph.head] : [])].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
}
