// Whole rows of floats to quantised blocks while a checkpoint is loaded: one piece of that work as plain data, so that another thread can do it.
import { assert, defined } from '../../lib/assert.ts';
import type { Storage } from '../storage/storage.ts';
import { STORAGES } from '../storage/storages.ts';

export interface QuantiseJob {
  /** Names of storages: as the rows lie in the checkpoint, one number after the other, and the blocks to be made. */
  readonly source: string;
  readonly storage: string;
  /** Numbers of a row. */
  readonly columns: number;
  /** The rows are as many as a block has numbers, and each of their columns becomes a block. */
  readonly turned: boolean;
  /** In memory of their own, which may go to another thread. */
  readonly rows: Uint8Array<ArrayBuffer>;
}

/** What another thread says. */
export type Answer =
  /** Said once, before the first job. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'made'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The rows of a job that failed there. */
  | { readonly kind: 'left'; readonly bytes: Uint8Array<ArrayBuffer> };

const BY_NAME: ReadonlyMap<string, Storage> = new Map(Object.values(STORAGES).map(storage => [storage.name, storage]));

/** Rows as they lie on the GPU; of rows that are turned, the block of each column as a checkpoint has it. In memory of their own. */
export function quantised(job: QuantiseJob): Uint8Array<ArrayBuffer> {
  const { columns, turned, rows } = job;
  const source = defined(BY_NAME.get(job.source), job.source);
  const { name, block, quantise, pack } = defined(BY_NAME.get(job.storage), job.storage);
  assert(quantise !== null, `${name} is not made while loading`);
  const numbers = source.dequantise(source.pack(rows, columns), columns);
  return turned
    ? quantise(turnedBand(numbers, block, columns))
    : (pack(quantise(numbers), columns) as Uint8Array<ArrayBuffer>);
}

/** [rows, columns] as [columns, rows]. */
function turnedBand(numbers: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(numbers.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = numbers[row * columns + column] ?? 0;
  return turned;
}
