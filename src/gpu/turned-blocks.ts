// A tensor [in, out] as rows of quantised blocks [out, in]: blocks are made of as many rows at a time as a block has numbers.
import { assert } from '../lib/assert.ts';
import { fileBytes, type Storage } from './storage/storage.ts';

export class TurnedBlocks {
  readonly #storage: Storage;
  readonly #source: Storage;
  readonly #columns: number;
  /** [out, in] as a checkpoint has them. */
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #rowBytes: number;
  /** Rows of the tensor that wait for the others of their blocks. */
  readonly #band: Uint8Array<ArrayBuffer>;
  #filled = 0;
  /** Blocks of each row that are made. */
  #made = 0;

  /** `rows` of the tensor are whole blocks; `source` has numbers one by one. */
  constructor(storage: Storage, source: Storage, { rows, columns }: { rows: number; columns: number }) {
    this.#storage = storage;
    this.#source = source;
    this.#columns = columns;
    this.#rowBytes = fileBytes(storage, rows);
    this.#bytes = new Uint8Array(columns * this.#rowBytes);
    this.#band = new Uint8Array(storage.block * fileBytes(source, columns));
  }

  write(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) {
      const take = piece.subarray(at, at + this.#band.length - this.#filled);
      this.#band.set(take, this.#filled);
      this.#filled += take.length;
      at += take.length;
      if (this.#filled < this.#band.length) return;
      this.#filled = 0;
      this.#turn();
    }
  }

  /** Call once after the last byte. */
  end(): Uint8Array {
    assert(this.#filled === 0 && this.#made * this.#storage.blockBytes === this.#rowBytes, 'every row has come');
    return this.#bytes;
  }

  #turn(): void {
    const { block, blockBytes, quantise } = this.#storage;
    const columns = this.#columns;
    const numbers = this.#source.dequantise(this.#source.pack(this.#band, columns), columns);
    const turned = new Float32Array(numbers.length);
    for (let row = 0; row < block; row++)
      for (let column = 0; column < columns; column++)
        turned[column * block + row] = numbers[row * columns + column] ?? 0;
    assert(quantise !== null, `${this.#storage.name} is made while loading`);
    const blocks = quantise(turned);
    for (let column = 0; column < columns; column++)
      this.#bytes.set(
        blocks.subarray(column * blockBytes, (column + 1) * blockBytes),
        column * this.#rowBytes + this.#made * blockBytes,
      );
    this.#made++;
  }
}
