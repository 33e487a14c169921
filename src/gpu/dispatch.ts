// A dispatch as data, and what planning one needs: the names of buffers, the widths of values, the kind of step.
import { defined } from '../lib/assert.ts';
import type { Allocation } from '../model/ir/allocate.ts';
import type { Graph, ValueName } from '../model/ir/graph.ts';
import type { Gpu, KernelClass } from './device.ts';
import type { Kernel } from './kernels/kernel.ts';
import { stride4, type WeightLayouts } from './layout.ts';
import type { Product, Tuned } from './product.ts';
import type { Storage } from './storage/storage.ts';

/** A buffer of the model or the session by name, or a piece of it. Bytes. */
export interface BufferRef {
  readonly buffer: string;
  readonly offset?: number;
  readonly size?: number;
}

export type Consts = Readonly<Record<string, number | boolean>>;

/** Workgroups along a dimension: fixed, or one for every `rowsPer` rows of the step. */
export type Extent = number | { readonly rowsPer: number };

export interface Dispatch {
  /** What it computes, for traces and messages: `h.0.attn.c_attn (linear_row)`. */
  readonly label: string;
  readonly kernel: Kernel;
  /** Of the matrix it reads, for kernels with the part `weights`. */
  readonly storage?: Storage;
  readonly consts: Consts;
  /** Of a row kernel on a GPU: what its team was chosen for. */
  readonly product?: Product;
  /** Of a head that leaves the pieces of a draw: the same work in two dispatches, product and reduction. */
  readonly apart?: readonly Dispatch[];
  /** By place in the kernel's list of bindings. */
  readonly bind: readonly BufferRef[];
  readonly grid: readonly [Extent, Extent, Extent];
}

/**
 * `row`: one or a few rows, matrix-vector products; `few`: up to 16 rows, a weight read once for several of them; `tile`: many
 * rows, register tiles.
 */
export type RowsKind = 'row' | 'few' | 'tile';

export interface PlanOptions extends Choosing {
  readonly rows: RowsKind;
  /** Name of the buffer that holds the rows of the step. */
  readonly step: string;
  /** For rows far into their texts: attention cuts their keys into stretches. */
  readonly long?: boolean;
  /** Pairs are one dispatch where they can be; a product under its gate is in no buffer then. */
  readonly pairs?: boolean;
}

/** What an adapter is to the choice of kernels. */
export interface Choosing {
  readonly kernelClass: KernelClass;
  /** Lanes of the smallest subgroup where a kernel is told the number of its own, else 0: clusters of that many lanes need no barrier. */
  readonly lanes?: number;
  readonly tuned?: Tuned;
  /** Variants of kernels that were found wrong on this adapter. */
  readonly off?: ReadonlySet<string>;
}

/** What a plan needs of a device. */
export const choosing = ({ kernelClass, lanes, tuned, off }: Pick<Gpu, keyof Choosing>): Choosing => ({
  kernelClass,
  lanes,
  tuned,
  off,
});

export interface PlanContext extends PlanOptions {
  readonly graph: Graph;
  readonly weights: WeightLayouts;
  readonly allocation: Allocation;
}

/** For a kernel that reads no weights of this step, or writes none. */
export const UNUSED: BufferRef = { buffer: 'unused' };
export const UNUSED_WRITE: BufferRef = { buffer: 'unused_write' };
export const perRow: Extent = { rowsPer: 1 };

/** Workgroups along a dimension for a step of T rows. */
export const groupsOf = (extent: Extent, T: number): number =>
  typeof extent === 'number' ? extent : Math.ceil(T / extent.rowsPer);

/** Floats from slot to slot of a layer's cache: keys, then values. */
export function kvStride(graph: Graph): number {
  return 2 * graph.dims.n_kv_head * graph.dims.head_size;
}

export const widthOf = (c: PlanContext, value: ValueName): number =>
  defined(c.graph.widths[value], `width of ${value}`);
/** Floats from row to row of a value. */
export const strideOfValue = (c: PlanContext, value: ValueName): number => stride4(widthOf(c, value));
export const kvRef = (layer: number): BufferRef => ({ buffer: `kv/${layer}` });
/** What a layer's short convolution takes in, by slot. */
export const convRef = (layer: number): BufferRef => ({ buffer: `conv/${layer}` });
/** Rows of the pool of states: the matrices of a layer's delta rule, and the last inputs of the convolution before it. */
export const stateRef = (layer: number): BufferRef => ({ buffer: `state/${layer}` });
export const tailRef = (layer: number): BufferRef => ({ buffer: `tail/${layer}` });

/** The buffer of a value; the final states live in a plane of the pool, found by slot. */
export function valueRef(c: PlanContext, value: ValueName): BufferRef {
  if (value === c.graph.final) return { buffer: 'final' };
  return { buffer: `value/${defined(c.allocation.bufferOf[value], value)}` };
}

export function vectorRef(c: Pick<PlanContext, 'weights'>, name: string): BufferRef {
  const { offset, length } = defined(c.weights.vectors.get(name), name);
  return { buffer: 'vectors', offset, size: Math.ceil(length / 4) * 16 };
}
