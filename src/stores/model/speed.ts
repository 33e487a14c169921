// Speed and time left of a load, out of its progress events.

/** Over how much of the past the speed is taken. */
const WINDOW_MS = 5_000;
/** Less than this says nothing yet. */
const LEAST_MS = 400;

interface Mark {
  readonly ms: number;
  readonly bytes: number;
}

export interface Pace {
  /** Bytes a second; null until half a second has been seen. */
  readonly speed: number | null;
  readonly secondsLeft: number | null;
}

/** Keeps the marks of the last five seconds. A step back in bytes (a file begun anew) starts over. */
export class SpeedMeter {
  #marks: Mark[] = [];

  /** @param ms a steady clock, milliseconds. */
  add(ms: number, bytes: number, totalBytes: number): Pace {
    const before = this.#marks.at(-1);
    if (before !== undefined && bytes < before.bytes) this.#marks = [];
    this.#marks.push({ ms, bytes });
    while (this.#marks.length > 2 && (this.#marks[0]?.ms ?? ms) < ms - WINDOW_MS) this.#marks.shift();
    const first = this.#marks[0];
    const elapsed = first === undefined ? 0 : ms - first.ms;
    if (first === undefined || elapsed < LEAST_MS || bytes <= first.bytes) return { speed: null, secondsLeft: null };
    const speed = ((bytes - first.bytes) / elapsed) * 1000;
    return { speed, secondsLeft: totalBytes > 0 ? Math.max(0, totalBytes - bytes) / speed : null };
  }
}
