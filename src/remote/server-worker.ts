// The worker that speaks to a server, apart from page and engine: a host can give this one file a policy that lets it connect where a person says, and keep all others strict.
import { toWire } from '../lib/error.ts';
import { reach } from '../lib/network.ts';
import { policyRefusals } from '../lib/policy-refusals.ts';
import { ask, type FromWire, type ToWire } from './wire.ts';

interface Scope {
  postMessage(message: FromWire): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWire>) => void): void;
  addEventListener(type: 'securitypolicyviolation', listener: () => void): void;
}

const scope = globalThis as unknown as Scope;
const asked = new Map<number, AbortController>();

const net = {
  fetch: reach,
  secure: self.location.protocol === 'https:',
  refusedByPolicy: policyRefusals(scope),
};

async function answer({ call, request }: Extract<ToWire, { request: unknown }>): Promise<void> {
  const abort = new AbortController();
  asked.set(call, abort);
  try {
    for await (const value of ask(request, abort.signal, net)) scope.postMessage({ call, value });
    scope.postMessage({ call, done: true });
  } catch (thrown) {
    scope.postMessage({ call, error: toWire(thrown) });
  } finally {
    asked.delete(call);
  }
}

scope.addEventListener('message', ({ data }) => {
  if ('request' in data) void answer(data);
  else asked.get(data.call)?.abort();
});
