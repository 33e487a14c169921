// What every view of the inside works with: the session it looks into, and scratch slots to write to.
import type { BatchRunner, BatchSteps } from '../../gpu/batch-runner.ts';
import type { KvCache, Sequence } from '../../gpu/kv-cache.ts';
import { Probe, type ProbeBase, type ProbeSpec } from '../../gpu/probe.ts';
import type { Row, Runner } from '../../gpu/runner.ts';
import type { Scope } from '../../gpu/scope.ts';
import type { StateCache } from '../../gpu/state-cache.ts';
import { defined } from '../../lib/assert.ts';
import type { Graph } from '../../model/ir/graph.ts';
import type { Room } from '../room.ts';
import type { Session } from '../session.ts';

export interface ProbeContext {
  readonly base: ProbeBase;
  /** Owns what views reserve. */
  readonly scope: Scope;
  /** The plain graph of the model. */
  readonly graph: Graph;
  readonly session: Session;
  readonly cache: KvCache;
  readonly room: Room;
  /** Of a model with running states. */
  readonly states: StateCache | null;
  readonly runner: Runner;
  /** For rows of several texts in one step; null where a running state allows one text alone. */
  readonly batch: (BatchSteps & Pick<BatchRunner, 'replan'>) | null;
  /** The first of the PROBE_TABLES tables of slots that the session leaves to probes. */
  readonly table: number;
}

/**
 * The rows of the positions from `begin` on, one a slot of `slots`, in the first table for probes: the positions before them are in the slots of
 * `sequence`.
 */
export function inSlots(
  { runner, table }: ProbeContext,
  ids: Uint32Array,
  sequence: Sequence,
  begin: number,
  slots: readonly number[],
): Row[] {
  runner.writeTable({
    sequence: table,
    from: 0,
    slots: Uint32Array.from([...sequence.slots.slice(0, begin), ...slots]),
  });
  return slots.map((slot, i) => ({ id: defined(ids[begin + i], 'id'), position: begin + i, slot, sequence: table }));
}

/** A probe and what `build` makes for it; where that fails the probe's memory is given back. Throws as Probe.create and Probe.executor. */
export async function openProbe<T extends object>(
  { base, scope }: ProbeContext,
  spec: ProbeSpec,
  build: (probe: Probe) => Promise<T>,
): Promise<T & { readonly probe: Probe }> {
  const probe = await Probe.create(base, scope, spec);
  try {
    return { ...(await build(probe)), probe };
  } catch (error) {
    probe[Symbol.dispose]();
    throw error;
  }
}

/** Work goes to the GPU together up to about so many milliseconds, so that a cancel is seen soon. */
const BATCH_MS = 100;

/** How many pieces of work go to the GPU together: one at first, more while they are quick. */
export class Pace {
  readonly #most: number;
  size = 1;

  constructor(most: number) {
    this.#most = most;
  }

  /** What `size` pieces, read back, have taken. */
  took(ms: number): void {
    if (ms * 2 < BATCH_MS) this.size = Math.min(this.size * 2, this.#most);
    else if (ms > BATCH_MS * 2) this.size = Math.max(1, this.size >> 1);
  }
}

/** A view's probe and what belongs to it, opened when first asked for. A failure is forgotten, so that the next call tries again. */
export class View<T extends { readonly probe: Probe }> {
  readonly #open: () => Promise<T>;
  #opened: Promise<T> | null = null;

  constructor(open: () => Promise<T>) {
    this.#open = open;
  }

  async get(): Promise<T> {
    this.#opened ??= this.#open();
    try {
      return await this.#opened;
    } catch (error) {
      this.#opened = null;
      throw error;
    }
  }

  /** Gives its memory back; it opens anew when asked. */
  close(): void {
    this.#opened?.then(({ probe }) => probe[Symbol.dispose]()).catch(() => {});
    this.#opened = null;
  }
}
