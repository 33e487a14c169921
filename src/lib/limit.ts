// How long something may take, for a page that its browser can freeze. A frozen tab hears nothing, and when it wakes the timers that came due meanwhile go
// off before what was waited for can be heard: such a timer proves nothing.

/** The times of a realm. */
export interface Clock {
  /** Calls back after so many milliseconds; gives the way to call it off. */
  readonly later: (ms: number, callback: () => void) => () => void;
  /** Of a steady clock, milliseconds. */
  readonly now: () => number;
}

/** A timer that is later than this slept, milliseconds; of short limits a quarter is enough. A busy machine may be as late: then it waits once more. */
const ASLEEP_MS = 2000;

const OWN: Clock = {
  later: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  now: () => performance.now(),
};

/** Calls `over` after `ms` milliseconds, counted anew where the realm was frozen when they were over. Gives the way to call it off. */
export function limit(ms: number, over: () => void, { later, now }: Clock = OWN): () => void {
  const begun = now();
  let callOff = later(ms, () => {
    if (now() - begun - ms <= Math.min(ms / 4, ASLEEP_MS)) over();
    else callOff = limit(ms, over, { later, now });
  });
  return () => callOff();
}
