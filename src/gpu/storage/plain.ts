// Storages whose numbers lie one by one; rows are filled up with zeros to a multiple of four numbers.
import { type Storage, unitOfFour } from './storage.ts';

interface Plain extends Pick<Storage, 'name' | 'dtype'> {
  /** Bytes of a number. */
  readonly bytes: number;
  readonly read: (bytes: Uint8Array) => Float32Array<ArrayBuffer>;
  readonly write: NonNullable<Storage['quantise']>;
}

export function plainStorage({ name, dtype, bytes, read, write }: Plain): Storage {
  const strideBytes = (columns: number): number => Math.ceil(columns / 4) * 4 * bytes;
  const parts = [`weights_${name}`];
  return {
    name,
    dtype,
    parts,
    unit: bytes === 4 ? unitOfFour(parts) : { parts: [`unit_${name}`], columns: 16 / bytes },
    block: 1,
    blockBytes: bytes,
    strideBytes,
    pack: (rows, columns) => restrided(rows, columns * bytes, columns * bytes, strideBytes(columns)),
    dequantise: (rows, columns) => read(restrided(rows, columns * bytes, strideBytes(columns), columns * bytes)),
    quantise: write,
  };
}

/** The first `length` bytes of every row, with another distance from row to row. */
function restrided(rows: Uint8Array, length: number, from: number, to: number): Uint8Array {
  if (from === to) return rows;
  const count = rows.length / from;
  const out = new Uint8Array(count * to);
  for (let row = 0; row < count; row++) out.set(rows.subarray(row * from, row * from + length), row * to);
  return out;
}
