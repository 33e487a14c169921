// Long work in slices: steps until the time of a slice is over, the rest in the next frame, so that the page stays quick to answer.

/** Milliseconds of one slice. */
const SLICE_MS = 12;

export interface Clock {
  now(): number;
  /** Calls back later; returns a way to call it off. */
  next(callback: () => void): () => void;
}

const FRAMES: Clock = {
  now: () => performance.now(),
  next: callback => {
    const frame = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(frame);
  },
};

/** Runs `steps` to its end, the first slice at once; returns a way to end it early. */
export function inSlices(steps: Iterator<unknown>, clock: Clock = FRAMES, sliceMs = SLICE_MS): () => void {
  let callOff = (): void => {};
  const slice = (): void => {
    const end = clock.now() + sliceMs;
    do {
      if (steps.next().done) return;
    } while (clock.now() < end);
    callOff = clock.next(slice);
  };
  slice();
  return () => callOff();
}
