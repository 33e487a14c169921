// Cuts a stream of bytes into rows, pads each to the stride and writes it to its place in the parts of a matrix.
import { assert, defined } from '../lib/assert.ts';
import type { RowRun } from '../model/ir/recipe.ts';

/** Rows `row0` .. `row0 + rows - 1` of a matrix, in a buffer of their own. */
export interface RowTarget {
  readonly row0: number;
  readonly rows: number;
  readonly buffer: GPUBuffer;
}

export interface RowPlan {
  /** Bytes of a row in the stream, and from row to row in the buffers. */
  readonly rowBytes: number;
  readonly strideBytes: number;
  /** Which rows of the stream are which of the matrix, in the order of the stream; others are passed over. */
  readonly runs: readonly RowRun[];
  readonly targets: readonly RowTarget[];
  /** Which bytes of a row go where in it; the whole row as it is unless given. */
  readonly columns?: readonly RowRun[];
}

export class RowWriter {
  readonly #device: GPUDevice;
  readonly #plan: RowPlan;
  readonly #carry: Uint8Array<ArrayBuffer>;
  #carried = 0;
  #row = 0;
  /** Runs before this one are written. */
  #run = 0;

  constructor(device: GPUDevice, plan: RowPlan) {
    this.#device = device;
    this.#plan = plan;
    this.#carry = new Uint8Array(plan.rowBytes);
  }

  write(bytes: Uint8Array): void {
    const { rowBytes } = this.#plan;
    let rest = bytes;
    if (this.#carried > 0) {
      const take = rest.subarray(0, rowBytes - this.#carried);
      this.#carry.set(take, this.#carried);
      this.#carried += take.length;
      rest = rest.subarray(take.length);
      if (this.#carried < rowBytes) return;
      this.#carried = 0;
      this.#rows(this.#carry);
    }
    const whole = Math.floor(rest.length / rowBytes) * rowBytes;
    if (whole > 0) this.#rows(rest.subarray(0, whole));
    this.#carry.set(rest.subarray(whole), 0);
    this.#carried = rest.length - whole;
  }

  /** Call once after the last byte. */
  end(): void {
    const { runs } = this.#plan;
    assert(this.#carried === 0 && this.#run === runs.length, 'all rows of the matrix were written');
  }

  /** Writes whole rows, the next of the stream. */
  #rows(bytes: Uint8Array): void {
    const { rowBytes, runs } = this.#plan;
    const end = this.#row + bytes.length / rowBytes;
    while (this.#run < runs.length) {
      const run = defined(runs[this.#run], 'a run');
      const [from, to] = [Math.max(this.#row, run.from), Math.min(end, run.from + run.count)];
      if (from < to) {
        const piece = bytes.subarray((from - this.#row) * rowBytes, (to - this.#row) * rowBytes);
        this.#place(piece, run.to + from - run.from);
      }
      if (end < run.from + run.count) break;
      this.#run++;
    }
    this.#row = end;
  }

  /** Writes rows that are those of the matrix from `first` on. */
  #place(bytes: Uint8Array, first: number): void {
    const { rowBytes, strideBytes, targets } = this.#plan;
    const last = first + bytes.length / rowBytes;
    for (const { row0, rows, buffer } of targets) {
      const from = Math.max(first, row0);
      const to = Math.min(last, row0 + rows);
      if (from >= to) continue;
      const piece = bytes.subarray((from - first) * rowBytes, (to - first) * rowBytes);
      this.#device.queue.writeBuffer(buffer, (from - row0) * strideBytes, this.#padded(piece, to - from));
    }
  }

  #padded(bytes: Uint8Array, rows: number): Uint8Array<ArrayBuffer> {
    const { rowBytes, strideBytes, columns = [{ from: 0, to: 0, count: rowBytes }] } = this.#plan;
    const [only] = columns;
    const asItIs = columns.length === 1 && only?.from === 0 && only.to === 0 && only.count === rowBytes;
    if (rowBytes === strideBytes && asItIs) return bytes as Uint8Array<ArrayBuffer>;
    const out = new Uint8Array(rows * strideBytes);
    for (let row = 0; row < rows; row++) {
      for (const { from, to, count } of columns) {
        const begin = row * rowBytes + from;
        out.set(bytes.subarray(begin, begin + count), row * strideBytes + to);
      }
    }
    return out;
  }
}
