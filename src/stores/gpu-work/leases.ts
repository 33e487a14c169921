// Memory that the worker keeps for views: counted by who looks, and given back when nobody has for a while.
import type { Client } from '../../client/client.ts';
import { closeView } from '../../client/probe-requests.ts';
import type { ProbeView } from '../../protocol/probe-commands.ts';
import { KEPT_MS } from './times.ts';

interface Lease {
  holders: number;
  /** The worker has been asked for something that it keeps memory for. */
  used: boolean;
  end: ReturnType<typeof setTimeout> | undefined;
}

export class Leases {
  readonly #client: Client;
  readonly #leases = new Map<ProbeView, Lease>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** A holder more of the memory of `view`; call what comes back once to let go. */
  hold(view: ProbeView): () => void {
    const lease = this.#of(view);
    clearTimeout(lease.end);
    lease.holders += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      lease.holders -= 1;
      if (lease.holders === 0) lease.end = setTimeout(() => this.#giveBack(view, lease), KEPT_MS);
    };
  }

  /** From now on the worker may hold memory of `view`. */
  use(view: ProbeView): void {
    this.#of(view).used = true;
  }

  /** The worker has what `view` needs: what is measured now is computing, not compiling. */
  warm(view: ProbeView): boolean {
    return this.#of(view).used;
  }

  /** The device and all its memory are gone, or on their way out. */
  forget(): void {
    for (const lease of this.#leases.values()) lease.used = false;
  }

  /** Ends all waits. */
  dispose(): void {
    for (const lease of this.#leases.values()) clearTimeout(lease.end);
  }

  #of(view: ProbeView): Lease {
    const found = this.#leases.get(view) ?? { holders: 0, used: false, end: undefined };
    this.#leases.set(view, found);
    return found;
  }

  #giveBack(view: ProbeView, lease: Lease): void {
    if (!lease.used) return;
    lease.used = false;
    closeView(this.#client, view).catch(() => {});
  }
}
