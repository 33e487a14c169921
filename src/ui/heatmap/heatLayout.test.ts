// Where cells lie: sizes between bounds, what is in sight, what a point hits, where keys and scrolling lead, cut text.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blockAround,
  boxOf,
  cellRoom,
  cellsInView,
  cutToFit,
  extentOf,
  fitCell,
  type HeatLayout,
  labelEvery,
  placeAtPoint,
  placeLabels,
  scrollTo,
  stepCell,
} from './heatLayout.ts';

const layout: HeatLayout = {
  rows: 13,
  columns: 1024,
  cell: { width: 60, height: 24 },
  head: { width: 80, height: 30 },
  pane: { width: 500, height: 200 },
};
const top = { left: 0, top: 0 };

describe('sizes', () => {
  const bounds = { minWidth: 4, maxWidth: 40, minHeight: 6, maxHeight: 30 };
  test('a cell takes the room there is, in whole px, between its bounds', () => {
    expect(fitCell(bounds, 10, 333)).toEqual({ width: 33, height: 30 });
    expect(fitCell(bounds, 1000, 333)).toEqual({ width: 4, height: 6 });
    expect(fitCell(bounds, 0, 333)).toEqual({ width: 40, height: 30 });
    expect(fitCell({ ...bounds, minWidth: 64, maxWidth: 64 }, 5, 0)).toEqual({ width: 64, height: 30 });
  });

  test('where not all columns fit, none is cut: whole columns fill the room', () => {
    const words = { minWidth: 68, maxWidth: 96, minHeight: 26, maxHeight: 26 };
    fc.assert(
      fc.property(fc.integer({ min: 7, max: 1024 }), fc.integer({ min: 140, max: 470 }), (columns, room) => {
        const { width } = fitCell(words, columns, room);
        expect(width).toBeGreaterThanOrEqual(68);
        // Of the next column less than a px is in sight, or the cells are as wide as they may be.
        if (width < 96) expect(room - Math.floor(room / width) * width).toBeLessThan(1);
      }),
    );
  });

  test('a map of many tokens fills the room that it has', () => {
    const map = { minWidth: 3, maxWidth: 34, minHeight: 3, maxHeight: 34 };
    for (const columns of [30, 60, 104, 130]) {
      const { width } = fitCell(map, columns, 400);
      expect(width * columns).toBeLessThanOrEqual(400);
      expect(width * columns).toBeGreaterThan(340);
    }
  });

  test('labels never cover each other, none is cut at the start, and the chosen one is among them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 30 }), fc.nat(200), fc.nat(900), (size, chosen, scrolled) => {
        const [from, to] = [Math.floor(scrolled / size), Math.floor((scrolled + 400) / size)];
        const middle = (at: number) => 84 + (at + 0.5) * size - scrolled;
        const room = { every: labelEvery(size, 15), least: 15, start: 84 };
        const labels = placeLabels({ from, to, chosen }, middle, room);
        expect(labels.some(({ at }) => at === chosen)).toBe(chosen >= from && chosen < to);
        const middles = labels.map(label => label.middle).sort((a, b) => a - b);
        for (const [i, each] of middles.entries())
          expect(each - (middles[i - 1] ?? 84 - 7.5)).toBeGreaterThanOrEqual(15);
        expect(labels.length).toBeGreaterThan(400 / Math.max(size, 15) / 3);
      }),
    );
  });

  test('scrolling to a cell ends at the edge of a column', () => {
    fc.assert(
      fc.property(fc.nat(1023), fc.nat(900), (column, from) => {
        const { left } = scrollTo(layout, { left: from * 60, top: 0 }, { row: null, column });
        expect(left % 60).toBe(0);
        expect(column * 60).toBeGreaterThanOrEqual(left);
        expect((column + 1) * 60).toBeLessThanOrEqual(left + 420);
      }),
    );
  });

  test('the extent and the room for cells', () => {
    expect(extentOf(layout)).toEqual({ width: 80 + 1024 * 60, height: 30 + 13 * 24 });
    expect(cellRoom(layout)).toEqual({ width: 420, height: 170 });
    expect(cellRoom({ ...layout, rows: 2, columns: 3 })).toEqual({ width: 180, height: 48 });
    expect(cellRoom({ ...layout, pane: { width: 0, height: 0 } })).toEqual({ width: 0, height: 0 });
  });
});

describe('in sight', () => {
  test('every cell of which a part is seen, and no other', () => {
    expect(cellsInView(layout, top)).toEqual({ fromRow: 0, toRow: 8, fromColumn: 0, toColumn: 7 });
    expect(cellsInView(layout, { left: 61, top: 25 })).toEqual({ fromRow: 1, toRow: 9, fromColumn: 1, toColumn: 9 });
    const end = { left: 1024 * 60 - 420, top: 13 * 24 - 170 };
    expect(cellsInView(layout, end)).toEqual({ fromRow: 5, toRow: 13, fromColumn: 1017, toColumn: 1024 });
  });

  test('a map of 1,024 x 1,024 draws only what the pane holds', () => {
    const map = { ...layout, rows: 1024, cell: { width: 4, height: 4 } };
    const { fromRow, toRow, fromColumn, toColumn } = cellsInView(map, { left: 2000, top: 3000 });
    expect((toRow - fromRow) * (toColumn - fromColumn)).toBeLessThanOrEqual(106 * 44);
  });

  test('a point hits the cell that is drawn there', () => {
    expect(placeAtPoint(layout, top, 79, 100)).toBeNull();
    expect(placeAtPoint(layout, top, 100, 29)).toBeNull();
    expect(placeAtPoint(layout, top, 80, 30)).toEqual({ row: 0, column: 0 });
    expect(placeAtPoint(layout, { left: 30, top: 0 }, 110, 30)).toEqual({ row: 0, column: 1 });
    expect(placeAtPoint({ ...layout, columns: 2 }, top, 201, 40)).toBeNull();
  });

  test('every point in a drawn box is of its cell', () => {
    fc.assert(
      fc.property(
        fc.nat(1023),
        fc.nat(12),
        fc.nat(61_000),
        fc.nat(140),
        fc.nat(59),
        fc.nat(23),
        (column, row, left, scrolled, dx, dy) => {
          const scroll = { left, top: scrolled };
          const box = boxOf(layout, scroll, { row, column });
          const hit = placeAtPoint(
            layout,
            scroll,
            layout.head.width + box.left + dx,
            layout.head.height + box.top + dy,
          );
          return hit === null || (hit.row === row && hit.column === column);
        },
      ),
    );
  });
});

describe('moving', () => {
  test('keys walk, leap, and stay inside', () => {
    const at = { row: 3, column: 5 };
    expect(stepCell('ArrowLeft', at, layout)).toEqual({ row: 3, column: 4 });
    expect(stepCell('ArrowRight', at, layout, { leap: true })).toEqual({ row: 3, column: 15 });
    expect(stepCell('ArrowUp', { row: 0, column: 0 }, layout)).toEqual({ row: 0, column: 0 });
    expect(stepCell('ArrowDown', at, layout)).toEqual({ row: 4, column: 5 });
    expect(stepCell('PageDown', at, layout)).toEqual({ row: 12, column: 5 });
    expect(stepCell('Home', at, layout)).toEqual({ row: 3, column: 0 });
    expect(stepCell('End', at, layout)).toEqual({ row: 3, column: 1023 });
    expect(stepCell('Home', at, layout, { corner: true })).toEqual({ row: 0, column: 0 });
    expect(stepCell('End', at, layout, { corner: true })).toEqual({ row: 12, column: 1023 });
    expect(stepCell('a', at, layout)).toBeNull();
  });

  test('scrolling moves as little as it must; a column alone leaves the rows', () => {
    expect(scrollTo(layout, top, { row: 2, column: 3 })).toEqual(top);
    expect(scrollTo(layout, top, { row: 12, column: 7 })).toEqual({ left: 8 * 60 - 420, top: 13 * 24 - 170 });
    expect(scrollTo(layout, { left: 600, top: 100 }, { row: null, column: 2 })).toEqual({ left: 120, top: 100 });
  });

  test('what was scrolled to is wholly in sight', () => {
    fc.assert(
      fc.property(fc.nat(1023), fc.nat(12), fc.nat(61_000), (column, row, left) => {
        const scroll = scrollTo(layout, { left, top: 40 }, { row, column });
        const box = boxOf(layout, scroll, { row, column });
        const room = cellRoom(layout);
        return box.left >= 0 && box.top >= 0 && box.left + 60 <= room.width && box.top + 24 <= room.height;
      }),
    );
  });
});

test('labels stand apart, blocks hold their cell', () => {
  expect(labelEvery(24, 15)).toBe(1);
  expect(labelEvery(4, 15)).toBe(4);
  expect(blockAround(0, 0, 8)).toEqual({ from: 0, to: 0 });
  expect(blockAround(7, 20, 8)).toEqual({ from: 0, to: 8 });
  expect(blockAround(19, 20, 8)).toEqual({ from: 16, to: 20 });
  expect(blockAround(99, 20, 8)).toEqual({ from: 16, to: 20 });
});

test('text is cut where it does not fit, by whole signs', () => {
  const width = (text: string): number => [...text].length;
  expect(cutToFit('·once', 5, width)).toBe('·once');
  expect(cutToFit('·upon a', 5, width)).toBe('·upo…');
  expect(cutToFit('😀😀😀', 2, width)).toBe('😀…');
  expect(cutToFit('word', 1, width)).toBe('');
});
