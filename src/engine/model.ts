// A model on the GPU: weights, pool and session, made from a graph and a stream of tensors.

import type { StoredTensor } from '../checkpoint/checkpoint.ts';
import { damaged } from '../checkpoint/first-bytes.ts';
import { Reordering } from '../checkpoint/strided.ts';
import { BatchRunner } from '../gpu/batch-runner.ts';
import type { Gpu } from '../gpu/device.ts';
import { KvCache } from '../gpu/kv-cache.ts';
import { layoutWeights } from '../gpu/layout.ts';
import { bytesPerSlot, slotLimit } from '../gpu/pool.ts';
import type { Quantiser } from '../gpu/quantise/quantiser.ts';
import { Runner, type RunnerOptions, readbackBytes, sessionBuffers, tablesOf } from '../gpu/runner.ts';
import type { BufferSpec, Scope } from '../gpu/scope.ts';
import { StateCache } from '../gpu/state-cache.ts';
import { stateRows } from '../gpu/state-planes.ts';
import type { TensorWriter } from '../gpu/tensor-writer.ts';
import { workDone } from '../gpu/waits.ts';
import { Weights } from '../gpu/weights.ts';
import { defined } from '../lib/assert.ts';
import { type ContextNeeds, defaultContext, largestContext, slotsFor } from '../lib/context-memory.ts';
import { NucleusError } from '../lib/error.ts';
import type { WeightFormat } from '../lib/weight-format.ts';
import { matchWeights } from '../model/checkpoint.ts';
import { allocateValues } from '../model/ir/allocate.ts';
import type { Graph } from '../model/ir/graph.ts';
import { fuse } from '../model/rewrites/fuse.ts';
import { withKv } from '../model/rewrites/half-keys.ts';
import { Probes } from './probes/probes.ts';
import { Room } from './room.ts';
import { Session } from './session.ts';
import { storageOfTensor, storageOfWeights } from './stored-weights.ts';
import type { Tuning } from './tuning.ts';
import type { Verdicts } from './verdicts.ts';

/** Tables of slots: how many texts and branches stay in the cache side by side, room in the pool permitting. */
const SEQUENCES = 16;
/** Slots that the pool begins with, and grows by at least. */
const PAGE = 512;

export interface ModelOptions {
  /** Largest binding in bytes; the device's own limit unless a test lowers it. */
  readonly maxBinding?: number;
  /** Tables of slots. */
  readonly sequences?: number;
  readonly maxRows?: number;
  /** Slots of a page of the pool. */
  readonly page?: number;
  /** Tokens that a text may have; as memory suggests unless given. */
  readonly allowed?: number;
  /** Keys and values in packed f16, where the model allows it; f32 unless given. */
  readonly kv?: 'f16';
  /** How matrices of floats are stored; as in the checkpoint unless given. */
  readonly format?: WeightFormat;
  /** Who makes blocks for a rounded format; this thread unless given. */
  readonly quantiser?: Quantiser;
  /** Measures kernels where the adapter has several; by rule unless given. */
  readonly tuning?: Tuning;
  /** What checks have found of kernels here: those that were wrong stay off. */
  readonly verdicts?: Verdicts;
}

/** Of a model on a device that was lost under more: a sixteenth of a step's rows, a quarter of the texts in the cache and of the first slots. */
export const LIGHT = { maxRows: 16, sequences: 4, page: 128 } as const satisfies ModelOptions;

/** Rows of one prefill step at most: more would outlast STEP_MS on a CPU adapter, and fill no GPU better. */
function prefillRows(software: boolean): number {
  return software ? 64 : 256;
}

function runnerOptions(
  { device, software }: Device,
  graph: Graph,
  options: ModelOptions,
): Omit<RunnerOptions, 'slots'> {
  return {
    states: stateRows(graph, largestBuffer(device)),
    sequences: options.sequences ?? SEQUENCES,
    maxRows: Math.min(graph.dims.n_ctx, options.maxRows ?? prefillRows(software)),
  };
}

type Device = Pick<Gpu, 'device' | 'software'>;

const largestBuffer = ({ limits }: GPUDevice): number =>
  Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);

/** The buffers of a session that do not grow. `graph` is fused. */
export function fixedBuffers(gpu: Device, graph: Graph, options: ModelOptions = {}): BufferSpec[] {
  return sessionBuffers(graph, allocateValues(graph).buffers, runnerOptions(gpu, graph, options));
}

/** What the context of a model takes on a device. `graph` is fused. */
export function contextNeeds(gpu: Device, graph: Graph, weightBytes: number, options: ModelOptions = {}): ContextNeeds {
  const tables = tablesOf(runnerOptions(gpu, graph, options));
  const fixed = fixedBuffers(gpu, graph, options);
  return {
    n_ctx: graph.dims.n_ctx,
    slotLimit: slotLimit(graph, tables, largestBuffer(gpu.device)),
    slotBytes: bytesPerSlot(graph, tables),
    baseBytes: fixed.reduce((sum, { size }) => sum + size, weightBytes + readbackBytes(graph)),
  };
}

/** GiB of memory as the browser tells it, at most 8; null where it does not. */
export function deviceMemory(): number | null {
  const { navigator } = globalThis as { navigator?: { deviceMemory?: number } };
  return navigator?.deviceMemory ?? null;
}

export interface OpenedSession {
  readonly session: Session;
  readonly runner: Runner;
  readonly cache: KvCache;
  readonly room: Room;
  /** For several texts in one step; null where a running state allows one alone. */
  readonly batch: BatchRunner | null;
  /** Of a model with running states. */
  readonly states: StateCache | null;
}

/** Compiles the plans of a fused graph and opens a session in `scope`. Throws `kernel_failed`, `out_of_memory`, `model_too_large`. */
export async function openSession(
  gpu: Gpu,
  scope: Scope,
  graph: Graph,
  weights: Weights,
  options: ModelOptions,
): Promise<OpenedSession> {
  const needs = contextNeeds(gpu, graph, weights.layouts.bytes, options);
  const allowed = Math.min(largestContext(needs), options.allowed ?? defaultContext(needs, deviceMemory()));
  const page = options.page ?? PAGE;
  const runnerSizes = runnerOptions(gpu, graph, options);
  const slots = Math.min(page, slotsFor(needs, allowed));
  const { tuning, verdicts } = options;
  await verdicts?.recall(gpu);
  const tune: RunnerOptions['tune'] = tuning && ((dispatches, buffers) => tuning.measure(gpu, dispatches, buffers));
  const runner = await Runner.create(gpu, scope, graph, weights, { ...runnerSizes, slots, tune });
  const cache = new KvCache(slots, runnerSizes.sequences);
  const room = new Room(runner.pool, cache, { needs, allowed, page, kv: graph.kv });
  const states = runnerSizes.states === 0 ? null : new StateCache(runnerSizes.states);
  const base = { gpu, buffers: runner.buffers, pool: runner.pool, weights: weights.layouts };
  const batch = states === null ? new BatchRunner({ ...base, graph }, scope) : null;
  const session = new Session({ runner, cache, room, states, dims: graph.dims });
  return { runner, cache, room, states, batch, session };
}

/** Reserves memory for a model, takes its bytes file by file, then compiles its plans. */
export class ModelLoader {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly #gpu: Gpu;
  readonly #scope: Scope;
  readonly #tensors: ReadonlyMap<string, StoredTensor>;
  /** Names in the recipes by names in the files. */
  readonly #nameOf: ReadonlyMap<string, string>;
  readonly #options: ModelOptions;

  private constructor(
    gpu: Gpu,
    scope: Scope,
    graph: Graph,
    weights: Weights,
    tensors: ReadonlyMap<string, StoredTensor>,
    nameOf: ReadonlyMap<string, string>,
    options: ModelOptions,
  ) {
    this.#gpu = gpu;
    this.#scope = scope;
    this.graph = graph;
    this.weights = weights;
    this.#tensors = tensors;
    this.#nameOf = nameOf;
    this.#options = options;
  }

  /**
   * Matches the checkpoint's tensors with the graph and reserves the memory of the weights in `scope`. Throws `missing_tensor`, `bad_tensor`,
   * `model_too_large` or `out_of_memory`.
   */
  static async create(
    gpu: Gpu,
    scope: Scope,
    graph: Graph,
    tensors: ReadonlyMap<string, StoredTensor>,
    options: ModelOptions = {},
  ): Promise<ModelLoader> {
    const { tensorOf } = matchWeights(graph, tensors);
    const storageOf = storageOfWeights(graph, tensorOf, tensors, options.format);
    const maxBinding = options.maxBinding ?? gpu.device.limits.maxStorageBufferBindingSize;
    const layouts = layoutWeights(graph, storageOf, Math.min(maxBinding, gpu.device.limits.maxBufferSize));
    const weights = await Weights.create(gpu, scope, graph, layouts, options.quantiser);
    const nameOf = new Map([...tensorOf].map(([name, tensor]) => [tensor, name]));
    return new ModelLoader(gpu, scope, withKv(graph, options.kv), weights, tensors, nameOf, options);
  }

  /** Uploads the tensors of one file from its bytes, in file order from offset `begin`. Tensors may share bytes. */
  async upload(file: string, pieces: AsyncIterable<Uint8Array>, begin = 0): Promise<void> {
    const tensors = [...this.#tensors.values()].filter(tensor => tensor.file === file && tensor.end > tensor.begin);
    const waiting = tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
    /** Begun in an earlier piece, or in this one. */
    let open: { readonly tensor: StoredTensor; readonly writer: TensorWriter }[] = [];
    let next = 0;
    let offset = begin;
    for await (const piece of pieces) {
      const pieceEnd = offset + piece.length;
      const unfinished: typeof open = [];
      for (let tensor = waiting[next]; open.length > 0 || (tensor && tensor.begin < pieceEnd); tensor = waiting[next]) {
        const begun = open.shift();
        const each = begun?.tensor ?? defined(tensor, 'tensor');
        const writer = begun?.writer ?? (await this.#writer(each));
        if (!begun) next++;
        await writer.write(piece.subarray(Math.max(each.begin - offset, 0), Math.min(each.end, pieceEnd) - offset));
        if (each.end > pieceEnd) unfinished.push({ tensor: each, writer });
        else await writer.end();
      }
      open = unfinished;
      offset = pieceEnd;
      // Written bytes wait in staging memory until the queue has taken them: waiting here keeps that to one piece.
      await workDone(this.#gpu.device);
    }
    const missing = open[0]?.tensor ?? waiting[next];
    if (missing) {
      const message = `${file} ended at byte ${offset}, inside or before tensor ${missing.name}`;
      throw new NucleusError(damaged(file), message, { file });
    }
    await this.weights.settled();
  }

  /** Compiles the plans and opens the session, once every file is uploaded. Throws `kernel_failed`, `out_of_memory`, `model_too_large`. */
  async finish(): Promise<OpenedSession & { readonly probes: Probes }> {
    const scope = this.#scope;
    const opened = await openSession(this.#gpu, scope, fuse(this.graph), this.weights, this.#options);
    const { session, runner, cache, room, states, batch } = opened;
    const base = { gpu: this.#gpu, buffers: runner.buffers, pool: runner.pool, weights: this.weights.layouts };
    const table = runner.firstProbeTable;
    const { graph } = this;
    const probes = new Probes({ base, scope, graph, session, cache, room, states, runner, batch, table });
    return { ...opened, probes };
  }

  async #writer(tensor: StoredTensor): Promise<TensorWriter> {
    const name = this.#nameOf.get(tensor.name);
    if (name === undefined) return { write: async () => {}, end: async () => {} };
    const writer = await this.weights.tensor(name, storageOfTensor(tensor));
    return tensor.strides === undefined ? writer : reordered(tensor, writer);
  }
}

/** A writer for a tensor that lies in another order than its own: the whole of it, without gaps, waits in memory. */
function reordered(tensor: StoredTensor, writer: TensorWriter): TensorWriter {
  const order = new Reordering(tensor);
  return {
    write: async piece => order.write(piece),
    end: async () => {
      await writer.write(order.end());
      await writer.end();
    },
  };
}
