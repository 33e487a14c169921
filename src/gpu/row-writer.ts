// Cuts a stream of bytes into rows and writes each to its place in the parts of a matrix, as it is to lie there.
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
  readonly put: PutRows;
}

/** Takes whole rows of the stream, which will lie in the buffer from byte `offset` on. */
export type PutRows = (rows: Uint8Array, buffer: GPUBuffer, offset: number) => void;

/** Rows of a stream as they lie in a buffer. */
type Pack = (rows: Uint8Array) => Uint8Array;

/** Writes rows at once, as `pack` gives them. */
export function packedTo(
  { queue }: GPUDevice,
  { rowBytes, strideBytes }: Pick<RowPlan, 'rowBytes' | 'strideBytes'>,
  pack: Pack,
): PutRows {
  return (rows, buffer, offset) => {
    const packed = pack(rows);
    assert(packed.length * rowBytes === rows.length * strideBytes, 'rows are packed to the stride');
    queue.writeBuffer(buffer, offset, packed as Uint8Array<ArrayBuffer>);
  };
}

/** A `pack` that moves bytes within each row and leaves zeros elsewhere. */
export function movedColumns(columns: readonly RowRun[], rowBytes: number, strideBytes: number): Pack {
  return bytes => {
    const rows = bytes.length / rowBytes;
    const out = new Uint8Array(rows * strideBytes);
    for (let row = 0; row < rows; row++)
      for (const { from, to, count } of columns) {
        const begin = row * rowBytes + from;
        out.set(bytes.subarray(begin, begin + count), row * strideBytes + to);
      }
    return out;
  };
}

export class RowWriter {
  readonly #plan: RowPlan;
  readonly #carry: Uint8Array<ArrayBuffer>;
  #carried = 0;
  #row = 0;
  /** Runs before this one are written. */
  #run = 0;

  constructor(plan: RowPlan) {
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
    const { rowBytes, strideBytes, targets, put } = this.#plan;
    const last = first + bytes.length / rowBytes;
    for (const { row0, rows, buffer } of targets) {
      const from = Math.max(first, row0);
      const to = Math.min(last, row0 + rows);
      if (from >= to) continue;
      put(bytes.subarray((from - first) * rowBytes, (to - first) * rowBytes), buffer, (from - row0) * strideBytes);
    }
  }
}
