// Tensors that lie in a file in another order than theirs: transposed, or with gaps. Their bytes are put in order as they come.
import { assert } from '../lib/assert.ts';
import { bitsPerElement } from './dtypes.ts';
import type { TensorRange } from './safetensors.ts';

/** One dimension: how many, and how far apart, in elements. */
interface Axis {
  readonly count: number;
  /** In the file. */
  readonly from: number;
  /** In the tensor that comes out. */
  readonly to: number;
}

/** Strides of a tensor whose elements lie one after the other. */
function plainStrides(shape: readonly number[]): number[] {
  let step = 1;
  const strides: number[] = [];
  for (const count of [...shape].reverse()) {
    strides.unshift(step);
    step *= count;
  }
  return strides;
}

/** True when the elements lie in the tensor's own order without gaps. A dimension of one may have any stride. */
export function isPlain(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  const plain = plainStrides(shape);
  return shape.every((count, axis) => count === 1 || strides[axis] === plain[axis]);
}

/** Dimensions that have steps at all, the widest steps first. */
function axesOf(shape: readonly number[], strides: readonly number[]): Axis[] {
  const plain = plainStrides(shape);
  return shape
    .map((count, axis) => ({ count, from: strides[axis] ?? 0, to: plain[axis] ?? 0 }))
    .filter(({ count }) => count !== 1)
    .sort((a, b) => b.from - a.from);
}

/** True when no element of the file is meant twice, as far as strides alone tell: each step is past all that the narrower ones reach. */
export function isApart(shape: readonly number[], strides: readonly number[]): boolean {
  const axes = axesOf(shape, strides);
  return axes.every(({ from }, i) => {
    const inner = axes[i + 1];
    return inner === undefined ? from >= 1 : from >= inner.from * inner.count;
  });
}

/** Elements from the first to the last one, gaps included. */
export function reach(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((last, count, axis) => last + (count - 1) * (strides[axis] ?? 0), 1);
}

/** Takes the bytes from `begin` to `end` of a tensor that is apart, in order, in pieces of any size; gives its elements in the tensor's order. */
export class Reordering {
  /** Holds the tensor and no gap. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #size: number;
  readonly #outer: readonly Axis[];
  readonly #inner: Axis;
  readonly #index: number[];
  /** Elements of the innermost dimension that are done. */
  #along = 0;
  /** Elements to the first of the innermost dimension, in the file and in the tensor. */
  #from = 0;
  #to = 0;
  #done: boolean;
  /** Bytes before `#carry`. */
  #at = 0;
  #carry: Uint8Array = new Uint8Array();

  constructor({ shape, strides = plainStrides(shape), dtype }: TensorRange) {
    this.#size = bitsPerElement(dtype) / 8;
    this.bytes = new Uint8Array(shape.reduce((product, count) => product * count, 1) * this.#size);
    const axes = axesOf(shape, strides);
    this.#inner = axes.pop() ?? { count: 1, from: 1, to: 1 };
    this.#outer = axes;
    this.#index = axes.map(() => 0);
    this.#done = this.bytes.length === 0;
  }

  write(piece: Uint8Array): void {
    let bytes = piece;
    if (this.#carry.length > 0) {
      bytes = new Uint8Array(this.#carry.length + piece.length);
      bytes.set(this.#carry);
      bytes.set(piece, this.#carry.length);
    }
    while (!this.#done && this.#copyRow(bytes)) this.#nextRow();
    const next = this.#offset() - this.#at;
    const kept = this.#done ? bytes.length : Math.min(bytes.length, next);
    this.#carry = bytes.slice(kept);
    this.#at += kept;
  }

  /** @throws AssertionError when bytes are lacking. */
  end(): Uint8Array<ArrayBuffer> {
    assert(this.#done, 'every byte of the tensor has come');
    return this.bytes;
  }

  /** Bytes from the beginning of the tensor to the next element. */
  #offset(): number {
    return (this.#from + this.#along * this.#inner.from) * this.#size;
  }

  /** Copies what there is of the innermost dimension; true at its end. */
  #copyRow(bytes: Uint8Array): boolean {
    const size = this.#size;
    const { count, from, to } = this.#inner;
    let source = this.#offset() - this.#at;
    let target = (this.#to + this.#along * to) * size;
    for (; this.#along < count; this.#along++) {
      if (source + size > bytes.length) return false;
      for (let i = 0; i < size; i++) this.bytes[target + i] = bytes[source + i] ?? 0;
      source += from * size;
      target += to * size;
    }
    return true;
  }

  #nextRow(): void {
    this.#along = 0;
    for (let axis = this.#outer.length - 1; axis >= 0; axis--) {
      const { count, from, to } = this.#outer[axis] ?? { count: 1, from: 0, to: 0 };
      const index = (this.#index[axis] ?? 0) + 1;
      this.#from += from;
      this.#to += to;
      this.#index[axis] = index;
      if (index < count) return;
      this.#index[axis] = 0;
      this.#from -= count * from;
      this.#to -= count * to;
    }
    this.#done = true;
  }
}
