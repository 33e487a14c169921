// Turns a matrix on its side in floats of 32 bits: those of a whole model are too many for the doubles of the oracle.

/** [columns, rows] of [rows, columns]. */
export function turned(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column] ?? 0;
  return out;
}
