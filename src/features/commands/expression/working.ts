// Expressions as the page asks for them: each in a worker of its own, which is ended with its answer, or a second after it was asked.
import { oneAnswer } from '../one-answer.ts';
import type { ExpressionRequest, Worked } from './worked.ts';

/** Milliseconds. */
export const MOST_MS = 1000;

/** Null: it took too long, and was ended. */
export type WorkOut = (request: ExpressionRequest, signal: AbortSignal) => Promise<Worked | null>;

/** What of a worker is used here. */
export interface ExpressionWorker {
  postMessage(request: ExpressionRequest): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Worked | 'ready'>) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
  terminate(): void;
}

function openWorker(): ExpressionWorker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'nucleus-expression' });
}

/** @param later calls back after `ms`; returns the way to call it off. */
export function createWorkOut(
  later: (ms: number, callback: () => void) => () => void,
  open: () => ExpressionWorker = openWorker,
): WorkOut {
  return (request, signal) =>
    oneAnswer<ExpressionWorker, Worked | null>(open, signal, (worker, answer) => {
      let callOff = (): void => {};
      worker.addEventListener('message', ({ data }) => {
        if (data !== 'ready') return answer(data);
        // The time of loading the worker is not the expression's.
        callOff = later(MOST_MS, () => answer(null));
        worker.postMessage(request);
      });
      worker.addEventListener('error', () =>
        answer({ ok: false, words: 'The part of the page that works expressions out did not start.' }),
      );
      return () => callOff();
    });
}
