// Work on the GPU, one job after the other, in the order it was asked for.

export class JobQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Starts `job` when all earlier ones have ended, however they ended. */
  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => {});
    return result;
  }
}
