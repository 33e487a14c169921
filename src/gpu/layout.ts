// Where weights lie on the GPU: matrices [out, in] in row parts that fit one binding, vectors side by side in one buffer.
import { assert } from '../lib/assert.ts';
import { NucleusError } from '../lib/error.ts';
import type { Graph } from '../model/ir/graph.ts';
import { bytesOf, type Storage, strideOf } from './storage/storage.ts';

/** Rows `row0` .. `row0 + rows - 1` of a matrix, in a buffer of their own. */
export interface MatrixPart {
  readonly row0: number;
  readonly rows: number;
}

export interface MatrixLayout {
  readonly name: string;
  /** Matrix [rows, cols]: [out, in]. */
  readonly rows: number;
  readonly cols: number;
  readonly storage: Storage;
  /** Numbers from row to row: cols rounded up to whole blocks, a multiple of four. */
  readonly stride: number;
  readonly parts: readonly MatrixPart[];
}

export interface WeightLayouts {
  readonly matrices: ReadonlyMap<string, MatrixLayout>;
  /** Byte offset and length in floats of every vector in the one buffer of vectors. */
  readonly vectors: ReadonlyMap<string, { readonly offset: number; readonly length: number }>;
  readonly vectorBytes: number;
  /** Bytes of all matrices and vectors. */
  readonly bytes: number;
}

/** Offsets of bindings must be multiples of this on every adapter (minStorageBufferOffsetAlignment is 256 or less). */
const OFFSET_ALIGNMENT = 256;

/** The smallest multiple of four that is not under `n`: values are read as vec4f. */
export const stride4 = (n: number): number => Math.ceil(n / 4) * 4;

/** Bytes of a part on the GPU. */
export function partBytes(matrix: MatrixLayout, part: MatrixPart): number {
  return part.rows * bytesOf(matrix.storage, matrix.stride);
}

/**
 * Layout of all weights of a graph. `storageOf` says how a matrix is stored; `maxBinding` is the largest binding in bytes.
 * Throws `model_too_large` when a single row does not fit a binding.
 */
export function layoutWeights(graph: Graph, storageOf: (name: string) => Storage, maxBinding: number): WeightLayouts {
  const matrices = new Map<string, MatrixLayout>();
  const vectors = new Map<string, { offset: number; length: number }>();
  let vectorBytes = 0;
  let matrixBytes = 0;
  for (const { name, shape } of graph.weights) {
    const [rows, cols] = shape;
    if (cols === undefined) {
      vectors.set(name, { offset: vectorBytes, length: rows });
      vectorBytes += Math.ceil((rows * 4) / OFFSET_ALIGNMENT) * OFFSET_ALIGNMENT;
      continue;
    }
    const storage = storageOf(name);
    const stride = strideOf(storage, cols);
    const rowBytes = bytesOf(storage, stride);
    matrices.set(name, { name, rows, cols, storage, stride, parts: splitRows(name, rows, rowBytes, maxBinding) });
    matrixBytes += rows * rowBytes;
  }
  return { matrices, vectors, vectorBytes, bytes: matrixBytes + vectorBytes };
}

/** As few parts as the limit allows, of nearly equal size. */
function splitRows(name: string, rows: number, rowBytes: number, maxBinding: number): MatrixPart[] {
  const most = Math.floor(maxBinding / rowBytes);
  if (most < 1) {
    const message = `a row of ${name} has ${rowBytes} bytes, more than a binding of ${maxBinding}`;
    throw new NucleusError('model_too_large', message, { tensor: name, needed: rowBytes, limit: maxBinding });
  }
  const count = Math.ceil(rows / most);
  const size = Math.ceil(rows / count);
  assert(size <= most, 'a part fits the limit');
  const parts: MatrixPart[] = [];
  for (let row0 = 0; row0 < rows; row0 += size) parts.push({ row0, rows: Math.min(size, rows - row0) });
  return parts;
}
