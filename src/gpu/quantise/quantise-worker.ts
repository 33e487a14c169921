// A thread that makes quantised blocks: jobs in, bytes out, in the order they came.
import { type Answer, type QuantiseJob, quantised } from './job.ts';

/** What of a dedicated worker's scope is used here; the DOM types of the page know no worker. */
interface WorkerScope {
  postMessage(message: Answer, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<QuantiseJob>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.addEventListener('message', ({ data: job }) => {
  let answer: Answer;
  try {
    answer = { kind: 'made', bytes: quantised(job) };
  } catch {
    // Of memory, perhaps, which the thread that asked may have.
    answer = { kind: 'left', bytes: job.rows };
  }
  scope.postMessage(answer, [answer.bytes.buffer]);
});

scope.postMessage({ kind: 'ready' }, []);
