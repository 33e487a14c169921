// A tensor [in, out] as rows of quantised blocks [out, in]: blocks are made of as many rows at a time as a block has numbers.
import { assert } from '../../lib/assert.ts';
import { fileBytes, type Storage } from '../storage/storage.ts';
import type { Quantiser, Take } from './quantiser.ts';

export interface TurnedTensor {
  readonly source: Storage;
  readonly storage: Storage;
  /** Whole blocks. */
  readonly rows: number;
  readonly columns: number;
}

export class TurnedBlocks {
  /** Bytes of the rows of which blocks are made at a time. */
  readonly bandBytes: number;
  readonly #tensor: TurnedTensor;
  readonly #quantiser: Quantiser;
  readonly #whole: Take;
  /** [out, in] as a checkpoint has them. */
  readonly #blocks: Uint8Array<ArrayBuffer>;
  /** Rows of the tensor that wait for the others of their blocks. */
  #band = new Uint8Array(0);
  #filled = 0;
  /** Bands that are to come, and that are not in their places. */
  #coming: number;
  #missing: number;

  /** `source` has numbers one by one. `whole` gets all rows [out, in] as a checkpoint has them, once the quantiser has made the last. */
  constructor(quantiser: Quantiser, tensor: TurnedTensor, whole: Take) {
    const { source, storage, rows, columns } = tensor;
    this.#tensor = tensor;
    this.#quantiser = quantiser;
    this.#whole = whole;
    this.#blocks = new Uint8Array(columns * fileBytes(storage, rows));
    this.bandBytes = storage.block * fileBytes(source, columns);
    this.#coming = rows / storage.block;
    this.#missing = this.#coming;
  }

  write(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) {
      // The memory of the one before went with its job.
      if (this.#filled === 0) this.#band = new Uint8Array(this.bandBytes);
      const take = piece.subarray(at, at + this.bandBytes - this.#filled);
      this.#band.set(take, this.#filled);
      this.#filled += take.length;
      at += take.length;
      if (this.#filled < this.bandBytes) return;
      this.#filled = 0;
      this.#send();
    }
  }

  /** Call once after the last byte. */
  end(): void {
    assert(this.#filled === 0 && this.#coming === 0, 'every row has come');
  }

  #send(): void {
    const { source, storage, rows, columns } = this.#tensor;
    const place = rows / storage.block - this.#coming;
    this.#coming--;
    const job = { source: source.name, storage: storage.name, columns, turned: true, rows: this.#band };
    this.#quantiser.add(job, blocks => {
      this.#place(blocks, place * storage.blockBytes);
      this.#missing--;
      if (this.#missing === 0) this.#whole(this.#blocks);
    });
  }

  /** A block for each row, to byte `at` of it. */
  #place(blocks: Uint8Array, at: number): void {
    const { storage, rows, columns } = this.#tensor;
    const { blockBytes } = storage;
    const rowBytes = fileBytes(storage, rows);
    for (let column = 0; column < columns; column++)
      this.#blocks.set(blocks.subarray(column * blockBytes, (column + 1) * blockBytes), column * rowBytes + at);
  }
}
