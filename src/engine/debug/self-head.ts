// The head of the model on rows of the text, for one and for several, and the statistics of each, also of rows that are no distribution.
//
// V vocab · C channels.
import { Executor, layered } from '../../gpu/executor.ts';
import { stride4 } from '../../gpu/layout.ts';
import { type Row, stepWords } from '../../gpu/runner.ts';
import { STATISTIC_PARTS, scorePlan } from '../../gpu/session-plans.ts';
import { joinStatistics, type RowStatistics } from '../../gpu/statistics.ts';
import { mapForReading } from '../../gpu/waits.ts';
import { defined } from '../../lib/assert.ts';
import { mostOf } from '../../lib/most.ts';
import type { Graph } from '../../model/ir/graph.ts';
import { tensor } from '../../model/ir/recipe.ts';
import * as reference from '../../reference/ops.ts';
import { run } from '../../reference/run.ts';
import type { ProbeContext } from '../probes/context.ts';
import { errorOf, errorsOf } from './self-errors.ts';
import { partOf, sampled } from './self-oracle.ts';
import type { SelfRun } from './self-run.ts';

interface About {
  readonly context: ProbeContext;
  readonly graph: Graph;
  readonly text: SelfRun;
}

/** Rows of the head by their number, once a text: no repetition changes them. */
const rowsOfHeads = new WeakMap<SelfRun, Map<number, Promise<Float32Array>>>();

function headRows(text: SelfRun, head: string, columns: readonly number[]): Promise<Float32Array> {
  const known = rowsOfHeads.get(text) ?? new Map<number, Promise<Float32Array>>();
  rowsOfHeads.set(text, known);
  const rows = known.get(columns.length) ?? text.back.matrixRows(head, columns);
  known.set(columns.length, rows);
  return rows;
}

/** Rows of a step of scoring. */
const ROWS = 3;
/** Multiply-adds of the head in a repetition, about. */
const WORK = 2e6;

/** The largest error of each dispatch of the head for one row. */
export async function checkHead({ context, graph, text }: About): Promise<number[]> {
  const slot = defined(text.slots.at(-1), 'a slot');
  const logits = await context.runner.logits(slot);
  const { columns, wanted, part, parts } = await headOf({ context, graph, text }, [slot]);
  const got = columns.map(column => logits[column] ?? Number.NaN);
  return errorsOf({ got, wanted, width: columns.length, part }, parts);
}

/** The largest error of each dispatch of the head for several rows, then that of their statistics. */
export async function checkScores({ context, graph, text }: About): Promise<number[]> {
  const { runner } = context;
  const slots = text.slots.slice(-ROWS);
  const ids = text.ids.slice(-ROWS);
  const statistics = await runner.score(slots.map((slot, i) => ({ slot, id: defined(ids[i], 'an id') })));
  const { columns, wanted, part, parts } = await headOf({ context, graph, text }, slots);
  const V = graph.dims.vocab_size;
  const stride = stride4(V);
  const rows = await text.back.read([{ buffer: 'logits_tile', offset: 0, length: slots.length * stride }]);
  const row = (i: number) => rows.subarray(i * stride, i * stride + V);
  const got = slots.flatMap((_, i) => columns.map(column => row(i)[column] ?? Number.NaN));
  const errors = errorsOf({ got, wanted, width: columns.length, part }, parts);
  const found = statistics.map((each, i) => statisticsError(each, row(i), defined(ids[i], 'an id')));
  return [...errors, mostOf(found, await unsoundError({ context, graph, text }, row(0)))];
}

/** Logits of the rows in float64, of some outputs. */
async function headOf({ context, graph, text }: About, slots: readonly number[]) {
  const { head, logits, dims } = graph;
  const matrix = defined(context.base.weights.matrices.get(head), head);
  const C = dims.n_embd;
  const columns = sampled(matrix.parts, Math.floor(WORK / (C * slots.length)));
  const states = await text.back.read(slots.map(slot => ({ buffer: 'final', offset: slot * stride4(C), length: C })));
  const weights = new Map([[head, await headRows(text, head, columns)]]);
  const shapes: { name: string; shape: readonly [number] | readonly [number, number] }[] = [
    { name: head, shape: [columns.length, C] },
  ];
  if (logits.bias !== undefined) {
    const bias = await text.back.weight(logits.bias);
    weights.set(
      logits.bias,
      Float32Array.from(columns, column => bias[column] ?? Number.NaN),
    );
    shapes.push({ name: logits.bias, shape: [columns.length] });
  }
  const small: Graph = {
    ...graph,
    ops: [],
    dims: { ...dims, vocab_size: columns.length },
    weights: shapes.map(({ name, shape }) => ({ name, shape, from: tensor(name, shape) })),
  };
  const given = new Map([[graph.final, Float64Array.from(states)]]);
  const oracle = run(small, weights, new Uint32Array(slots.length), undefined, given);
  const wanted = slots.flatMap((_, t) => [...oracle.logits(t)]);
  const part = (_: number, column: number) => partOf(matrix, defined(columns[column], 'an output'));
  return { columns, wanted, part, parts: matrix.parts.length };
}

/** Of the sums over a row, from the row that they were made of; a rank that is another one counts as wholly wrong. */
function statisticsError({ logZ, entropy, logit, rank }: RowStatistics, row: Float32Array, id: number): number {
  const wantedLogZ = reference.logsumexp(row);
  let wantedEntropy = 0;
  let before = 0;
  const own = defined(row[id], 'a logit');
  for (const [other, each] of row.entries()) {
    const logprob = each - wantedLogZ;
    if (logprob > Number.NEGATIVE_INFINITY) wantedEntropy -= Math.exp(logprob) * logprob;
    if (each > own || (each === own && other < id)) before++;
  }
  const errors = [errorOf(logZ, wantedLogZ, 1), errorOf(entropy, wantedEntropy, 1), errorOf(logit, own, 1)];
  return rank === before + 1 ? mostOf(errors) : Number.POSITIVE_INFINITY;
}

/** Infinite where a row with a logit that is not a number passes for a distribution, in any of its pieces; 0 else. */
async function unsoundError({ context, graph }: About, row: Float32Array): Promise<number> {
  const { base, scope: owner } = context;
  const { gpu } = base;
  const statistics = defined(scorePlan(gpu, graph, base.weights).at(-1), 'the statistics');
  const V = graph.dims.vocab_size;
  const stride = stride4(V);
  const scope = owner.open('self-test');
  try {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const bytes = ROWS * (STATISTIC_PARTS + 1) * 16;
    const step: Row[] = Array.from({ length: ROWS }, () => ({ id: 0, position: 0, slot: 0, sequence: 0 }));
    const words = stepWords(step, 0);
    const [logits, out, rows, staging] = await scope.buffers([
      { label: 'logits_tile', size: ROWS * stride * 4, usage },
      { label: 'statistics', size: bytes, usage },
      { label: 'step/score', size: words.byteLength, usage },
      { label: 'staging', size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST },
    ]);
    const own = new Map([
      ['logits_tile', defined(logits, 'logits')],
      ['statistics', defined(out, 'statistics')],
      ['step/score', defined(rows, 'rows')],
    ]);
    const numbers = new Float32Array(ROWS * stride);
    for (let i = 0; i < ROWS; i++) numbers.set(row, i * stride);
    // In the first, in the middle and in the last place: each belongs to another piece of its row.
    for (const [i, at] of [0, Math.floor(V / 2), V - 1].entries()) numbers[i * stride + at] = Number.NaN;
    const { queue } = gpu.device;
    queue.writeBuffer(defined(logits, 'logits'), 0, numbers);
    queue.writeBuffer(defined(rows, 'rows'), 0, words);
    const executor = await Executor.create(gpu, [statistics], layered(own, base.buffers));
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    executor.encode(pass, ROWS);
    pass.end();
    encoder.copyBufferToBuffer(defined(out, 'statistics'), 0, defined(staging, 'staging'), 0, bytes);
    queue.submit([encoder.finish()]);
    await mapForReading(gpu.device, defined(staging, 'staging'), bytes);
    const partials = new Float32Array(defined(staging, 'staging').getMappedRange().slice(0));
    const sound = joinStatistics(partials, ROWS, STATISTIC_PARTS).some(({ logZ }) => !Number.isNaN(logZ));
    return sound ? Number.POSITIVE_INFINITY : 0;
  } finally {
    scope[Symbol.dispose]();
  }
}
