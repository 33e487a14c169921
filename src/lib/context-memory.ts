// What a context costs: how many positions a choice may come to hold, their bytes, and the choice that memory suggests. Pure, for page and worker.

/** What a model's cache takes on an adapter. */
export interface ContextNeeds {
  /** Positions that the model was made for. */
  readonly n_ctx: number;
  /** Positions that the adapter's largest buffer holds. */
  readonly slotLimit: number;
  /** Bytes of a position: keys and values of all layers, the final state, its places in the tables. */
  readonly slotBytes: number;
  /** Bytes of all that does not depend on the context: weights and the values of a step. */
  readonly baseBytes: number;
}

/** Positions beside the text at most: other branches, the text before an edit, and what looks inside. */
const SPARE = 4096;
/** Contexts up to so many positions are allowed whatever they take: memory is taken only as the text grows. */
const SMALL = 2048;
const MIB = 2 ** 20;
/** What a context takes at most where nobody chose, bytes. */
export const MOST_CONTEXT_BYTES = 2048 * MIB;

/** Tokens that can be allowed at most. */
export const largestContext = ({ n_ctx, slotLimit }: ContextNeeds): number => Math.max(1, Math.min(n_ctx, slotLimit));

/** Positions that the cache comes to hold at most where a text may have `allowed` tokens. */
export function slotsFor({ slotLimit }: Pick<ContextNeeds, 'slotLimit'>, allowed: number): number {
  return Math.min(slotLimit, allowed + Math.min(allowed, SPARE));
}

/** Bytes of the cache where it holds all that `allowed` lets it. */
export const contextBytes = (needs: ContextNeeds, allowed: number): number =>
  slotsFor(needs, allowed) * needs.slotBytes;

/**
 * Tokens to allow where nobody chose: all that the model was made for, or as many as fit the memory that is left beside the base, in thousands.
 * `memory` is what the browser says of the device, in GiB, at most 8; null where it says nothing.
 */
export function defaultContext(needs: ContextNeeds, memory: number | null): number {
  const half = ((memory ?? 4) * 1024 * MIB) / 2;
  const budget = Math.min(MOST_CONTEXT_BYTES, Math.max(512 * MIB, half - needs.baseBytes));
  const slots = Math.floor(budget / needs.slotBytes);
  const tokens = slots <= 2 * SPARE ? Math.floor(slots / 2) : slots - SPARE;
  return Math.min(largestContext(needs), Math.max(SMALL, Math.floor(tokens / 1024) * 1024));
}
