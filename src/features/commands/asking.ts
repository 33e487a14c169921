// Addresses as commands ask for them: each request in a worker of its own, which holds the address against the list and is ended with its answer.
// The page's policy lets the page connect to its own host and the Hub alone; a worker has the policy of its own file.
import type { AddressAnswer, AddressRequest } from './fetched.ts';
import { oneAnswer } from './one-answer.ts';

/** @throws what `signal` was aborted with */
export type AskAddress = (request: AddressRequest, signal: AbortSignal) => Promise<AddressAnswer>;

/** What of a worker is used here. */
interface AddressWorker {
  postMessage(request: AddressRequest): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<AddressAnswer>) => void): void;
  addEventListener(type: 'error', listener: (event: Event) => void): void;
  terminate(): void;
}

const openWorker = (): AddressWorker =>
  new Worker(new URL('./address-worker.ts', import.meta.url), { type: 'module', name: 'nucleus-address' });

export function createAskAddress(open: () => AddressWorker = openWorker): AskAddress {
  return (request, signal) =>
    oneAnswer<AddressWorker, AddressAnswer>(open, signal, (worker, answer) => {
      worker.addEventListener('message', ({ data }) => answer(data));
      worker.addEventListener('error', () => {
        const fetched = { ok: false, fault: { kind: 'unreachable' } } as const;
        answer({ kind: 'fetched', address: request.template, fetched });
      });
      worker.postMessage(request);
      return () => {};
    });
}
