// Which columns of the lens are computed next, and whether what is under way will bring them.
import { sharedLength } from '../../stores/document/sequence.ts';

/** Columns `[from, to)`. */
export interface ColumnRun {
  readonly from: number;
  readonly to: number;
}

/** Columns that are computed for one text and one asked token; ascending. */
export interface LensWork {
  readonly ids: Uint32Array;
  readonly asked: number;
  readonly columns: readonly number[];
}

/** Columns computed on either side of those in sight. */
const MARGIN = 8;
/** Positions of one tile of the worker. */
const TILE = 16;

/** Those in sight, a few beside them, and the selected one, of `count`; ascending. */
export function columnsWanted(sight: ColumnRun, selected: number | null, count: number): number[] {
  const wanted = new Set<number>();
  if (sight.to > sight.from) {
    const to = Math.min(count, sight.to + MARGIN);
    for (let column = Math.max(0, sight.from - MARGIN); column < to; column++) wanted.add(column);
  }
  if (selected !== null) wanted.add(selected);
  return [...wanted].sort((a, b) => a - b);
}

/** Neighbouring columns as runs; `columns` is ascending. */
export function runsOf(columns: readonly number[]): ColumnRun[] {
  const runs: { from: number; to: number }[] = [];
  for (const column of columns) {
    const last = runs.at(-1);
    if (last?.to === column) last.to++;
    else runs.push({ from: column, to: column + 1 });
  }
  return runs;
}

/** Events that the worker sends for `runs`: tile by tile, layer by layer. */
export function stepsOf(runs: readonly ColumnRun[], layers: number): number {
  return runs.reduce((sum, { from, to }) => sum + Math.ceil((to - from) / TILE) * layers, 0);
}

/** `work` is of the text and the token as they are `now`, and will bring all that is missing. */
export function covers(
  work: LensWork,
  now: { readonly ids: Uint32Array; readonly asked: number | null },
  missing: readonly number[],
): boolean {
  const last = work.columns.at(-1) ?? 0;
  if (work.asked !== now.asked || sharedLength(work.ids, now.ids) <= last) return false;
  const coming = new Set(work.columns);
  return missing.length > 0 && missing.every(column => coming.has(column));
}
