// The worker's message loop: commands in, events out.
import { trustOwnScripts } from '../lib/trusted.ts';
import type { Command } from '../protocol/commands.ts';
import { type EngineEvent, transfers } from '../protocol/events.ts';
import { Engine } from './engine.ts';

/** What of a dedicated worker's scope is used here; the DOM types of the page know no worker. */
interface WorkerScope {
  readonly location: { readonly href: string };
  postMessage(message: EngineEvent, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Command>) => void): void;
  addEventListener(type: 'unhandledrejection', listener: (event: PromiseRejectionEvent) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
// Where the worker's own file came with the policy, it holds for the workers that it starts.
trustOwnScripts(scope.location.href);
const engine = new Engine(event => scope.postMessage(event, transfers(event)));

scope.addEventListener('message', ({ data }) => engine.handle(data));

// A rejection nobody awaits would vanish: thrown from a task of its own it reaches the page as the worker's `error` event.
scope.addEventListener('unhandledrejection', ({ reason }) => {
  setTimeout(() => {
    throw reason;
  });
});
