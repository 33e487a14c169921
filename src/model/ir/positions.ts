// Positions without a table that was trained: the slopes of linear biases, and rotary tables of long texts.
import type { RotaryTable } from './graph.ts';

/**
 * Slopes of the linear biases of `heads` heads: 2^(-8 * i / n) for i from 1 to n where n, the number of heads, is a power of two; else those of the
 * power below it and then every second one of the power above. Press et al. 2021, "Train Short, Test Long".
 */
export function alibiSlopes(heads: number): number[] {
  const below = 2 ** Math.floor(Math.log2(heads));
  return Array.from({ length: heads }, (_, head) =>
    head < below ? 2 ** ((-8 * (head + 1)) / below) : 2 ** ((-4 * (2 * (head - below) + 1)) / below),
  );
}

/** Whether a text of `length` positions turns by the frequencies of long ones. */
export const turnsLong = ({ long }: RotaryTable, length: number): boolean => long !== undefined && length > long.beyond;

/** The frequencies that a text of `length` positions turns by. */
export const frequencies = (table: RotaryTable, length: number): readonly number[] =>
  table.long !== undefined && turnsLong(table, length) ? table.long.inv_freq : table.inv_freq;
