// Works an expression out apart from the page: what never ends is ended with this worker.
import { type ExpressionRequest, type Worked, worked } from './worked.ts';

interface WorkerScope {
  postMessage(message: Worked | 'ready'): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ExpressionRequest>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.addEventListener('message', ({ data }) => scope.postMessage(worked(data)));
scope.postMessage('ready');
