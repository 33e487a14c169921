// Where the cells of a heatmap lie: sizes, what is in sight, what is under a pointer, where the keys lead. All lengths in CSS px.
import type { Box } from '../controls/popover.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface CellPlace {
  readonly row: number;
  readonly column: number;
}

/** Cells `[fromRow, toRow)` x `[fromColumn, toColumn)`. */
export interface CellRange {
  readonly fromRow: number;
  readonly toRow: number;
  readonly fromColumn: number;
  readonly toColumn: number;
}

/** Bounds of a cell; it takes the room there is between them. A cell is as high as wide where its bounds allow. */
export interface CellBounds {
  readonly minWidth: number;
  readonly maxWidth: number;
  readonly minHeight: number;
  readonly maxHeight: number;
}

export interface Scroll {
  readonly left: number;
  readonly top: number;
}

export interface HeatLayout {
  readonly rows: number;
  readonly columns: number;
  readonly cell: Size;
  /** Row labels to the left, column labels above; they stay in sight. */
  readonly head: Size;
  /** The pane that scrolls, without its scroll bars. */
  readonly pane: Size;
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** Cells below this have no gap between them, and need not be whole px. */
export const LEAST_GAP = 8;

const sixteenths = (size: number): number => Math.floor(size * 16) / 16;

/** Down to whole px; to sixteenths where a px a cell would leave much of the room empty. */
const downTo = (size: number): number => (size >= LEAST_GAP ? Math.floor(size) : sixteenths(size));

/** Within the bounds: the widest cell that lets all columns fit into `room`; where they cannot, whole columns fill it. */
export function fitCell(bounds: CellBounds, columns: number, room: number): Size {
  const narrow = clamp(downTo(room / Math.max(1, columns)), bounds.minWidth, bounds.maxWidth);
  const whole = Math.min(columns, Math.floor(room / narrow));
  const width =
    whole < 1 || whole === columns ? narrow : clamp(sixteenths(room / whole), bounds.minWidth, bounds.maxWidth);
  return { width, height: clamp(width, bounds.minHeight, bounds.maxHeight) };
}

/** Labels and all cells. */
export function extentOf({ rows, columns, cell, head }: HeatLayout): Size {
  return { width: head.width + columns * cell.width, height: head.height + rows * cell.height };
}

/** What of the pane is drawn on: all of it, or less where there are few cells. */
export function windowOf(layout: HeatLayout): Size {
  const { pane } = layout;
  const extent = extentOf(layout);
  return { width: Math.min(pane.width, extent.width), height: Math.min(pane.height, extent.height) };
}

/** The part of the pane where cells are. */
export function cellRoom(layout: HeatLayout): Size {
  const { width, height } = windowOf(layout);
  return { width: Math.max(0, width - layout.head.width), height: Math.max(0, height - layout.head.height) };
}

function span(offset: number, room: number, size: number, count: number): [number, number] {
  const from = clamp(Math.floor(offset / size), 0, count);
  return [from, clamp(Math.ceil((offset + room) / size), from, count)];
}

/** Cells of which at least a part is in sight. */
export function cellsInView(layout: HeatLayout, { left, top }: Scroll): CellRange {
  const room = cellRoom(layout);
  const [fromRow, toRow] = span(top, room.height, layout.cell.height, layout.rows);
  const [fromColumn, toColumn] = span(left, room.width, layout.cell.width, layout.columns);
  return { fromRow, toRow, fromColumn, toColumn };
}

/** The cell at a point of the pane, or null where there is none. */
export function placeAtPoint(layout: HeatLayout, { left, top }: Scroll, x: number, y: number): CellPlace | null {
  const { head, cell, rows, columns } = layout;
  const room = cellRoom(layout);
  const [inX, inY] = [x - head.width, y - head.height];
  if (inX < 0 || inY < 0 || inX >= room.width || inY >= room.height) return null;
  const row = Math.floor((inY + top) / cell.height);
  const column = Math.floor((inX + left) / cell.width);
  return row < rows && column < columns ? { row, column } : null;
}

/** Where a cell is drawn, from the corner of the pane's room for cells. */
export function boxOf({ cell }: HeatLayout, { left, top }: Scroll, { row, column }: CellPlace): Box {
  return { left: column * cell.width - left, top: row * cell.height - top, ...cell };
}

function into(offset: number, room: number, at: number, size: number, count: number): number {
  if (at < offset) return at;
  if (at + size <= offset + room) return Math.min(at, Math.max(at + size - room, Math.round(offset / size) * size));
  return Math.min(at, Math.ceil((at + size - room) / size) * size, count * size - room);
}

/** The least scrolling to the edge of a cell that brings a cell, or with null for its row only the column, wholly into sight. */
export function scrollTo(
  layout: HeatLayout,
  { left, top }: Scroll,
  { row, column }: { readonly row: number | null; readonly column: number | null },
): Scroll {
  const { cell, rows, columns } = layout;
  const room = cellRoom(layout);
  return {
    left: column === null ? left : Math.max(0, into(left, room.width, column * cell.width, cell.width, columns)),
    top: row === null ? top : Math.max(0, into(top, room.height, row * cell.height, cell.height, rows)),
  };
}

/** Columns and rows that Page Up, Page Down and Shift with an arrow move. */
const LEAP = 10;

/** Where a key leads from a cell; null for keys that lead nowhere. Home and End go along the row, with `corner` to the ends of all. */
export function stepCell(
  key: string,
  { row, column }: CellPlace,
  { rows, columns }: Pick<HeatLayout, 'rows' | 'columns'>,
  { leap = false, corner = false } = {},
): CellPlace | null {
  const by = leap ? LEAP : 1;
  const to = (newRow: number, newColumn: number): CellPlace => ({
    row: clamp(newRow, 0, rows - 1),
    column: clamp(newColumn, 0, columns - 1),
  });
  switch (key) {
    case 'ArrowLeft':
      return to(row, column - by);
    case 'ArrowRight':
      return to(row, column + by);
    case 'ArrowUp':
      return to(row - by, column);
    case 'ArrowDown':
      return to(row + by, column);
    case 'PageUp':
      return to(row - LEAP, column);
    case 'PageDown':
      return to(row + LEAP, column);
    case 'Home':
      return to(corner ? 0 : row, 0);
    case 'End':
      return to(corner ? rows - 1 : row, columns - 1);
    default:
      return null;
  }
}

/** Every how many rows or columns a label stands, so that each has `least` px. */
export function labelEvery(size: number, least: number): number {
  return Math.max(1, Math.ceil(least / Math.max(1, size)));
}

export interface PlacedLabel {
  readonly at: number;
  /** Of the label, in the unit of `middleOf`. */
  readonly middle: number;
}

/**
 * Which of the labels `[from, to)` stand along an edge, so that none covers another: the chosen one, then every few. A label needs
 * `least`, and none begins before `start`: at the edge it is moved into sight rather than cut.
 */
export function placeLabels(
  { from, to, chosen }: { readonly from: number; readonly to: number; readonly chosen: number | null },
  middleOf: (at: number) => number,
  { every, least, start }: { readonly every: number; readonly least: number; readonly start: number },
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  const put = (at: number): void => {
    const middle = Math.max(start + least / 2, middleOf(at));
    if (placed.every(other => Math.abs(other.middle - middle) >= least)) placed.push({ at, middle });
  };
  if (chosen !== null && chosen >= from && chosen < to) put(chosen);
  for (let at = Math.ceil(from / every) * every; at < to; at += every) if (at !== chosen) put(at);
  return placed;
}

/** A run of at most `most` of `count` that holds `at`, cut at multiples of `most`. */
export function blockAround(at: number, count: number, most: number): { readonly from: number; readonly to: number } {
  const from = Math.floor(clamp(at, 0, Math.max(0, count - 1)) / most) * most;
  return { from, to: Math.min(count, from + most) };
}

/** `text` cut to `room` by `widthOf`, with an ellipsis where something is missing; empty where not even one sign fits. */
export function cutToFit(text: string, room: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= room) return text;
  const signs = [...text];
  let [fits, beyond] = [0, signs.length];
  while (beyond - fits > 1) {
    const middle = (fits + beyond) >> 1;
    if (widthOf(`${signs.slice(0, middle).join('')}…`) <= room) fits = middle;
    else beyond = middle;
  }
  return fits === 0 ? '' : `${signs.slice(0, fits).join('')}…`;
}
