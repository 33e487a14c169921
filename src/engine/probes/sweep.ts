// Sweep: each part switched off alone, and what that does to the token after the text.
//
// A part of layer l changes nothing before that layer. The model as it is runs once and leaves the residual stream that enters each layer;
// a part then runs the layers from its own on.

import { choosing, type RowsKind } from '../../gpu/dispatch.ts';
import type { Executor } from '../../gpu/executor.ts';
import { lensStatistics } from '../../gpu/kernels/lens_statistics.ts';
import { stride4 } from '../../gpu/layout.ts';
import { assertSoundStatistics, joinLensStatistics, type LensStatistics } from '../../gpu/lens-statistics.ts';
import { planHead } from '../../gpu/plan.ts';
import { encode, type Probe, type Stretch } from '../../gpu/probe.ts';
import { ROW_WORDS, SCORE_ROWS } from '../../gpu/runner.ts';
import { workDone } from '../../gpu/waits.ts';
import { defined } from '../../lib/assert.ts';
import type { Op, ValueName } from '../../model/ir/graph.ts';
import { valuesRead } from '../../model/ir/ops.ts';
import type { Part } from '../../model/rewrites/ablation.ts';
import { residualStream } from '../../model/rewrites/lens.ts';
import type { Baseline } from '../../protocol/probe-commands.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { type AblationView, rowsFrom, runWhole, switchOff } from './ablation-view.ts';
import { openProbe, Pace, type ProbeContext } from './context.ts';

/** Pieces a row of logits is cut into. */
const PARTS = 64;

/** `part` is null for the model as it is. */
export interface Swept extends LensStatistics {
  readonly part: Part | null;
}

/** What a sweep reserves while it runs. */
interface SweepView {
  readonly probe: Probe;
  /** The head on the final states in `sweep/finals`, one row or several, and the statistics of what it leaves. */
  readonly heads: Readonly<Record<'row' | 'few', Executor>>;
  readonly statistics: Executor;
}

interface Sweep {
  readonly context: ProbeContext;
  readonly view: AblationView;
  readonly own: SweepView;
  readonly ids: Uint32Array;
  readonly id: number;
  readonly slots: readonly number[];
  /** By layer, the value that enters it. */
  readonly stream: readonly ValueName[];
  /** Whether the keys and values of the last layer, in the scratch slots, are those of the model as it is. */
  lastKeysPlain: boolean;
}

/**
 * The model as it is, then each of `parts` switched off alone, in their order: the likeliest token after `ids`, the log-probability and
 * rank of `id`, and the divergence of the distribution from that of the model as it is. Throws as Session.prefill, `bad_token`, `out_of_memory`,
 * `nan_logits`, and `cancelled` between two steps.
 */
export async function* sweep(
  context: ProbeContext,
  view: AblationView,
  ids: Uint32Array,
  id: number,
  parts: readonly Part[],
  baseline: Baseline,
  signal?: AbortSignal,
): AsyncGenerator<Swept> {
  context.session.check(ids);
  context.session.check(Uint32Array.of(id));
  const scratch = await context.room.scratch(ids.length);
  let own: SweepView | null = null;
  try {
    own = await openSweep(context, ids.length, new Set(parts.map(({ layer }) => layer)));
    const stream = residualStream(context.graph).slice(0, -1);
    const all: Sweep = { context, view, own, ids, id, slots: scratch.slots, stream, lastKeysPlain: true };
    yield await asItIs(all, baseline, signal);
    yield* switchedOff(all, parts, signal);
  } finally {
    own?.probe[Symbol.dispose]();
    scratch.release();
  }
}

function openSweep(context: ProbeContext, T: number, layers: ReadonlySet<number>): Promise<SweepView> {
  const graph = { ...context.graph, ops: [] };
  const { n_embd, vocab_size } = graph.dims;
  const buffers = {
    'step/sweep': ROW_WORDS * (SCORE_ROWS + 1),
    'sweep/finals': SCORE_ROWS * stride4(n_embd),
    'sweep/entering': stride4(n_embd),
    'lens/logits': SCORE_ROWS * stride4(vocab_size),
    'lens/final': SCORE_ROWS * stride4(vocab_size),
    'lens/statistics': SCORE_ROWS * (2 * PARTS + 1) * 4,
    ...Object.fromEntries([...layers].map(layer => [`stream/${layer}`, T * stride4(n_embd)])),
  };
  return openProbe(context, { graph, keep: [], rows: 1, buffers }, async probe => {
    const plan = (rows: RowsKind) => ({ ...choosing(context.base.gpu), rows, step: 'step/sweep' }) as const;
    const use = { x: { buffer: 'sweep/finals' }, logits: 'lens/logits' };
    const head = (rows: RowsKind) => probe.executor(planHead(graph, context.base.weights, plan(rows), use));
    const [row, few, statistics] = await Promise.all([
      head('row'),
      head('few'),
      probe.executor([lensStatistics(graph, plan('tile'), 'lens/logits', PARTS)]),
    ]);
    return { heads: { row, few }, statistics };
  });
}

/** Runs the model as it is, keeps the streams and the baselines, and puts its logits where those of each part are compared with them. */
async function asItIs(all: Sweep, baseline: Baseline, signal?: AbortSignal): Promise<Swept> {
  const { context, view, own, ids, slots, stream } = all;
  const rowBytes = 4 * stride4(context.graph.dims.n_embd);
  await runWhole(context, view, ids, slots, baseline, signal, (encoder, rows, begin) => {
    for (const [layer, value] of stream.entries()) {
      if (!own.probe.has(`stream/${layer}`)) continue;
      const to = own.probe.buffer(`stream/${layer}`);
      const from = view.probe.buffer(view.probe.valueBuffer(value));
      encoder.copyBufferToBuffer(from, 0, to, begin * rowBytes, rows.length * rowBytes);
    }
    if (begin + rows.length === ids.length) keepFinal(all, encoder, 0);
  });
  writeAsked(all, 1);
  const { device } = context.base.gpu;
  const encoder = device.createCommandEncoder();
  encode(encoder, own.heads.row, 1);
  const bytes = 4 * stride4(context.graph.dims.vocab_size);
  for (let row = 0; row < SCORE_ROWS; row++) {
    encoder.copyBufferToBuffer(own.probe.buffer('lens/logits'), 0, own.probe.buffer('lens/final'), row * bytes, bytes);
  }
  device.queue.submit([encoder.finish()]);
  own.probe.submit(own.statistics, 1);
  const [row] = await readRows(all, 1);
  return { part: null, ...defined(row, 'a row') };
}

/** Each part alone, some in one go where they are quick. */
async function* switchedOff(all: Sweep, parts: readonly Part[], signal?: AbortSignal): AsyncGenerator<Swept> {
  const pace = new Pace(SCORE_ROWS);
  for (let at = 0; at < parts.length; ) {
    const batch = parts.slice(at, at + pace.size);
    const begin = performance.now();
    for (const [row, part] of batch.entries()) await runPart(all, part, row, batch.length === 1, signal);
    writeAsked(all, batch.length);
    all.own.probe.submit(all.own.heads[batch.length === 1 ? 'row' : 'few'], batch.length);
    all.own.probe.submit(all.own.statistics, batch.length);
    for (const [row, statistics] of (await readRows(all, batch.length)).entries()) {
      yield { part: defined(batch[row], 'a part'), ...statistics };
    }
    at += batch.length;
    pace.took(performance.now() - begin);
  }
}

/**
 * Runs the layers from the part's own on with the part off; its final state goes to a row of `sweep/finals`. Of the last layer all rows but the
 * last are needed for their keys and values alone, or for what its convolution takes in; a running state needs all of it.
 */
async function runPart(all: Sweep, part: Part, row: number, waits: boolean, signal?: AbortSignal): Promise<void> {
  const { context, view, own, ids, slots, stream } = all;
  const { probe } = view;
  const rowBytes = 4 * stride4(context.graph.dims.n_embd);
  const last = stream.length - 1;
  const [entering, enteringLast] = [defined(stream[part.layer], 'a layer'), defined(stream[last], 'a layer')];
  const buffer = (value: ValueName) => probe.buffer(probe.valueBuffer(value));
  const from = probe.startOf(op => valuesRead(op).includes(entering));
  if (probe.graph.ops.some(op => op.op === 'delta_rule' && op.layer === last))
    return runWholePart(all, part, from, row, waits, signal);
  const looksBack = (op: Op) => op.op === 'attention' || op.op === 'short_conv';
  const keys: Stretch = { from, to: probe.startOf(op => looksBack(op) && 'layer' in op && op.layer === last) };
  // What is switched off in the last layer leaves its keys and values as they are: once they are there, the last row is enough.
  const lastRowOnly = part.layer === last && all.lastKeysPlain;
  all.lastKeysPlain = part.layer === last;
  switchOff(context, view, [part]);
  const [plain, handed] = [own.probe.buffer(`stream/${part.layer}`), own.probe.buffer('sweep/entering')];
  for (let begin = 0; begin < ids.length && !lastRowOnly; begin += view.rows) {
    throwIfCancelled(signal, 'the sweep');
    const rows = rowsFrom(context, view, ids, slots, begin);
    probe.run(rows, {
      stretch: keys,
      before: encoder =>
        encoder.copyBufferToBuffer(plain, begin * rowBytes, buffer(entering), 0, rows.length * rowBytes),
      after: encoder =>
        encoder.copyBufferToBuffer(buffer(enteringLast), (rows.length - 1) * rowBytes, handed, 0, rowBytes),
    });
    if (waits) await workDone(context.base.gpu.device);
  }
  const [source, at] = lastRowOnly ? [plain, (ids.length - 1) * rowBytes] : [handed, 0];
  probe.run(rowsFrom(context, view, ids, slots, ids.length - 1), {
    stretch: { from: probe.startOf(op => valuesRead(op).includes(enteringLast)) },
    before: encoder => encoder.copyBufferToBuffer(source, at, buffer(enteringLast), 0, rowBytes),
    after: encoder => keepFinal(all, encoder, row),
  });
}

/** The same for a model whose last layer has a running state: all rows go through all layers from the part's own on. */
async function runWholePart(
  all: Sweep,
  part: Part,
  from: number,
  row: number,
  waits: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const { context, view, own, ids, slots, stream } = all;
  const { probe } = view;
  const rowBytes = 4 * stride4(context.graph.dims.n_embd);
  const entering = probe.buffer(probe.valueBuffer(defined(stream[part.layer], 'a layer')));
  const plain = own.probe.buffer(`stream/${part.layer}`);
  switchOff(context, view, [part]);
  for (let begin = 0; begin < ids.length; begin += view.rows) {
    throwIfCancelled(signal, 'the sweep');
    const rows = rowsFrom(context, view, ids, slots, begin);
    probe.run(rows, {
      stretch: { from },
      before: encoder => encoder.copyBufferToBuffer(plain, begin * rowBytes, entering, 0, rows.length * rowBytes),
      after: encoder => {
        if (begin + rows.length === ids.length) keepFinal(all, encoder, row);
      },
    });
    if (waits) await workDone(context.base.gpu.device);
  }
}

/** Copies the final state of the last position to a row of `sweep/finals`. */
function keepFinal({ context, own, slots }: Sweep, encoder: GPUCommandEncoder, row: number): void {
  const rowBytes = 4 * stride4(context.graph.dims.n_embd);
  const from = defined(slots.at(-1), 'slot') * rowBytes;
  encoder.copyBufferToBuffer(
    own.probe.buffer('final'),
    from,
    own.probe.buffer('sweep/finals'),
    row * rowBytes,
    rowBytes,
  );
}

function writeAsked({ own, id }: Sweep, count: number): void {
  own.probe.writeStep(
    'step/sweep',
    Array.from({ length: count }, () => ({ id, position: 0, slot: 0, sequence: 0 })),
  );
}

async function readRows({ own, ids }: Sweep, count: number): Promise<LensStatistics[]> {
  const length = count * (2 * PARTS + 1) * 4;
  const partials = await own.probe.read([{ buffer: 'lens/statistics', offset: 0, length }]);
  const rows = joinLensStatistics(partials, count, PARTS);
  // All of them are about the same position.
  for (const row of rows) assertSoundStatistics([row], ids.length);
  return rows;
}
