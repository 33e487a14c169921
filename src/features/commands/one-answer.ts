// A worker for one answer: it is ended with that, or with the signal.

/** @param begin wires the worker to `answer` and sets it to work; returns what is to be called off at its end. @throws what `signal` was aborted with */
export function oneAnswer<W extends { terminate(): void }, A>(
  open: () => W,
  signal: AbortSignal,
  begin: (worker: W, answer: (answer: A) => void) => () => void,
): Promise<A> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = open();
    const end = (): void => {
      callOff();
      worker.terminate();
      signal.removeEventListener('abort', stop);
    };
    const stop = (): void => {
      end();
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop);
    const callOff = begin(worker, answer => {
      end();
      resolve(answer);
    });
  });
}
