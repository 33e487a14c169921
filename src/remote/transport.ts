// The way from the page to the worker that speaks to servers, and back.
import { fromWire, NucleusError } from '../lib/error.ts';
import type { FromWire, ToWire, Transport } from './wire.ts';

/** What of a Worker is used. */
export interface WirePort {
  postMessage(message: ToWire): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<FromWire>) => void): void;
  addEventListener(type: 'error', listener: (event: Event) => void): void;
}

const openWire = (): WirePort =>
  new Worker(new URL('./server-worker.ts', import.meta.url), { type: 'module', name: 'nucleus-server' });

interface Call {
  readonly values: unknown[];
  end: NucleusError | 'done' | null;
  wake: () => void;
}

/** Opens the worker with the first request. */
export function wireTransport(open: () => WirePort = openWire): Transport {
  const calls = new Map<number, Call>();
  let port: WirePort | null = null;
  let last = 0;
  const ready = (): WirePort => {
    if (port !== null) return port;
    const made = open();
    made.addEventListener('message', ({ data }) => {
      const call = calls.get(data.call);
      if (call === undefined) return;
      if ('value' in data) call.values.push(data.value);
      else call.end = 'error' in data ? fromWire(data.error) : 'done';
      call.wake();
    });
    made.addEventListener('error', () => {
      port = null;
      for (const call of calls.values()) {
        call.end ??= new NucleusError('internal', 'the worker for servers could not be loaded');
        call.wake();
      }
    });
    port = made;
    return made;
  };
  return async function* (request, signal) {
    if (signal.aborted) throw new NucleusError('cancelled', 'cancelled');
    const call = ++last;
    const state: Call = { values: [], end: null, wake: () => {} };
    calls.set(call, state);
    const wire = ready();
    const cancel = (): void => wire.postMessage({ call, cancel: true });
    signal.addEventListener('abort', cancel);
    try {
      wire.postMessage({ call, request });
      for (;;) {
        while (state.values.length > 0) yield state.values.shift();
        if (state.end === 'done') return;
        if (state.end !== null) throw state.end;
        await new Promise<void>(resolve => {
          state.wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', cancel);
      calls.delete(call);
      if (state.end === null) cancel();
    }
  };
}
