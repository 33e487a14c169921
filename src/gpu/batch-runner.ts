// Runs rows of several sequences in one step, each with a draw of its own: weights are read once for several rows. What it needs is reserved and compiled
// when it is first asked for.
//
// T rows of a step · V vocab.
import { assert, defined } from '../lib/assert.ts';
import { allocateValues } from '../model/ir/allocate.ts';
import type { Graph } from '../model/ir/graph.ts';
import type { Dispatch } from './dispatch.ts';
import { DRAW_WORDS, type DrawSetting, RECORD_WORDS, settingWords, TOUCHED_WORDS } from './draw-record.ts';
import { type Buffers, Executor, layered } from './executor.ts';
import { LONG_FROM, stretchFloats } from './kernels/attention.ts';
import { planDraw } from './kernels/draw.ts';
import { stride4 } from './layout.ts';
import { planBody, planHead } from './plan.ts';
import type { ProbeBase } from './probe.ts';
import { type Lent, partsOf, Readback } from './readback.ts';
import { ROW_WORDS, type Row, SCORE_ROWS, stepWords } from './runner.ts';
import type { Scope } from './scope.ts';
import { bodyKinds, fewOptions } from './session-plans.ts';

/** Rows of a step at most. */
export const BATCH_ROWS = SCORE_ROWS;

const TOUCHED_BYTES = DRAW_WORDS['draw/touched'] * 4;
const SETTING_BYTES = DRAW_WORDS['draw/setting'] * 4;
const RECORD_BYTES = RECORD_WORDS * 4;
/** Staging buffers of records: for the step that is read, and the one queued behind it. */
const READBACKS = 2;

/** What a batch runs beside. */
export interface BatchBase extends ProbeBase {
  /** Fused. */
  readonly graph: Graph;
}

/** A row whose final state is, or comes to be, in `slot`. */
export interface BatchRow {
  /** What is computed first; null where that was done before, or is by another row of the step, and the head alone runs. */
  readonly row: Row | null;
  readonly slot: number;
  /** The row's id is the one of this draw of the step before, by number: `row.id` counts for nothing. */
  readonly follows?: number;
}

export interface BatchDraw extends BatchRow {
  readonly setting: DrawSetting;
  /** Which table of touched ids the draw goes by. */
  readonly lane: number;
}

/** What of it texts that step together need. */
export type BatchSteps = Pick<BatchRunner, 'prepare' | 'draw' | 'rows' | 'writeTouched' | 'giveBack'>;

/** Where the id of row t of a step stands, in bytes. */
const idAt = (t: number): number => ROW_WORDS * (t + 1) * 4;

/** `long` is `body` for models whose texts stay short. */
interface Plans {
  readonly body: Executor;
  readonly long: Executor;
  readonly head: Executor;
}

interface Draws {
  readonly plan: Executor;
  readonly records: Readback;
}

export class BatchRunner {
  readonly #base: BatchBase;
  readonly #scope: Scope;
  readonly #own = new Map<string, GPUBuffer>();
  /** Its own before the session's. */
  readonly #buffers: Buffers;
  #plans: Plans | null = null;
  #draws: Draws | null = null;
  /** For whole rows, as long as someone asks for them. */
  #staging: { readonly scope: Scope; readonly readback: Readback } | null = null;

  /** `owner` ends after the last step. */
  constructor(base: BatchBase, owner: Scope) {
    this.#base = base;
    this.#scope = owner.open('batch');
    this.#buffers = layered(this.#own, base.buffers);
  }

  /** Reserves and compiles what steps need, once; with `drawing` also what draws need. Not twice at a time. Throws `out_of_memory` or `kernel_failed`. */
  async prepare(drawing: boolean): Promise<void> {
    this.#plans ??= await this.#makePlans();
    if (drawing) this.#draws ??= await this.#makeDraws();
  }

  /** Plans anew when next prepared: for a choice of kernels that has changed. */
  replan(): void {
    this.#plans = null;
  }

  /** Entries of the table of touched ids of a lane, from number `from` on; before the draws that go by them. */
  writeTouched(lane: number, from: number, words: Uint32Array<ArrayBuffer>): void {
    const at = lane * TOUCHED_BYTES + from * TOUCHED_WORDS * 4;
    this.#queue.writeBuffer(this.#buffer('batch/touched'), at, words);
  }

  /** A step of 1 to BATCH_ROWS rows, prepared for draws, submitted: a record a row, which comes when it is read. */
  draw(draws: readonly BatchDraw[]): Lent[] {
    const { plan, records } = defined(this.#draws, 'draws, prepared');
    const rowBytes = stride4(this.#V) * 4;
    for (const [i, { setting }] of draws.entries())
      this.#queue.writeBuffer(this.#buffer('batch/settings'), i * SETTING_BYTES, settingWords(setting, this.#V));
    const computed = draws.filter(({ row }) => row !== null);
    const all = this.#submit(encoder => {
      this.#encodeRows(encoder, draws);
      for (const [i, draw] of draws.entries()) {
        const { setting, lane } = draw;
        // The kernel has room for one draw: what it reads of a row is put before it, and its record away.
        const touched = (setting.change?.touched ?? 0) * TOUCHED_WORDS * 4;
        this.#copy(encoder, 'logits_tile', i * rowBytes, 'logits', rowBytes);
        this.#copy(encoder, 'batch/settings', i * SETTING_BYTES, 'draw/setting', SETTING_BYTES);
        if (touched > 0) this.#copy(encoder, 'batch/touched', lane * TOUCHED_BYTES, 'draw/touched', touched);
        // The id that the row began with: the record that it came from may be written over by now.
        if (setting.change?.pending) this.#copy(encoder, 'batch/rows', idAt(computed.indexOf(draw)), 'draw/record', 4);
        const pass = encoder.beginComputePass();
        plan.encode(pass, 1);
        pass.end();
        this.#copy(encoder, 'draw/record', 0, 'batch/records', RECORD_BYTES, i * RECORD_BYTES);
      }
      return records.lend(encoder, this.#buffer('batch/records'), draws.length * RECORD_BYTES);
    });
    return partsOf(all, draws.length, RECORD_WORDS);
  }

  /** Runs a step of 1 to BATCH_ROWS rows; the logits [V] of each. Throws `out_of_memory` where there is no room to read them. */
  async rows(rows: readonly BatchRow[]): Promise<Float32Array<ArrayBuffer>[]> {
    const stride = stride4(this.#V);
    const staging = await this.#openStaging();
    const logits = await this.#submit(encoder => {
      this.#encodeRows(encoder, rows);
      return staging.copy(encoder, this.#buffer('logits_tile'), rows.length * stride * 4);
    })();
    return rows.map((_, i) => logits.slice(i * stride, i * stride + this.#V));
  }

  /** What whole rows were read through, once nobody asks for more. */
  giveBack(): void {
    this.#staging?.scope[Symbol.dispose]();
    this.#staging = null;
  }

  async #openStaging(): Promise<Readback> {
    if (this.#staging) return this.#staging.readback;
    const scope = this.#scope.open('rows');
    const readback = await Readback.create(scope, BATCH_ROWS * stride4(this.#V) * 4, 1);
    this.#staging = { scope, readback };
    return readback;
  }

  async #makePlans(): Promise<Plans> {
    const { gpu, graph, weights } = this.#base;
    const long = bodyKinds(gpu, graph).includes('long');
    const step = ROW_WORDS * (BATCH_ROWS + 1) * 4;
    await this.#reserve({
      'batch/rows': step,
      'batch/finals': step,
      // In place of the session's, which has room for fewer rows.
      ...(long && { stretches: stretchFloats(graph.dims, BATCH_ROWS) * 4 }),
    });
    const allocation = allocateValues(graph);
    const rows = fewOptions(gpu);
    const [body, cut, head] = await Promise.all([
      this.#executor(planBody(graph, weights, allocation, rows)),
      long ? this.#executor(planBody(graph, weights, allocation, { ...rows, long })) : null,
      this.#executor(planHead(graph, weights, fewOptions(gpu, 'batch/finals'), { logits: 'logits_tile' })),
    ]);
    return { body, long: cut ?? body, head };
  }

  async #makeDraws(): Promise<Draws> {
    await this.#reserve({
      'batch/settings': BATCH_ROWS * SETTING_BYTES,
      'batch/touched': BATCH_ROWS * TOUCHED_BYTES,
      'batch/records': BATCH_ROWS * RECORD_BYTES,
    });
    return {
      plan: await this.#executor(planDraw(this.#base.gpu.kernelClass, 'logits')),
      records: await Readback.create(this.#scope, BATCH_ROWS * RECORD_BYTES, READBACKS),
    };
  }

  #executor(dispatches: readonly Dispatch[]): Promise<Executor> {
    return Executor.create(this.#base.gpu, dispatches, this.#buffers);
  }

  /** Bytes by label; what is there stays. */
  async #reserve(bytes: Readonly<Record<string, number>>): Promise<void> {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const missing = Object.entries(bytes).filter(([label]) => !this.#own.has(label));
    const made = await this.#scope.buffers(missing.map(([label, size]) => ({ label, size, usage })));
    for (const [i, [label]] of missing.entries()) this.#own.set(label, defined(made[i], label));
  }

  /** Body and head: the logits of the rows are in `logits_tile`. */
  #encodeRows(encoder: GPUCommandEncoder, rows: readonly BatchRow[]): void {
    assert(rows.length >= 1 && rows.length <= BATCH_ROWS, 'rows of a batch');
    const { body, long, head } = defined(this.#plans, 'a batch, prepared');
    const computed = rows.flatMap(({ row, follows }) => (row === null ? [] : [{ ...row, follows }]));
    this.#writeStep(
      'batch/finals',
      rows.map(({ slot }) => ({ id: 0, position: 0, slot, sequence: 0 })),
    );
    if (computed.length > 0) this.#writeStep('batch/rows', computed);
    for (const [t, { follows }] of computed.entries())
      if (follows !== undefined) this.#copy(encoder, 'batch/records', follows * RECORD_BYTES, 'batch/rows', 4, idAt(t));
    const pass = encoder.beginComputePass();
    const far = computed.some(({ position }) => position >= LONG_FROM);
    if (computed.length > 0) (far ? long : body).encode(pass, computed.length);
    head.encode(pass, rows.length);
    pass.end();
  }

  #writeStep(name: string, rows: readonly Row[]): void {
    this.#queue.writeBuffer(this.#buffer(name), 0, stepWords(rows, this.#base.pool.tableLength));
  }

  #copy(encoder: GPUCommandEncoder, from: string, offset: number, to: string, bytes: number, at = 0): void {
    encoder.copyBufferToBuffer(this.#buffer(from), offset, this.#buffer(to), at, bytes);
  }

  #submit<T>(encode: (encoder: GPUCommandEncoder) => T): T {
    const encoder = this.#base.gpu.device.createCommandEncoder({ label: 'batch' });
    const result = encode(encoder);
    this.#queue.submit([encoder.finish()]);
    return result;
  }

  #buffer(name: string): GPUBuffer {
    return defined(this.#buffers.get(name), `buffer ${name}`);
  }

  get #queue(): GPUQueue {
    return this.#base.gpu.device.queue;
  }

  get #V(): number {
    return this.#base.graph.dims.vocab_size;
  }
}
