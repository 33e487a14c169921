// Steps of a model with running states: which state they begin with, where the one after them goes, and what is known of it when they fail.
import type { Row } from '../gpu/runner.ts';
import type { HeldState, StateCache } from '../gpu/state-cache.ts';

/** One step of positions that follow each other. */
export interface Advance {
  /** Of a model with running states. */
  readonly states: StateCache | null;
  /** The state before the first row; null at position 0. */
  readonly at: HeldState | null;
  /** The text up to the last row. */
  readonly ids: Uint32Array;
  readonly rows: readonly Row[];
  /** The state after them is a probe's. */
  readonly probe?: boolean;
}

/** Runs `work` on the rows; the state after them, null for a model without. Where it fails that state is in doubt and dropped. */
export async function advance<T>(
  { states, at, ids, rows, probe }: Advance,
  work: (rows: readonly Row[]) => Promise<T>,
): Promise<{ readonly result: T; readonly state: HeldState | null }> {
  if (states === null) return { result: await work(rows), state: null };
  const state = states.next(at, probe);
  const move = { from: at?.row ?? state.row, to: state.row };
  try {
    const result = await work(rows.map(row => ({ ...row, state: move })));
    states.reached(state, ids);
    return { result, state };
  } catch (error) {
    states.drop(state);
    throw error;
  }
}
