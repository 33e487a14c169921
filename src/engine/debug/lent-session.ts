// A session beside the document's: the same plans and weights, slots and tables of its own. What the document has in the cache stays, unless the text
// is one for which heads turn otherwise, or memory asks for its slots.
import { KvCache } from '../../gpu/kv-cache.ts';
import type { ProbeContext } from '../probes/context.ts';
import { Session } from '../session.ts';

/** Tables of a lent session, of those that are left to probes. */
const TABLES = 2;

/** A session for texts of `length` tokens, in slots that the pool lends. Running states that it leaves go with it. Throws `out_of_memory`. */
export async function lendSession(
  { session, room, runner, states, table }: ProbeContext,
  ids: Uint32Array,
  length: number,
): Promise<Disposable & { readonly session: Session }> {
  session.turnFor(length);
  const scratch = await room.scratch(length);
  const cache = new KvCache(length, TABLES, { slots: [...scratch.slots], table });
  const longest = () => states?.find(ids, ids.length) ?? null;
  const held = longest()?.length ?? 0;
  const lent = new Session({
    runner,
    cache,
    room: { allowed: length, need: async () => {}, spare: async () => false },
    states,
    dims: session.dims,
  });
  return {
    session: lent,
    [Symbol.dispose]: () => {
      for (let state = longest(); state && state.length > held; state = longest()) states?.drop(state);
      // A shorter text may have turned heads otherwise; the document's keys are those of this length.
      runner.turnFor(length);
      scratch.release();
    },
  };
}
