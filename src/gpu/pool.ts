// The pool of slots on the GPU: a plane for what every slot holds, and the tables that say which slots a sequence has. It grows with the text.
//
// A plane that grows is a larger buffer with the old one's content at its head: nothing is computed again. Planes grow one after the other, so
// that only one of them is there twice, and where memory gives out in between, what the smaller ones hold is the pool.
import { NucleusError } from '../lib/error.ts';
import type { Graph } from '../model/ir/graph.ts';
import { convRef, kvRef, kvStride } from './dispatch.ts';
import type { Buffers } from './executor.ts';
import type { TableWrite } from './kv-cache.ts';
import { stride4 } from './layout.ts';
import type { Scope } from './scope.ts';

/** What all slots hold of one kind, in a buffer of its own. */
interface PlaneSpec {
  /** The name that plans use. */
  readonly label: string;
  /** Bytes of a slot. */
  readonly slotBytes: number;
}

interface Plane extends PlaneSpec {
  readonly scope: Scope;
  readonly buffer: GPUBuffer;
  readonly slots: number;
}

/** The planes of a graph's pool: keys and values of each attention, what short convolutions keep, and the final states. */
function poolPlanes(graph: Graph): PlaneSpec[] {
  const kept = graph.ops.flatMap((op): PlaneSpec[] => {
    if (op.op === 'attention')
      return [{ label: kvRef(op.layer).buffer, slotBytes: (graph.kv === 'f16' ? 2 : 4) * kvStride(graph) }];
    if (op.op === 'conv_append') return [{ label: convRef(op.layer).buffer, slotBytes: 4 * stride4(op.x.width) }];
    return [];
  });
  return [...kept, { label: 'final', slotBytes: 4 * stride4(graph.dims.n_embd) }];
}

/** Bytes that a slot takes in all planes, its places in the tables included. */
export function bytesPerSlot(graph: Graph, tables: number): number {
  return poolPlanes(graph).reduce((sum, { slotBytes }) => sum + slotBytes, 4 * tables);
}

/** Slots that fit where no buffer and no binding may be larger than `limit` bytes. */
export function slotLimit(graph: Graph, tables: number, limit: number): number {
  const widest = poolPlanes(graph).reduce((most, { slotBytes }) => Math.max(most, slotBytes), 4 * tables);
  return Math.floor(limit / widest);
}

const TABLES = 'slots';
const USAGE = (): GPUBufferUsageFlags => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;

/** What a pool is made of. */
export interface PoolSize {
  readonly slots: number;
  readonly tables: number;
}

export class Pool implements Buffers {
  readonly tables: number;
  readonly #scope: Scope;
  readonly #limit: number;
  readonly #planes = new Map<string, Plane>();
  readonly #specs: readonly PlaneSpec[];
  #slots: Plane;
  #version = 0;

  private constructor(scope: Scope, specs: readonly PlaneSpec[], tables: number, slots: Plane) {
    const { maxBufferSize, maxStorageBufferBindingSize } = scope.device.limits;
    this.tables = tables;
    this.#scope = scope;
    this.#limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    this.#specs = specs;
    this.#slots = slots;
  }

  /** A pool of `slots` slots, in a scope of its own inside `owner`. Throws `out_of_memory` or `model_too_large`. */
  static async create(owner: Scope, graph: Graph, { slots, tables }: PoolSize): Promise<Pool> {
    const scope = owner.open('pool');
    const pool = new Pool(scope, poolPlanes(graph), tables, await planeOf(scope, tablesSpec(tables), slots));
    await pool.grow(slots);
    return pool;
  }

  /** Slots that every plane holds. */
  get capacity(): number {
    return [...this.#planes.values()].reduce((least, { slots }) => Math.min(least, slots), this.#slots.slots);
  }

  /** Words of a table. */
  get tableLength(): number {
    return this.#slots.slots;
  }

  get bytes(): number {
    return this.#scope.bytes;
  }

  /** Another one wherever a buffer was replaced. */
  get version(): number {
    return this.#version;
  }

  get(name: string): GPUBuffer | undefined {
    return name === TABLES ? this.#slots.buffer : this.#planes.get(name)?.buffer;
  }

  /**
   * Room for `slots` slots; what is there stays where it is. Throws `out_of_memory` or `model_too_large`: the pool is as it was then, though
   * some planes may have taken their part already.
   */
  async grow(slots: number): Promise<void> {
    this.#check(slots);
    for (const spec of this.#specs) {
      const old = this.#planes.get(spec.label);
      if (old && old.slots >= slots) continue;
      const all = { from: 0, to: 0, bytes: (old?.slots ?? 0) * spec.slotBytes };
      this.#planes.set(spec.label, await this.#larger(spec, old, slots, [all]));
    }
    const old = this.#slots;
    if (old.slots >= slots) return;
    // A table's own words only: the others lie further apart from now on.
    const copies = Array.from({ length: this.tables }, (_, table) => ({
      from: table * old.slots * 4,
      to: table * slots * 4,
      bytes: old.slots * 4,
    }));
    this.#slots = await this.#larger(tablesSpec(this.tables), old, slots, copies);
  }

  /** Tells the GPU which slots positions of a sequence live in; before the step that uses them. */
  writeTable({ sequence, from, slots }: TableWrite): void {
    const at = (sequence * this.tableLength + from) * 4;
    this.#scope.device.queue.writeBuffer(this.#slots.buffer, at, slots);
  }

  /** A plane of `slots` slots with pieces of the old one, which goes. */
  async #larger(
    spec: PlaneSpec,
    old: Plane | undefined,
    slots: number,
    pieces: readonly { readonly from: number; readonly to: number; readonly bytes: number }[],
  ): Promise<Plane> {
    const plane = await planeOf(this.#scope, spec, slots);
    if (old) {
      const { device } = this.#scope;
      const encoder = device.createCommandEncoder({ label: `grow ${spec.label}` });
      for (const { from, to, bytes } of pieces) encoder.copyBufferToBuffer(old.buffer, from, plane.buffer, to, bytes);
      device.queue.submit([encoder.finish()]);
      old.scope[Symbol.dispose]();
    }
    this.#version++;
    return plane;
  }

  #check(slots: number): void {
    for (const { label, slotBytes } of [...this.#specs, tablesSpec(this.tables)]) {
      const needed = slots * slotBytes;
      if (needed <= this.#limit) continue;
      const message = `${label} needs a binding of ${needed} bytes, and this adapter allows ${this.#limit}`;
      throw new NucleusError('model_too_large', message, { needed, limit: this.#limit });
    }
  }
}

/** Every slot has a word in each table. */
const tablesSpec = (tables: number): PlaneSpec => ({ label: TABLES, slotBytes: 4 * tables });

async function planeOf(owner: Scope, spec: PlaneSpec, slots: number): Promise<Plane> {
  const scope = owner.open(spec.label);
  try {
    return { ...spec, scope, slots, buffer: await scope.buffer('slots', slots * spec.slotBytes, USAGE()) };
  } catch (error) {
    scope[Symbol.dispose]();
    throw error;
  }
}
