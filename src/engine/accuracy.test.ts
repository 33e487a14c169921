// Rows beside rows: the divergence, the likeliest token and the perplexities, against numbers that are worked out by hand.
import { describe, expect, test } from 'vitest';
import type { Accuracy } from '../protocol/events.ts';
import { compared } from './accuracy.ts';

const NEVER = new AbortController().signal;
/** Rows by the length of the text before them. */
const rowsOf = (rows: readonly (readonly number[])[]) => ({
  next: async (ids: Uint32Array) => Float32Array.from(rows[ids.length - 1] ?? [], Math.log),
});

async function last(own: readonly (readonly number[])[], original: typeof own, tokens: number[], signal = NEVER) {
  const all: Accuracy[] = [];
  for await (const each of compared(rowsOf(own), rowsOf(original), Uint32Array.from(tokens), signal)) all.push(each);
  return all;
}

describe('rows of two models', () => {
  test('divergence is that of the files from the format, perplexities are of the text', async () => {
    const original = [
      [0.5, 0.25, 0.25],
      [0.2, 0.2, 0.6],
    ];
    const own = [
      [0.25, 0.5, 0.25],
      [0.2, 0.3, 0.5],
    ];
    const [first, second] = await last(own, original, [0, 1, 2]);
    const apart = [0.5 * Math.log(2) - 0.25 * Math.log(2), 0.2 * Math.log(2 / 3) + 0.6 * Math.log(6 / 5)];
    expect(first).toMatchObject({ done: 1, total: 2, same: 0 });
    expect(first?.kl).toBeCloseTo(apart[0] ?? 0, 6);
    expect(second).toMatchObject({ done: 2, total: 2, same: 1 });
    expect(second?.kl).toBeCloseTo(((apart[0] ?? 0) + (apart[1] ?? 0)) / 2, 6);
    expect(second?.worst).toBeCloseTo(apart[0] ?? 0, 6);
    expect(second?.perplexity).toBeCloseTo((0.5 * 0.5) ** -0.5, 5);
    expect(second?.originalPerplexity).toBeCloseTo((0.25 * 0.6) ** -0.5, 5);
  });

  test('the same rows are apart by nothing, impossible tokens included', async () => {
    const rows = [[0.5, 0, 0.5]];
    expect(await last(rows, rows, [0, 2])).toEqual([
      expect.objectContaining({ kl: 0, worst: 0, same: 1, done: 1, total: 1 }),
    ]);
  });

  test('a row that is no distribution is refused, and an end is seen between two rows', async () => {
    await expect(last([[Number.NaN, 1]], [[0.5, 0.5]], [0, 1])).rejects.toMatchObject({ code: 'nan_logits' });
    await expect(last([], [], [0, 1], AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});
