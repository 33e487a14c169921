// Rows of a matrix on their way to quantised blocks: collected to jobs of about the same size, and written to their places once they are made.
import { assert } from '../../lib/assert.ts';
import { fileBytes, type Storage } from '../storage/storage.ts';
import type { Quantiser } from './quantiser.ts';

/** Where rows of a slice go that lie one after the other. */
interface Span {
  readonly buffer: GPUBuffer;
  /** Bytes. */
  readonly offset: number;
  rows: number;
}

export interface SlicedMatrix {
  readonly source: Storage;
  readonly storage: Storage;
  readonly columns: number;
  /** How many will come. */
  readonly rows: number;
}

export class RowSlices {
  /** Bytes of a whole slice in the checkpoint. */
  readonly bytes: number;
  readonly #device: GPUDevice;
  readonly #quantiser: Quantiser;
  readonly #matrix: SlicedMatrix;
  readonly #rowBytes: number;
  readonly #strideBytes: number;
  #slice = new Uint8Array(0);
  #filled = 0;
  #spans: Span[] = [];
  /** Rows for which no slice was begun. */
  #left: number;

  constructor(device: GPUDevice, quantiser: Quantiser, matrix: SlicedMatrix) {
    const { source, storage, columns, rows } = matrix;
    this.#device = device;
    this.#quantiser = quantiser;
    this.#matrix = matrix;
    this.#rowBytes = fileBytes(source, columns);
    this.#strideBytes = storage.strideBytes(columns);
    this.#left = rows;
    this.bytes = Math.max(1, Math.floor(quantiser.slice / columns)) * this.#rowBytes;
  }

  /** Whole rows that will lie in a buffer from byte `offset` on. They are copied. */
  readonly put = (rows: Uint8Array, buffer: GPUBuffer, offset: number): void => {
    for (let at = 0; at < rows.length; ) {
      if (this.#slice.length === 0) this.#begin();
      const piece = rows.subarray(at, at + this.#slice.length - this.#filled);
      this.#slice.set(piece, this.#filled);
      this.#filled += piece.length;
      this.#note(buffer, offset + (at / this.#rowBytes) * this.#strideBytes, piece.length / this.#rowBytes);
      at += piece.length;
      if (this.#filled === this.#slice.length) this.#send();
    }
  };

  /** Call once after the last row. */
  end(): void {
    assert(this.#filled === 0 && this.#left === 0, 'every row has come');
  }

  #begin(): void {
    this.#slice = new Uint8Array(Math.min(this.bytes, this.#left * this.#rowBytes));
    this.#left -= this.#slice.length / this.#rowBytes;
  }

  #note(buffer: GPUBuffer, offset: number, rows: number): void {
    const last = this.#spans.at(-1);
    if (last?.buffer === buffer && last.offset + last.rows * this.#strideBytes === offset) last.rows += rows;
    else this.#spans.push({ buffer, offset, rows });
  }

  #send(): void {
    const { source, storage, columns } = this.#matrix;
    const [rows, spans] = [this.#slice, this.#spans];
    this.#slice = new Uint8Array(0);
    this.#filled = 0;
    this.#spans = [];
    const job = { source: source.name, storage: storage.name, columns, turned: false, rows };
    this.#quantiser.add(job, packed => {
      let at = 0;
      for (const { buffer, offset, rows: count } of spans) {
        this.#device.queue.writeBuffer(buffer, offset, packed, at, count * this.#strideBytes);
        at += count * this.#strideBytes;
      }
    });
  }
}
