// The events of one run, from the worker's messages to an async iterator.
import type { NucleusError } from '../lib/error.ts';
import type { EngineEvent } from '../protocol/events.ts';

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: NucleusError };

/** Single consumer. Events queue until they are taken; the outcome comes after the last of them. */
export class Inbox {
  readonly #events: EngineEvent[] = [];
  #outcome: Outcome | null = null;
  #wake: (() => void) | null = null;

  get ended(): boolean {
    return this.#outcome !== null;
  }

  push(event: EngineEvent): void {
    if (this.#outcome !== null) return;
    this.#events.push(event);
    this.#notify();
  }

  /** The first end counts: without `error` the iterator returns, with one it throws. */
  end(error?: NucleusError): void {
    if (this.#outcome !== null) return;
    this.#outcome = error === undefined ? { ok: true } : { ok: false, error };
    this.#notify();
  }

  /** The next event; null at the end. Throws the error of a failed run, after its events. */
  async next(): Promise<EngineEvent | null> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#outcome !== null) {
        if (this.#outcome.ok) return null;
        throw this.#outcome.error;
      }
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
