// A grid over temperature and top-p: its axes, its cells, and what can be done with them.
import type { StoreApi } from 'zustand/vanilla';
import type { FinishReason, WireError } from '../../protocol/events.ts';
import type { DocumentToken } from '../../stores/document/types.ts';

/** Values of an axis at most. */
export const MOST_STEPS = 6;
/** Cells that step together at most: those that a stop finds in the middle are drawn anew. */
export const MOST_TOGETHER = 8;

export const AXES = ['temperature', 'top_p'] as const;
export type Axis = (typeof AXES)[number];
export type Axes = Readonly<Record<Axis, readonly number[]>>;

export interface Cell {
  readonly tokens: readonly DocumentToken[];
  /** Null while it grows, or where it was stopped before its end. */
  readonly end: FinishReason | null;
}

interface GridState {
  readonly axes: Axes;
  /** The same for every cell. */
  readonly seed: number;
  /** By the values of its axes, see `cellKey`. */
  readonly cells: ReadonlyMap<string, Cell>;
  /** What the cells go on from; null before the first run. */
  readonly base: readonly DocumentToken[] | null;
  readonly working: 'no' | 'cells' | 'stopping';
  /** Tokens that a cell is asked for. */
  readonly most: number;
  readonly error: WireError | null;
}

interface GridActions {
  /** Values in rising order, each once, within the bounds of the setting; nothing for a list without one. */
  setAxis(axis: Axis, values: readonly number[]): void;
  setSeed(seed: number): void;
  /** Fills the cells that are not there yet; all anew where text, model, seed or another setting has changed. Never rejects. */
  fill(): Promise<void>;
  stop(): void;
  /** Forgets all cells. */
  clear(): void;
  /** The continuation of a cell goes on in the text, as a branch of its own. */
  take(key: string): void;
}

export type GridStoreState = GridState & GridActions;
export type GridStore = StoreApi<GridStoreState>;

/** Of all cells, in their order. */
export function continuations(cells: GridState['cells']): readonly (readonly DocumentToken[])[] {
  return [...cells.values()].map(({ tokens }) => tokens);
}

export function cellKey(temperature: number, topP: number): string {
  return `${temperature} ${topP}`;
}

/** Pairs of values in the order in which they are drawn: row by row. */
export function cellsOf({ temperature, top_p }: Axes): { readonly temperature: number; readonly top_p: number }[] {
  return temperature.flatMap(each => top_p.map(other => ({ temperature: each, top_p: other })));
}

/** Whether a cell has come to its end. */
export const isComplete = (
  cells: GridState['cells'],
  { temperature, top_p }: { readonly temperature: number; readonly top_p: number },
): boolean => (cells.get(cellKey(temperature, top_p))?.end ?? null) !== null;
