// Running states for probes: the state before any position of a text, computed beside the session's where none is held there.
import type { Sequence } from '../../gpu/kv-cache.ts';
import type { Row } from '../../gpu/runner.ts';
import { type HeldState, SCRATCH_STATE } from '../../gpu/state-cache.ts';
import { advance } from '../advance.ts';
import { inSlots, type ProbeContext } from './context.ts';

/**
 * What rows from `position` on say of their state: that they begin with the one before it and leave theirs to nobody. Positions between the
 * longest state held and this one are run in scratch slots; a model without running states runs nothing. `ids` are the text of `sequence`, whose
 * positions before this one are there.
 */
export async function stateBefore(
  context: ProbeContext,
  ids: Uint32Array,
  sequence: Sequence,
  position: number,
): Promise<Pick<Row, 'state'>> {
  const { states, room, runner } = context;
  if (states === null) return {};
  let at = states.find(ids, position);
  const begin = at?.length ?? 0;
  if (begin < position) {
    const scratch = await room.scratch(position - begin);
    try {
      const rows = inSlots(context, ids, sequence, begin, scratch.slots);
      for (let done = 0; done < rows.length; done += runner.maxRows) {
        const step = rows.slice(done, done + runner.maxRows);
        at = await after(context, at, ids.subarray(0, begin + done + step.length), step);
      }
    } finally {
      scratch.release();
    }
  }
  return { state: { from: at?.row ?? SCRATCH_STATE, to: SCRATCH_STATE } };
}

async function after(
  { states, runner }: ProbeContext,
  at: HeldState | null,
  ids: Uint32Array,
  rows: readonly Row[],
): Promise<HeldState | null> {
  return (await advance({ states, at, ids, rows, probe: true }, moved => runner.prefill(moved))).state;
}

/**
 * Gives `work` the rows of `count` positions from `begin` in scratch slots, the positions before them in the slots of `sequence`.
 * What was submitted by then runs before anything that takes the slots next.
 */
export async function inScratch(
  context: ProbeContext,
  ids: Uint32Array,
  sequence: Sequence,
  begin: number,
  count: number,
  work: (rows: Row[]) => void,
): Promise<void> {
  const state = await stateBefore(context, ids, sequence, begin);
  const scratch = await context.room.scratch(count);
  try {
    work(inSlots(context, ids, sequence, begin, scratch.slots).map(row => ({ ...row, ...state })));
  } finally {
    scratch.release();
  }
}
