// A worker that makes quantised blocks, as the thread that asks sees it.
import type { Answer, QuantiseJob } from './job.ts';

/** What of a worker is used, so that a test can put a double in its place. */
export interface ThreadPort {
  postMessage(job: QuantiseJob, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: Answer }) => void): void;
  addEventListener(type: 'error' | 'messageerror', listener: (event: Event) => void): void;
  terminate(): void;
}

/** `new URL(...)` stays inline inside `new Worker(...)`: the bundler recognises only that shape. */
export function openThread(): ThreadPort {
  return new Worker(new URL('./quantise-worker.ts', import.meta.url), { type: 'module', name: 'nucleus-quantise' });
}

/** How many: all cores but that of the thread that asks, four at most; where there are two they share, since asking is little work. None in Node or on one core. */
export function threadCount(): number {
  const { navigator, Worker: known } = globalThis as { navigator?: { hardwareConcurrency?: number }; Worker?: unknown };
  const cores = navigator?.hardwareConcurrency ?? 1;
  return known === undefined || cores < 2 ? 0 : Math.min(4, Math.max(2, cores - 1));
}
