// Between two steps of work: whether it is still wanted.
import { NucleusError } from '../lib/error.ts';

/** Throws `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined, work: string): void {
  if (signal?.aborted) throw new NucleusError('cancelled', `cancelled during ${work}`);
}
