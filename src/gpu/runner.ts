// Runs one model on the GPU: owns the plans and the buffers of a session, takes rows, gives logits.
//
// T rows of a step · V vocab · C channels. A step is one pass and one submit; it creates no buffer, pipeline or bind group.
import { assert, defined } from '../lib/assert.ts';
import { NucleusError } from '../lib/error.ts';
import { allocateValues } from '../model/ir/allocate.ts';
import type { Graph } from '../model/ir/graph.ts';
import { turnsLong } from '../model/ir/positions.ts';
import type { Gpu } from './device.ts';
import type { Dispatch } from './dispatch.ts';
import { DRAW_WORDS, type DrawSetting, RECORD_WORDS, settingWords, TOUCHED_WORDS } from './draw-record.ts';
import { type Buffers, Executor, layered } from './executor.ts';
import { growsLong, stretchFloats } from './kernels/attention.ts';
import type { TableWrite } from './kv-cache.ts';
import { stride4, type WeightLayouts } from './layout.ts';
import { Pool } from './pool.ts';
import { type Lent, Readback } from './readback.ts';
import { anglesLength, rotaryAngles } from './rotary-angles.ts';
import type { BufferSpec, Scope } from './scope.ts';
import {
  anyDrawWords,
  type BodyKind,
  bodyKindOf,
  bodyKinds,
  bodyPlan,
  drawPlan,
  headPlan,
  ROW_LIMIT,
  STATISTIC_PARTS,
  scorePlan,
  tokenPlan,
} from './session-plans.ts';
import { SCRATCH_STATE, type StateMove } from './state-cache.ts';
import { statePlanes } from './state-planes.ts';
import { joinStatistics, type RowStatistics } from './statistics.ts';
import { workDone } from './waits.ts';
import type { Weights } from './weights.ts';

/** One row of a step: a token, its place, and where its states go. */
export interface Row {
  readonly id: number;
  readonly position: number;
  readonly slot: number;
  readonly sequence: number;
  /** Of a model with running states: what its step begins with (nothing at position 0) and where the state after it goes; scratch unless given. */
  readonly state?: StateMove;
}

export interface RunnerOptions {
  /** Slots of the pool to begin with. */
  readonly slots: number;
  /** Tables of slots: how many sequences can be in the cache. PROBE_TABLES more, the last ones, are for probes. */
  readonly sequences: number;
  /** Rows of one prefill step at most. */
  readonly maxRows: number;
  /** Rows of the pool of running states; 0 for a model without any. */
  readonly states: number;
  /** Called with the dispatches of a token and the buffers they run on before any plan is made: the time to measure kernels. */
  readonly tune?: ((dispatches: readonly Dispatch[], buffers: Buffers) => Promise<void>) | undefined;
}

/** Rows of one scoring step at most. */
export const SCORE_ROWS = 16;
/** Tables of slots that the session leaves to probes: one a row of a scoring step. */
const PROBE_TABLES = SCORE_ROWS;
/** Staging buffers of a kind: for the step that is read, the one queued behind it, and one that was dropped. */
const READBACKS = 3;
const RECORD_BYTES = RECORD_WORDS * 4;
/** Words of a row in a step buffer. */
export const ROW_WORDS = 4;

/** `long` is `row` for rows far into their texts; one and the same for models whose texts stay short. */
type Plans = Readonly<Record<BodyKind | 'head' | 'score', Executor>>;

/** A plan to run over T rows, whose step is written. */
export type Planned = readonly [plan: Executor, T: number];

/** A step whose token is drawn on the GPU. */
export interface DrawStep {
  /** The row to compute; null where that was done before, and the head alone runs. */
  readonly row: Row | null;
  /** Where its final state is. */
  readonly slot: number;
  /** The row's id is the one that the step before drew: `row.id` counts for nothing. */
  readonly follows: boolean;
  readonly setting: DrawSetting;
}

export class Runner {
  readonly maxRows: number;
  readonly pool: Pool;
  readonly #gpu: Gpu;
  readonly #graph: Graph;
  readonly #buffers: Buffers;
  readonly #weights: WeightLayouts;
  #plans: Plans;
  readonly #readback: Readback;
  readonly #records: Readback;
  #drawing: Promise<Executor> | null = null;
  #draw: Executor | null = null;
  /** Positions of the text that the rotary tables are made for. */
  #turnedFor = 0;

  private constructor(
    gpu: Gpu,
    graph: Graph,
    options: RunnerOptions,
    pool: Pool,
    buffers: Buffers,
    weights: WeightLayouts,
    plans: Plans,
    readbacks: { readonly rows: Readback; readonly records: Readback },
  ) {
    this.#gpu = gpu;
    this.#graph = graph;
    this.maxRows = options.maxRows;
    this.pool = pool;
    this.#buffers = buffers;
    this.#weights = weights;
    this.#plans = plans;
    this.#readback = readbacks.rows;
    this.#records = readbacks.records;
  }

  /**
   * Reserves the session's memory in `scope` and compiles its plans. `graph` is fused.
   * Throws `out_of_memory`, `model_too_large` or `kernel_failed`.
   */
  static async create(gpu: Gpu, scope: Scope, graph: Graph, weights: Weights, options: RunnerOptions): Promise<Runner> {
    const allocation = allocateValues(graph);
    const specs = sessionBuffers(graph, allocation.buffers, options);
    const limit = gpu.device.limits.maxStorageBufferBindingSize;
    const large = specs.find(({ size }) => size > limit);
    if (large) {
      const message = `${large.label} needs a binding of ${large.size} bytes, and this adapter allows ${limit}`;
      throw new NucleusError('model_too_large', message, { needed: large.size, limit });
    }
    const made = await scope.buffers(specs);
    const pool = await Pool.create(scope, graph, { slots: options.slots, tables: tablesOf(options) });
    const fixed = new Map([...weights.buffers, ...specs.map((spec, i) => [spec.label, made[i]!] as const)]);
    const buffers = layered(fixed, pool);
    const { layouts } = weights;
    if (options.tune) {
      const words = stepWords([{ id: 0, position: 0, slot: 0, sequence: 0 }], 0);
      for (const step of ['step/row', 'step/head'])
        gpu.device.queue.writeBuffer(defined(fixed.get(step), step), 0, words);
      gpu.device.queue.writeBuffer(defined(fixed.get('draw/setting'), 'a setting'), 0, anyDrawWords(graph));
      await options.tune(tokenPlan(gpu, graph, layouts), buffers);
    }
    const plans = await makePlans(gpu, graph, layouts, buffers);
    const readback = await Readback.create(scope, rowBytes(graph), READBACKS);
    const records = await Readback.create(scope, RECORD_BYTES, READBACKS);
    const runner = new Runner(gpu, graph, options, pool, buffers, layouts, plans, { rows: readback, records });
    runner.#writeAngles(0);
    return runner;
  }

  /** The session's buffers and the weights', by the names plans use: what a probe shares. */
  get buffers(): Buffers {
    return this.#buffers;
  }

  /** The first of the PROBE_TABLES tables that the session leaves to probes. */
  get firstProbeTable(): number {
    return this.pool.tables - PROBE_TABLES;
  }

  /** Dispatches of one decode step, head and draw included. */
  get dispatchesPerToken(): number {
    return this.decodePlan.length;
  }

  /** What one decode step takes, head and draw included, in order. */
  get decodePlan(): readonly Dispatch[] {
    const { row, head } = this.#plans;
    return [...row.dispatches, ...head.dispatches, ...drawPlan(this.#gpu, head.dispatches)];
  }

  /** Plans anew: for a choice of kernels that has changed. Keys that are cached stay as they were made. Throws `kernel_failed`. */
  async replan(): Promise<void> {
    this.#plans = await makePlans(this.#gpu, this.#graph, this.#weights, this.#buffers);
    if (this.#drawing === null) return;
    this.#drawing = null;
    await this.prepareDraw();
  }

  /** Tells the GPU which slots positions of a sequence live in; before the step that uses them. */
  writeTable(write: TableWrite): void {
    this.pool.writeTable(write);
  }

  /** Whether a text of `length` positions turns its heads as the texts did that were run last. */
  turnsAsBefore(length: number): boolean {
    return this.#graph.rotary.every(table => turnsLong(table, length) === turnsLong(table, this.#turnedFor));
  }

  /** Turns the heads of the rows to come as those of a text of `length` positions; keys made otherwise must not be read. */
  turnFor(length: number): void {
    if (!this.turnsAsBefore(length)) this.#writeAngles(length);
  }

  #writeAngles(length: number): void {
    this.#turnedFor = length;
    this.#graph.rotary.forEach((table, i) => {
      const angles = rotaryAngles(table, this.#graph.dims.n_ctx, length);
      this.#gpu.device.queue.writeBuffer(this.#buffer(`rotary/${i}`), 0, angles);
    });
  }

  /** Computes keys, values and final states of 1 to maxRows rows; earlier positions must be there. Resolves when the GPU is done. */
  async prefill(rows: readonly Row[]): Promise<void> {
    this.#submit(encoder => this.#encode(encoder, [this.#body(encoder, rows)]));
    await workDone(this.#gpu.device);
  }

  /** One decode step: computes the row and its logits [V]. */
  async step(row: Row): Promise<Float32Array<ArrayBuffer>> {
    return this.#logits(encoder => {
      this.#encode(encoder, [this.#body(encoder, [row]), this.#head(row.slot)]);
    });
  }

  /** Entries of the table of touched ids, from number `from` on; before the draws that go by them. */
  writeTouched(from: number, words: Uint32Array<ArrayBuffer>): void {
    this.#gpu.device.queue.writeBuffer(this.#buffer('draw/touched'), from * TOUCHED_WORDS * 4, words);
  }

  /** Compiles the draw, once: the largest kernel of all, which many sessions never run. Throws `kernel_failed`. */
  async prepareDraw(): Promise<void> {
    this.#drawing ??= Executor.create(this.#gpu, drawPlan(this.#gpu, this.#plans.head.dispatches), this.#buffers);
    try {
      this.#draw = await this.#drawing;
    } catch (error) {
      this.#drawing = null;
      throw error;
    }
  }

  /** One decode step with its draw, which is prepared, submitted: the record comes when it is read. */
  draw({ row, slot, follows, setting }: DrawStep): Lent {
    this.#writeSetting(setting);
    return this.#submit(encoder => {
      const body = row ? [this.#body(encoder, [row], follows ? this.#buffer('draw/record') : null)] : [];
      this.#encode(encoder, [...body, this.#head(slot), [defined(this.#draw, 'the draw, prepared'), 1]]);
      return this.#records.lend(encoder, this.#buffer('draw/record'), RECORD_WORDS * 4);
    });
  }

  /**
   * The plans of one step of rows with the head of the last one, and of its draw where a setting is given and that is prepared, ready to be encoded one
   * after the other: for who measures them.
   */
  stepPlans(rows: readonly Row[], setting: DrawSetting | null): Planned[] {
    if (setting) this.#writeSetting(setting);
    const draws = setting && this.#draw ? [[this.#draw, 1] as const] : [];
    return [this.#body(null, rows), this.#head(defined(rows.at(-1), 'a row').slot), ...draws];
  }

  /** Logits [V] of a row computed before: the head alone, on its stored final state. Bit-identical to those of its step. */
  async logits(slot: number): Promise<Float32Array<ArrayBuffer>> {
    return this.#logits(encoder => this.#encode(encoder, [this.#head(slot)]));
  }

  /** logZ, entropy, and logit and rank of `id`, for up to SCORE_ROWS rows computed before. */
  async score(rows: readonly { readonly slot: number; readonly id: number }[]): Promise<RowStatistics[]> {
    assert(rows.length >= 1 && rows.length <= SCORE_ROWS, 'a tile of rows');
    const bytes = rows.length * (STATISTIC_PARTS + 1) * 16;
    this.#writeStep(
      'step/score',
      rows.map(({ slot, id }) => ({ id, position: 0, slot, sequence: 0 })),
    );
    const read = this.#submit(encoder => {
      this.#encode(encoder, [[this.#plans.score, rows.length]]);
      return this.#readback.copy(encoder, this.#buffer('statistics'), bytes);
    });
    return joinStatistics(await read(), rows.length, STATISTIC_PARTS);
  }

  async #logits(encode: (encoder: GPUCommandEncoder) => void): Promise<Float32Array<ArrayBuffer>> {
    const { vocab_size } = this.#graph.dims;
    const read = this.#submit(encoder => {
      encode(encoder);
      return this.#readback.copy(encoder, this.#buffer('logits'), stride4(vocab_size) * 4);
    });
    const logits = await read();
    return vocab_size === logits.length ? logits : logits.slice(0, vocab_size);
  }

  #writeSetting(setting: DrawSetting): void {
    const words = settingWords(setting, this.#graph.dims.vocab_size);
    this.#gpu.device.queue.writeBuffer(this.#buffer('draw/setting'), 0, words);
  }

  /** The plan of 1 to maxRows rows. The id of a single row is the first word of `drawn`, where `encoder` copies it from. */
  #body(encoder: GPUCommandEncoder | null, rows: readonly Row[], drawn: GPUBuffer | null = null): Planned {
    assert(rows.length >= 1 && rows.length <= this.maxRows, 'rows of a step');
    const kind = bodyKindOf(rows);
    const step = kind === 'tile' ? 'step/tile' : 'step/row';
    this.#writeStep(step, rows);
    if (drawn) encoder?.copyBufferToBuffer(drawn, 0, this.#buffer(step), ROW_WORDS * 4, 4);
    return [this.#plans[kind], rows.length];
  }

  #head(slot: number): Planned {
    this.#writeStep('step/head', [{ id: 0, position: 0, slot, sequence: 0 }]);
    return [this.#plans.head, 1];
  }

  /** One pass for all. */
  #encode(encoder: GPUCommandEncoder, plans: readonly Planned[]): void {
    const pass = encoder.beginComputePass();
    for (const [plan, T] of plans) plan.encode(pass, T);
    pass.end();
  }

  #writeStep(step: string, rows: readonly Row[]): void {
    this.#gpu.device.queue.writeBuffer(this.#buffer(step), 0, stepWords(rows, this.pool.tableLength));
  }

  #submit<T>(encode: (encoder: GPUCommandEncoder) => T): T {
    const encoder = this.#gpu.device.createCommandEncoder();
    const result = encode(encoder);
    this.#gpu.device.queue.submit([encoder.finish()]);
    return result;
  }

  #buffer(name: string): GPUBuffer {
    return defined(this.#buffers.get(name), `buffer ${name}`);
  }
}

/** Compiles what is new. Throws `kernel_failed`. */
async function makePlans(gpu: Gpu, graph: Graph, weights: WeightLayouts, buffers: Buffers): Promise<Plans> {
  const compiled = (plan: readonly Dispatch[]) => Executor.create(gpu, plan, buffers);
  const body = (kind: BodyKind) =>
    compiled(bodyPlan(gpu, graph, weights, kind).flatMap(({ dispatches }) => dispatches));
  const [tile, row, long, head, score] = await Promise.all([
    body('tile'),
    body('row'),
    bodyKinds(gpu, graph).includes('long') ? body('long') : null,
    compiled(headPlan(gpu, graph, weights)),
    compiled(scorePlan(gpu, graph, weights)),
  ]);
  return { tile, row, long: long ?? row, head, score };
}

/**
 * The rows of a step as the shaders read them: a count, the rows of the pool of states that it goes from and to, padding, then four words a
 * row. Tables of slots have `tableLength` words each.
 */
export function stepWords(rows: readonly Row[], tableLength: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(ROW_WORDS * (rows.length + 1));
  const { from, to } = rows[0]?.state ?? { from: SCRATCH_STATE, to: SCRATCH_STATE };
  words.set([rows.length, from, to]);
  rows.forEach(({ id, position, slot, sequence }, t) => {
    words.set([id, position, slot, sequence * tableLength], ROW_WORDS * (t + 1));
  });
  return words;
}

/** Bytes of the largest thing that a step gives back: a row of logits, or the statistics of scored rows. */
function rowBytes({ dims }: Graph): number {
  return Math.max(stride4(dims.vocab_size) * 4, SCORE_ROWS * (STATISTIC_PARTS + 1) * 16);
}

/** Bytes of all buffers in which rows and records come back, besides those of `sessionBuffers`. */
export function readbackBytes(graph: Graph): number {
  return READBACKS * (rowBytes(graph) + RECORD_BYTES);
}

/** The session's tables and those for probes. */
export const tablesOf = ({ sequences }: Pick<RunnerOptions, 'sequences'>): number => sequences + PROBE_TABLES;

/** Every buffer a session owns beside the pool, by the names that plans use. */
export function sessionBuffers(
  graph: Graph,
  values: readonly { width: number }[],
  options: Pick<RunnerOptions, 'maxRows' | 'states'>,
): BufferSpec[] {
  const { vocab_size } = graph.dims;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const spec = (label: string, floats: number): BufferSpec => ({ label, size: floats * 4, usage });
  const step = (rows: number) => ROW_WORDS * (rows + 1);
  return [
    spec('unused', 4),
    spec('unused_write', 4),
    spec('step/tile', step(options.maxRows)),
    spec('step/row', step(ROW_LIMIT)),
    spec('step/head', step(1)),
    spec('step/score', step(SCORE_ROWS)),
    ...values.map(({ width }, i) => spec(`value/${i}`, options.maxRows * stride4(width))),
    ...graph.rotary.map((table, i) => spec(`rotary/${i}`, anglesLength(table, graph.dims.n_ctx))),
    ...statePlanes(graph).map(({ label, rowBytes }) => ({ label, size: options.states * rowBytes, usage })),
    ...(growsLong(graph.dims) ? [spec('stretches', stretchFloats(graph.dims, ROW_LIMIT))] : []),
    spec('logits', stride4(vocab_size)),
    spec('logits_tile', SCORE_ROWS * stride4(vocab_size)),
    ...Object.entries(DRAW_WORDS).map(([label, words]) => spec(label, words)),
    spec('statistics', SCORE_ROWS * (STATISTIC_PARTS + 1) * 4),
  ];
}
