// A Worker double for tests: it keeps what was posted and says what a script tells it to say, each time on a fresh microtask.
import type { Command, CommandOf } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';
import type { WorkerPort } from './port.ts';

type Say = (event: EngineEvent) => void;
export type Script = (command: Command, say: Say, worker: ScriptedWorker) => void;

export class ScriptedWorker implements WorkerPort {
  readonly posted: Command[] = [];
  terminated = false;
  readonly #script: Script;
  readonly #listeners: { type: string; listener: (event: never) => void }[] = [];

  constructor(script: Script = () => {}) {
    this.#script = script;
  }

  postMessage(message: Command): void {
    const copy = structuredClone(message);
    this.posted.push(copy);
    queueMicrotask(() => {
      if (!this.terminated) this.#script(copy, event => this.say(event), this);
    });
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.push({ type, listener });
  }

  terminate(): void {
    this.terminated = true;
  }

  /** Delivers an event, also after the end of the worker: late messages must be dropped by the client. */
  say(event: EngineEvent): void {
    this.#emit('message', { data: structuredClone(event) });
  }

  crash(message?: string): void {
    this.#emit('error', message === undefined ? { type: 'error' } : { type: 'error', message });
  }

  garble(): void {
    this.#emit('messageerror', { data: null });
  }

  /** The posted commands of one type. */
  of<T extends Command['type']>(type: T): CommandOf<T>[] {
    return this.posted.filter((command): command is CommandOf<T> => command.type === type);
  }

  #emit(type: string, event: object): void {
    for (const each of this.#listeners) if (each.type === type) each.listener(event as never);
  }
}
