// What the client needs of a Worker, so that a test can put a scripted double in its place.
import type { Command } from '../protocol/commands.ts';

export interface WorkerPort {
  postMessage(message: Command, transfer: Transferable[]): void;
  addEventListener(type: 'message' | 'messageerror', listener: (event: MessageEvent) => void): void;
  addEventListener(type: 'error', listener: (event: Event) => void): void;
  terminate(): void;
}

/** The real worker. `new URL(...)` stays inline inside `new Worker(...)`: the bundler recognises only that shape. */
export function openWorker(): WorkerPort {
  return new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module', name: 'nucleus-engine' });
}
