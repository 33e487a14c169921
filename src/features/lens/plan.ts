// What the lens asks, which of its columns are computed next, and whether what is under way will bring them.
import { sharedLength } from '../../stores/document/sequence.ts';

/** Columns `[from, to)`. */
export interface ColumnRun {
  readonly from: number;
  readonly to: number;
}

/** What is to be known of a text that fits the context. */
export interface LensQuestion {
  readonly ids: Uint32Array;
  /** The token whose numbers are told; null while it is not known which one comes at the end. */
  readonly asked: number | null;
  /** The same, where a person chose it. */
  readonly pin: number | null;
  /** Of the selected place. */
  readonly column: number | null;
  /** In sight or selected; ascending. */
  readonly columns: readonly number[];
  /** The asked token counts in all columns, not only in that of the place. */
  readonly everywhere: boolean;
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

/** Columns of `runs`, ascending as they are. */
export function columnsOf(runs: readonly ColumnRun[]): number[] {
  return runs.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
}

/** `work` is of the text and the token as they are `now`, and will bring all that is missing. */
export function covers(
  work: Pick<LensQuestion, 'ids' | 'asked' | 'columns'>,
  now: Pick<LensQuestion, 'ids' | 'asked'>,
  missing: readonly number[],
): boolean {
  const last = work.columns.at(-1) ?? 0;
  if (work.asked !== now.asked || sharedLength(work.ids, now.ids) <= last) return false;
  const coming = new Set(work.columns);
  return missing.length > 0 && missing.every(column => coming.has(column));
}
