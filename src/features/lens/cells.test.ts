// What the lens keeps: by layer and position, as long as the tokens up to there are the same; the plan of what is computed next.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LensEvent } from '../../protocol/probe-events.ts';
import { LensCells } from './cells.ts';
import { columnsWanted, covers, runsOf, stepsOf } from './plan.ts';

const LAYERS = 3;
const ids = (...all: number[]): Uint32Array => Uint32Array.from(all);

/** Numbers that name their layer, their column and the asked token. */
function event(layer: number, from: number, to: number, asked: number): LensEvent {
  const columns = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    type: 'lens',
    run: 1,
    layer,
    from,
    topIds: Uint32Array.from(columns, column => 100 * layer + column),
    topLogprobs: Float32Array.from(columns, () => -0.5),
    logprobs: Float32Array.from(columns, column => -asked - column),
    ranks: Uint32Array.from(columns, () => asked),
    divergences: Float32Array.from(columns, () => layer),
  };
}

function filled(text: Uint32Array, asked: number): LensCells {
  const cells = new LensCells(LAYERS);
  cells.setText(text);
  for (let layer = 0; layer < LAYERS; layer++) cells.accept(text, asked, event(layer, 0, text.length, asked));
  return cells;
}

describe('cells', () => {
  test('come layer by layer; a column is complete with its last layer', () => {
    const cells = new LensCells(LAYERS);
    const text = ids(5, 6, 7);
    cells.setText(text);
    expect(cells.cell(0, 1, 9)).toBeNull();
    cells.accept(text, 9, event(0, 0, 3, 9));
    cells.accept(text, 9, event(1, 0, 3, 9));
    expect(cells.cell(1, 2, 9)).toEqual({ topId: 102, topLogprob: -0.5, divergence: 1, logprob: -11, rank: 9 });
    expect(cells.complete(2, null)).toBe(false);
    cells.accept(text, 9, event(2, 0, 3, 9));
    expect(cells.complete(2, null)).toBe(true);
    expect(cells.complete(2, 9)).toBe(true);
  });

  test('another asked token leaves the rest: its own numbers are missing, the likeliest tokens stay', () => {
    const cells = filled(ids(5, 6, 7), 9);
    expect(cells.cell(1, 1, 8)).toEqual({ topId: 101, topLogprob: -0.5, divergence: 1, logprob: null, rank: null });
    expect(cells.cell(1, 1, null)?.rank).toBeNull();
    expect(cells.complete(1, 8)).toBe(false);
    cells.accept(ids(5, 6, 7), 8, event(0, 0, 3, 8));
    expect(cells.cell(0, 1, 8)?.rank).toBe(8);
    expect(cells.cell(0, 1, 9)?.rank).toBe(9);
  });

  test('only the tokens asked for last are kept', () => {
    const cells = filled(ids(5, 6), 1);
    for (const asked of [2, 3, 4, 5]) cells.accept(ids(5, 6), asked, event(0, 0, 2, asked));
    expect(cells.cell(0, 0, 1)?.rank).toBeNull();
    expect(cells.cell(0, 0, 2)?.rank).toBe(2);
  });

  test('what is appended drops nothing; a change drops its position and all after it, for good', () => {
    const cells = filled(ids(5, 6, 7, 8), 9);
    expect(cells.setText(ids(5, 6, 7, 8, 1))).toBe(false);
    expect(cells.complete(3, 9)).toBe(true);
    expect(cells.cell(0, 4, 9)).toBeNull();
    expect(cells.setText(ids(5, 6, 0, 8))).toBe(true);
    expect([0, 1, 2, 3].map(column => cells.complete(column, 9))).toEqual([true, true, false, false]);
    expect(cells.setText(ids(5, 6, 7, 8))).toBe(true);
    expect(cells.cell(2, 2, 9)).toBeNull();
    expect(cells.cell(2, 1, 9)).not.toBeNull();
  });

  test('numbers of a text that is no longer there are dropped exactly', () => {
    const cells = new LensCells(LAYERS);
    cells.setText(ids(5, 6, 0, 0));
    cells.accept(ids(5, 6, 7, 8), 9, event(0, 0, 4, 9));
    expect([0, 1, 2, 3].map(column => cells.cell(0, column, 9) !== null)).toEqual([true, true, false, false]);
    cells.accept(ids(5, 6), 9, event(7, 0, 2, 9)); // a layer that this model has not
  });

  test('a cell is known exactly as long as its own past has stayed the same since it came', () => {
    const text = fc.array(fc.nat(1), { maxLength: 8 }).map(all => ids(...all));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.boolean()), { maxLength: 8 }), changes => {
        const cells = new LensCells(1);
        let known: string[] = [];
        for (const [now, compute] of changes) {
          cells.setText(now);
          const paths = Array.from(now, (_, i) => now.slice(0, i + 1).join());
          if (compute) cells.accept(now, 1, event(0, 0, now.length, 1));
          known = compute ? paths : known.filter(path => paths.includes(path));
          for (const [column, path] of paths.entries()) {
            if ((cells.cell(0, column, 1) !== null) !== known.includes(path)) return false;
          }
        }
        return true;
      }),
    );
  });
});

describe('plan', () => {
  test('columns in sight with a margin, and the selected one', () => {
    expect(columnsWanted({ from: 10, to: 12 }, null, 15)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(columnsWanted({ from: 0, to: 0 }, 7, 15)).toEqual([7]);
    expect(columnsWanted({ from: 0, to: 1 }, 14, 15)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 14]);
    expect(columnsWanted({ from: 0, to: 0 }, null, 15)).toEqual([]);
  });

  test('runs of neighbours, and the events they bring', () => {
    expect(runsOf([])).toEqual([]);
    expect(runsOf([1, 2, 3, 7, 9, 10])).toEqual([
      { from: 1, to: 4 },
      { from: 7, to: 8 },
      { from: 9, to: 11 },
    ]);
    expect(
      stepsOf(
        [
          { from: 0, to: 17 },
          { from: 30, to: 31 },
        ],
        13,
      ),
    ).toBe(3 * 13);
  });

  test('work goes on while it is of this text and token and brings all that is missing', () => {
    const work = { ids: ids(1, 2, 3, 4), asked: 9, columns: [0, 1, 2] };
    const now = { ids: ids(1, 2, 3, 4), asked: 9 };
    expect(covers(work, now, [2])).toBe(true);
    expect(covers(work, { ...now, ids: ids(1, 2, 3, 5, 6) }, [2])).toBe(true);
    expect(covers(work, { ...now, ids: ids(1, 2, 0, 4) }, [1])).toBe(false);
    expect(covers(work, { ...now, asked: 8 }, [1])).toBe(false);
    expect(covers(work, now, [2, 3])).toBe(false);
    expect(covers(work, now, [])).toBe(false);
  });
});
