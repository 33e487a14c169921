// Chat templates as the page asks for them: a worker that lives while it answers, and is ended where it does not within a second.
import type { Rendered, RenderRequest } from './render.ts';
import type { TemplateAnswer } from './template-worker.ts';

/** Milliseconds for all requests of one call. */
export const MOST_MS = 1000;

/** Null: it took too long, and was ended. */
export type Render = (requests: readonly RenderRequest[]) => Promise<readonly Rendered[] | null>;

interface Waiting {
  readonly requests: readonly RenderRequest[];
  readonly resolve: (rendered: readonly Rendered[] | null) => void;
}

/** What of a worker is used here. */
export interface TemplateWorker {
  postMessage(requests: readonly RenderRequest[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<TemplateAnswer>) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
  terminate(): void;
}

function openWorker(): TemplateWorker {
  return new Worker(new URL('./template-worker.ts', import.meta.url), { type: 'module', name: 'nucleus-template' });
}

/** @param later calls back after `ms`; returns the way to call it off. */
export function createRenderer(
  later: (ms: number, callback: () => void) => () => void,
  open: () => TemplateWorker = openWorker,
): { readonly render: Render; readonly dispose: () => void } {
  const waiting: Waiting[] = [];
  let worker: TemplateWorker | null = null;
  let ready = false;
  let callOff = (): void => {};

  /** The worker is gone; what it was asked first has the answer `outcome`, and all else is asked anew. */
  const end = (outcome: readonly Rendered[] | null): void => {
    callOff();
    worker?.terminate();
    worker = null;
    ready = false;
    waiting.shift()?.resolve(outcome);
    ask();
  };
  const ask = (): void => {
    const [first] = waiting;
    if (first === undefined) return;
    if (worker === null) {
      worker = begun();
      return;
    }
    if (!ready) return;
    // The time of loading the worker is not the template's.
    callOff = later(MOST_MS, () => end(null));
    worker.postMessage(first.requests);
  };
  const begun = (): TemplateWorker => {
    const made = open();
    made.addEventListener('message', ({ data }) => {
      if (made !== worker) return;
      callOff();
      if (data.type === 'ready') ready = true;
      else waiting.shift()?.resolve(data.rendered);
      ask();
    });
    made.addEventListener('error', () => {
      if (made === worker)
        end([{ kind: 'failed', words: 'the part of the page that renders templates did not start' }]);
    });
    return made;
  };
  return {
    render: requests =>
      new Promise(resolve => {
        waiting.push({ requests, resolve });
        if (waiting.length === 1) ask();
      }),
    dispose: () => {
      waiting.length = 0;
      callOff();
      worker?.terminate();
      worker = null;
    },
  };
}
