// Runs a rewritten graph beside a session: shares its weights and its cache, writes to scratch slots alone, keeps chosen values.
import { assert, defined } from '../lib/assert.ts';
import { type Allocation, allocateValues } from '../model/ir/allocate.ts';
import type { Graph, Op, ValueName } from '../model/ir/graph.ts';
import { fuse } from '../model/rewrites/fuse.ts';
import type { Gpu } from './device.ts';
import { choosing, type Dispatch } from './dispatch.ts';
import { type Buffers, Executor, layered } from './executor.ts';
import { stride4, type WeightLayouts } from './layout.ts';
import { planOps } from './plan.ts';
import type { Pool } from './pool.ts';
import { ROW_WORDS, type Row, stepWords } from './runner.ts';
import type { BufferSpec, Scope } from './scope.ts';
import { bodyPlan, type PlanKind, ROW_LIMIT } from './session-plans.ts';
import { mapForReading } from './waits.ts';

export interface ProbeSpec {
  /** Plain graph, rewritten for the view; the probe fuses it. */
  readonly graph: Graph;
  /** Values that are read after a step: they keep their names and have buffers of their own. */
  readonly keep: readonly ValueName[];
  /** Rows of a step at most. */
  readonly rows: number;
  /** Plans as the session has them of this kind, products and the gates over them together; by the number of rows unless given. */
  readonly as?: PlanKind;
  /** Further buffers of the view, by the names its dispatches use. Floats. */
  readonly buffers?: Readonly<Record<string, number>>;
}

/** What a probe shares with the session. */
export interface ProbeBase {
  readonly gpu: Gpu;
  readonly buffers: Buffers;
  readonly pool: Pool;
  readonly weights: WeightLayouts;
}

/** A piece of a step: the dispatches from number `from` on, up to `to` and without it. */
export interface Stretch {
  readonly from: number;
  readonly to?: number;
}

/** What a step takes with it in the same submit, and which piece of the body it is (all of it unless given). */
export interface StepOptions {
  readonly stretch?: Stretch;
  readonly before?: (encoder: GPUCommandEncoder) => void;
  readonly after?: (encoder: GPUCommandEncoder) => void;
}

const STEP = 'step/probe';

export class Probe implements Disposable {
  readonly #base: ProbeBase;
  readonly #scope: Scope;
  readonly #graph: Graph;
  readonly #allocation: Allocation;
  /** Its own buffers. */
  readonly #own: ReadonlyMap<string, GPUBuffer>;
  /** Its own and the session's. */
  readonly #buffers: Buffers;
  #body: Executor | null = null;
  /** Number of the first dispatch of every op, and behind the last one how many there are. */
  readonly #starts: number[] = [0];

  private constructor(
    base: ProbeBase,
    scope: Scope,
    graph: Graph,
    allocation: Allocation,
    own: ReadonlyMap<string, GPUBuffer>,
  ) {
    this.#base = base;
    this.#scope = scope;
    this.#graph = graph;
    this.#allocation = allocation;
    this.#own = own;
    this.#buffers = layered(own, base.buffers);
  }

  /** Reserves the probe's memory in a scope of its own inside `owner`. Throws `out_of_memory`, `model_too_large`, `kernel_failed`. */
  static async create(base: ProbeBase, owner: Scope, spec: ProbeSpec): Promise<Probe> {
    const graph = fuse(spec.graph, spec.keep);
    const allocation = allocateValues(graph, spec.keep);
    const scope = owner.open('probe');
    try {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
      const made = (label: string, floats: number): BufferSpec => ({ label, size: floats * 4, usage });
      const specs = [
        made(STEP, ROW_WORDS * (spec.rows + 1)),
        ...allocation.buffers.map(({ width }, i) => made(`value/${i}`, spec.rows * stride4(width))),
        ...Object.entries(spec.buffers ?? {}).map(([label, floats]) => made(label, floats)),
      ];
      const buffers = await scope.buffers(specs);
      const own = new Map(specs.map((each, i) => [each.label, buffers[i]!]));
      const probe = new Probe(base, scope, graph, allocation, own);
      const rows = spec.rows <= ROW_LIMIT ? 'row' : 'tile';
      const planned = spec.as
        ? bodyPlan(base.gpu, graph, base.weights, spec.as, { allocation, step: STEP })
        : planOps(graph, base.weights, allocation, { ...choosing(base.gpu), rows, step: STEP });
      // Ops that are one dispatch begin with the first of them.
      for (const { ops, dispatches } of planned)
        for (const i of ops.keys())
          probe.#starts.push(defined(probe.#starts.at(-1), 'a start') + (i === 0 ? dispatches.length : 0));
      probe.#body = await probe.executor(planned.flatMap(({ dispatches }) => dispatches));
      return probe;
    } catch (error) {
      scope[Symbol.dispose]();
      throw error;
    }
  }

  get graph(): Graph {
    return this.#graph;
  }

  /** Name of the buffer that a kept value lies in, for dispatches of the view. */
  valueBuffer(value: ValueName): string {
    return `value/${defined(this.#allocation.bufferOf[value], value)}`;
  }

  /** Whether the view has such a buffer of its own. */
  has(name: string): boolean {
    return this.#own.has(name);
  }

  buffer(name: string): GPUBuffer {
    return defined(this.#buffers.get(name), `buffer ${name}`);
  }

  /** An executor of further dispatches over the probe's and the session's buffers. */
  executor(dispatches: readonly Dispatch[]): Promise<Executor> {
    return Executor.create(this.#base.gpu, dispatches, this.#buffers);
  }

  /** Writes the rows of a step buffer. */
  writeStep(name: string, rows: readonly Row[]): void {
    this.#base.gpu.device.queue.writeBuffer(this.buffer(name), 0, stepWords(rows, this.#base.pool.tableLength));
  }

  /** Number of the first dispatch of the first op that passes; of all of them where none does. */
  startOf(found: (op: Op) => boolean): number {
    const at = this.#graph.ops.findIndex(found);
    return defined(this.#starts.at(at), 'a start');
  }

  /** Runs the graph, or a stretch of it, on 1 to `rows` rows in one submit. */
  run(rows: readonly Row[], { stretch, before, after }: StepOptions = {}): void {
    assert(rows.length >= 1, 'rows of a step');
    const { device } = this.#base.gpu;
    this.writeStep(STEP, rows);
    const encoder = device.createCommandEncoder({ label: 'probe' });
    before?.(encoder);
    encode(encoder, defined(this.#body, 'the body'), rows.length, stretch);
    after?.(encoder);
    device.queue.submit([encoder.finish()]);
  }

  /** The floats of pieces of the probe's buffers, one after the other. Offsets and lengths in floats. */
  async read(
    pieces: readonly { readonly buffer: string; readonly offset: number; readonly length: number }[],
  ): Promise<Float32Array<ArrayBuffer>> {
    const { device } = this.#base.gpu;
    const total = pieces.reduce((sum, { length }) => sum + length, 0);
    const scope = this.#scope.open('read');
    try {
      const staging = await scope.buffer('staging', total * 4, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
      const encoder = device.createCommandEncoder();
      let at = 0;
      for (const { buffer, offset, length } of pieces) {
        encoder.copyBufferToBuffer(this.buffer(buffer), offset * 4, staging, at * 4, length * 4);
        at += length;
      }
      device.queue.submit([encoder.finish()]);
      await mapForReading(device, staging, total * 4);
      return new Float32Array(staging.getMappedRange(0, total * 4).slice(0));
    } finally {
      scope[Symbol.dispose]();
    }
  }

  /** Runs an executor on T rows in a submit of its own. */
  submit(executor: Executor, T: number): void {
    const encoder = this.#base.gpu.device.createCommandEncoder();
    encode(encoder, executor, T);
    this.#base.gpu.device.queue.submit([encoder.finish()]);
  }

  [Symbol.dispose](): void {
    this.#scope[Symbol.dispose]();
  }
}

export function encode(encoder: GPUCommandEncoder, executor: Executor, T: number, stretch?: Stretch): void {
  const pass = encoder.beginComputePass();
  executor.encode(pass, T, stretch?.from, stretch?.to);
  pass.end();
}
