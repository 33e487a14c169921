// Where weights lie on the GPU: matrices [out, in] in row parts that fit one binding, vectors side by side in one buffer.
import { assert } from '../lib/assert.ts';
import { NucleusError } from '../lib/error.ts';
import type { Graph } from '../model/ir/graph.ts';
import type { Storage } from './storage/storage.ts';

/** Rows `row0` .. `row0 + rows - 1` of a matrix, stored alike. */
export interface StoredRows {
  readonly row0: number;
  readonly rows: number;
  readonly storage: Storage;
}

/** Rows in a buffer of their own. */
export type MatrixPart = StoredRows;

export interface MatrixLayout {
  readonly name: string;
  /** Matrix [rows, cols]: [out, in]. */
  readonly rows: number;
  readonly cols: number;
  /** Numbers of a row as kernels read it: cols rounded up to a multiple of four. */
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
export function partBytes({ cols }: Pick<MatrixLayout, 'cols'>, { rows, storage }: Omit<MatrixPart, 'row0'>): number {
  return rows * storage.strideBytes(cols);
}

/**
 * Layout of all weights of a graph. `storageOf` says how the rows of a matrix are stored, all of them in order; `maxBinding` is the largest binding
 * in bytes. Throws `model_too_large` when a single row does not fit a binding.
 */
export function layoutWeights(
  graph: Graph,
  storageOf: (name: string, rows: number) => readonly StoredRows[],
  maxBinding: number,
): WeightLayouts {
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
    const parts = storageOf(name, rows).flatMap(stored => splitRows(name, stored, cols, maxBinding));
    const matrix = { name, rows, cols, stride: stride4(cols), parts };
    assert(parts.reduce((sum, part) => sum + part.rows, 0) === rows, `every row of ${name} is stored`);
    matrices.set(name, matrix);
    for (const part of parts) matrixBytes += partBytes(matrix, part);
  }
  return { matrices, vectors, vectorBytes, bytes: matrixBytes + vectorBytes };
}

/** As few parts as the limit allows, of nearly equal size. */
function splitRows(name: string, stored: StoredRows, cols: number, maxBinding: number): MatrixPart[] {
  const { rows, storage } = stored;
  const rowBytes = storage.strideBytes(cols);
  const most = Math.floor(maxBinding / rowBytes);
  if (most < 1) {
    const message = `a row of ${name} has ${rowBytes} bytes, more than a binding of ${maxBinding}`;
    throw new NucleusError('model_too_large', message, { tensor: name, needed: rowBytes, limit: maxBinding });
  }
  const count = Math.ceil(rows / most);
  const size = Math.ceil(rows / count);
  assert(size <= most, 'a part fits the limit');
  const parts: MatrixPart[] = [];
  for (let row = 0; row < rows; row += size)
    parts.push({ row0: stored.row0 + row, rows: Math.min(size, rows - row), storage });
  return parts;
}
