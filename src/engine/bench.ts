// What every view of the inside works with: the session it looks into, and scratch slots to write to.

import type { KvCache, Sequence } from '../gpu/kv-cache.ts';
import type { ProbeBase } from '../gpu/probe.ts';
import type { Row, Runner } from '../gpu/runner.ts';
import type { Scope } from '../gpu/scope.ts';
import { defined } from '../lib/assert.ts';
import type { Graph } from '../model/graph.ts';
import type { Session } from './session.ts';

export interface BenchParts {
  readonly base: ProbeBase;
  /** Owns what views reserve. */
  readonly scope: Scope;
  /** The plain graph of the model. */
  readonly graph: Graph;
  readonly session: Session;
  readonly cache: KvCache;
  readonly runner: Runner;
  /** The row of the table of slots that the session leaves to probes. */
  readonly table: number;
}

export class Bench implements BenchParts {
  readonly base: ProbeBase;
  readonly scope: Scope;
  readonly graph: Graph;
  readonly session: Session;
  readonly cache: KvCache;
  readonly runner: Runner;
  readonly table: number;

  constructor(parts: BenchParts) {
    this.base = parts.base;
    this.scope = parts.scope;
    this.graph = parts.graph;
    this.session = parts.session;
    this.cache = parts.cache;
    this.runner = parts.runner;
    this.table = parts.table;
  }

  /**
   * Gives `work` the rows of `count` positions from `begin` in scratch slots, the positions before them in the slots of `sequence`.
   * What was submitted by then runs before anything that takes the slots next.
   */
  inScratch(ids: Uint32Array, sequence: Sequence, begin: number, count: number, work: (rows: Row[]) => void): void {
    const scratch = this.cache.scratch(count);
    try {
      this.runner.writeTable({
        sequence: this.table,
        from: 0,
        slots: Uint32Array.from([...sequence.slots.slice(0, begin), ...scratch.slots]),
      });
      work(
        Array.from({ length: count }, (_, i) => ({
          id: defined(ids[begin + i], 'id'),
          position: begin + i,
          slot: defined(scratch.slots[i], 'slot'),
          sequence: this.table,
        })),
      );
    } finally {
      scratch.release();
    }
  }
}

/** The view, or its failure after `forget`, so that the next call tries again. */
export async function kept<T>(view: Promise<T>, forget: () => void): Promise<T> {
  try {
    return await view;
  } catch (error) {
    forget();
    throw error;
  }
}
