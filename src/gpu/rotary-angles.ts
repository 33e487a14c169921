// Cosines and sines of rotary positions, made in double precision: two small tables instead of one row a position.
import type { RotaryTable } from '../model/ir/graph.ts';
import { frequencies } from '../model/ir/positions.ts';

/** Positions of the fine table; the coarse one has a row for each multiple of it. */
export const FINE = 256;

/** Numbers of the angles of a table for so many positions. */
export function anglesLength({ inv_freq }: RotaryTable, positions: number): number {
  return 2 * inv_freq.length * (FINE + Math.ceil(positions / FINE));
}

/**
 * [FINE + coarse, pairs] of (cosine, sine): rows of the positions 0 to FINE - 1, then of the multiples of FINE, which carry the table's `scale`.
 * They are those of a text of `length` positions. An angle of f32 would be off by 4e-3 at position 100,000; the product of two rows is off by two roundings at any.
 */
export function rotaryAngles(table: RotaryTable, positions: number, length = 0): Float32Array<ArrayBuffer> {
  const out = new Float32Array(anglesLength(table, positions));
  const inv_freq = frequencies(table, length);
  const rows = out.length / (2 * inv_freq.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const [position, factor] = row < FINE ? [row, 1] : [(row - FINE) * FINE, table.scale];
    for (const frequency of inv_freq) {
      out[at++] = factor * Math.cos(position * frequency);
      out[at++] = factor * Math.sin(position * frequency);
    }
  }
  return out;
}
