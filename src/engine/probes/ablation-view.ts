// The model with a mask on every head, attention block and MLP: its probe, its baselines, and a whole text through it.
import type { Executor } from '../../gpu/executor.ts';
import { columnMean } from '../../gpu/kernels/column_mean.ts';
import { stride4 } from '../../gpu/layout.ts';
import { encode, type Probe } from '../../gpu/probe.ts';
import type { Row } from '../../gpu/runner.ts';
import { workDone } from '../../gpu/waits.ts';
import { assert, defined } from '../../lib/assert.ts';
import type { Graph } from '../../model/ir/graph.ts';
import { type AblationGraph, maskOf, type Part, withAblation } from '../../model/rewrites/ablation.ts';
import { residualStream } from '../../model/rewrites/lens.ts';
import type { Baseline } from '../../protocol/probe-commands.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { openProbe, type ProbeContext } from './context.ts';

/** Rows of a step: as many as the values that are kept fit into, and no fewer than these. */
const KEPT_BYTES = 2 ** 25;
const LEAST_ROWS = 64;

export interface AblationView {
  readonly probe: Probe;
  readonly spec: AblationGraph;
  /** Adds the rows of a step to the means of the masked values. */
  readonly means: Executor;
  /** Rows of a step at most. */
  readonly rows: number;
  /** Whose baselines are there; null while they are not whole. */
  baselines: { readonly kind: Baseline; readonly ids: Uint32Array } | null;
}

export function openAblation(context: ProbeContext): Promise<AblationView> {
  const spec = withAblation(context.graph);
  const stream = residualStream(context.graph).slice(0, -1);
  const rows = stepRows(context, spec);
  const buffers = { masks: spec.masks, baselines: spec.baselines, total: 1, means: spec.baselines };
  const keep = [...spec.masked.map(({ value }) => value), ...stream];
  return openProbe(context, { graph: spec.graph, keep, rows, buffers }, async probe => {
    const means = spec.masked.map(({ value, baseline, width }) =>
      columnMean('step/probe', probe.valueBuffer(value), width, baseline),
    );
    return { spec, rows, means: await probe.executor(means), baselines: null };
  });
}

function stepRows({ graph, runner }: ProbeContext, spec: AblationGraph): number {
  const { n_layer, n_embd } = graph.dims;
  const bytesPerRow = 4 * (spec.baselines + n_layer * stride4(n_embd));
  return Math.min(runner.maxRows, Math.max(LEAST_ROWS, Math.floor(KEPT_BYTES / bytesPerRow)));
}

/** Writes the masks: 0 for the parts that are off, 1 for all else. */
export function switchOff(context: ProbeContext, { probe, spec }: AblationView, off: readonly Part[]): void {
  const masks = new Float32Array(spec.masks).fill(1);
  for (const part of off) {
    assert(isPart(part, context.graph), 'a part of this model');
    masks[maskOf(part, context.graph.dims.n_head)] = 0;
  }
  context.base.gpu.device.queue.writeBuffer(probe.buffer('masks'), 0, masks);
}

function isPart(part: Part, { dims }: Graph): boolean {
  const inside = (n: number, end: number) => Number.isInteger(n) && n >= 0 && n < end;
  return inside(part.layer, dims.n_layer) && (part.kind !== 'head' || inside(part.head, dims.n_head));
}

/** Encoded behind a step of the whole text; `begin` is its first position. */
export type AfterStep = (encoder: GPUCommandEncoder, rows: readonly Row[], begin: number) => void;

/**
 * Runs all of `ids` with every mask at 1 in the given slots and leaves the baselines behind: zeros, or the means over these ids.
 * Cancellable between two steps.
 */
export async function runWhole(
  context: ProbeContext,
  view: AblationView,
  ids: Uint32Array,
  slots: readonly number[],
  baseline: Baseline,
  signal?: AbortSignal,
  after?: AfterStep,
): Promise<void> {
  const { probe, spec, means } = view;
  const { queue } = context.base.gpu.device;
  const zeros = new Float32Array(spec.baselines);
  view.baselines = null;
  switchOff(context, view, []);
  queue.writeBuffer(probe.buffer('baselines'), 0, zeros);
  queue.writeBuffer(probe.buffer('means'), 0, zeros);
  queue.writeBuffer(probe.buffer('total'), 0, Float32Array.of(ids.length));
  await throughSteps(context, view, ids, slots, signal, (encoder, rows, begin) => {
    if (baseline === 'mean') encode(encoder, means, rows.length);
    after?.(encoder, rows, begin);
  });
  if (baseline === 'mean') {
    const encoder = context.base.gpu.device.createCommandEncoder();
    encoder.copyBufferToBuffer(probe.buffer('means'), 0, probe.buffer('baselines'), 0, spec.baselines * 4);
    queue.submit([encoder.finish()]);
  }
  view.baselines = { kind: baseline, ids: ids.slice() };
}

/** Makes the baselines unless they are there: another set of parts on the same text takes no pass over it for them. */
export async function needBaselines(
  context: ProbeContext,
  view: AblationView,
  ids: Uint32Array,
  slots: readonly number[],
  baseline: Baseline,
  signal?: AbortSignal,
): Promise<void> {
  const { baselines } = view;
  if (baseline === 'zero') {
    if (baselines?.kind === 'zero') return;
    context.base.gpu.device.queue.writeBuffer(view.probe.buffer('baselines'), 0, new Float32Array(view.spec.baselines));
    view.baselines = { kind: 'zero', ids: new Uint32Array() };
    return;
  }
  const same = baselines?.kind === 'mean' && baselines.ids.length === ids.length;
  if (same && baselines.ids.every((id, i) => id === ids[i])) return;
  await runWhole(context, view, ids, slots, baseline, signal);
}

/** Runs all of `ids` through the masked model in the given slots, step by step, cancellable between two. */
export async function throughSteps(
  context: ProbeContext,
  view: AblationView,
  ids: Uint32Array,
  slots: readonly number[],
  signal?: AbortSignal,
  after?: AfterStep,
): Promise<void> {
  context.session.turnFor(ids.length);
  context.runner.writeTable({ sequence: context.table, from: 0, slots: Uint32Array.from(slots) });
  for (let begin = 0; begin < ids.length; begin += view.rows) {
    throwIfCancelled(signal, 'the ablation');
    const rows = rowsFrom(context, view, ids, slots, begin);
    view.probe.run(rows, { after: encoder => after?.(encoder, rows, begin) });
    await workDone(context.base.gpu.device);
  }
}

/** The rows of the step that begins at a position. */
export function rowsFrom(
  { table }: ProbeContext,
  view: AblationView,
  ids: Uint32Array,
  slots: readonly number[],
  begin: number,
): Row[] {
  return Array.from(ids.subarray(begin, begin + view.rows), (id, i) => ({
    id,
    position: begin + i,
    slot: defined(slots[begin + i], 'slot'),
    sequence: table,
  }));
}
