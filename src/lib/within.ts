// Work that is not waited for without end.
import { type Clock, limit } from './limit.ts';

/** What `work` comes to; rejects with `late()` where that takes longer than `ms` milliseconds, see `limit`. */
export function within<T>(ms: number, work: Promise<T>, late: () => Error, clock?: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = limit(ms, () => reject(late()), clock);
    work.then(resolve, reject).finally(callOff);
  });
}
