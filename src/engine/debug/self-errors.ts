// How far numbers of the GPU are from those in float64, and how far they may be.

/** Runs of every kernel: one that is wrong only sometimes is wrong. */
export const REPETITIONS = 3;
/**
 * Of the number and of the size of its row. Arithmetic is f32, of 2^-24: what a sum of thousands of terms, a softmax or an activation adds to that is far
 * under the rounding of f16, 2^-11, the coarsest that any kernel stores. A wrong tile, quant or lane is off by the size of the numbers themselves.
 */
export const BOUND = 2 ** -10;

export interface Compared {
  readonly got: ArrayLike<number>;
  readonly wanted: ArrayLike<number>;
  readonly width: number;
  /** Which of the dispatches wrote a number; all of them where it is not given. */
  readonly part?: (row: number, column: number) => number;
}

/** The largest error of each of so many dispatches; infinite where a number is none and should be one. */
export function errorsOf({ got, wanted, width, part }: Compared, dispatches: number): number[] {
  const errors = Array.from({ length: dispatches }, () => 0);
  const rows = wanted.length / width;
  for (let row = 0; row < rows; row++) {
    let power = 0;
    for (let i = row * width; i < (row + 1) * width; i++) power += wanted[i]! ** 2;
    const size = Math.sqrt(power / width);
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      const error = errorOf(got[at] ?? Number.NaN, wanted[at]!, size);
      for (let i = 0; i < dispatches; i++)
        if (part === undefined || part(row, column) === i) errors[i] = Math.max(errors[i]!, error);
    }
  }
  return errors;
}

/** `size` is that of the numbers around it: the root of the mean square. */
export function errorOf(got: number, wanted: number, size: number): number {
  if (Object.is(got, wanted) || got === wanted) return 0;
  const error = Math.abs(got - wanted) / (size + Math.abs(wanted));
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}
