// The stores that several features need, as they are handed to the features. A feature's own store is made by `feature-store.ts`.
import type { Client } from '../client/client.ts';
import type { DocumentStore } from './document/types.ts';
import type { Leases } from './gpu-work/leases.ts';
import type { Return } from './gpu-work/outliving.ts';
import type { PrefillCost } from './gpu-work/prefill-cost.ts';
import type { Scheduler } from './gpu-work/scheduler.ts';
import type { ModelStore } from './model/types.ts';
import type { AttentionTintStore } from './run/attention-tint.ts';
import type { GenerationStore } from './run/generation-types.ts';
import type { PinsStore } from './run/pins-types.ts';
import type { RowsStore } from './run/rows-types.ts';
import type { ScoresStore } from './run/scores.ts';
import type { SettingsStore } from './run/settings.ts';
import type { DocumentsStore } from './saved/documents.ts';
import type { VersionStore } from './version.ts';
import type { ViewStore } from './view.ts';

/** What GPU work of a page shares: the worker, the order of work, what a prefill costs, and time. */
export interface Work {
  readonly client: Client;
  readonly scheduler: Scheduler;
  /** For work that begins now: the way back to its model after a loss. */
  readonly returning: () => Return;
  readonly cost: PrefillCost;
  /** Memory that the worker keeps for views. */
  readonly leases: Leases;
  readonly requestFrame: (callback: () => void) => void;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number;
  /** Calls back after `ms`; returns the way to call it off. */
  readonly later: (ms: number, callback: () => void) => () => void;
  /** Called once, when the page ends. */
  onEnd(end: () => void): void;
}

export interface Stores {
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly settings: SettingsStore;
  readonly generation: GenerationStore;
  readonly rows: RowsStore;
  readonly scores: ScoresStore;
  readonly pins: PinsStore;
  readonly view: ViewStore;
  readonly documents: DocumentsStore;
  readonly attentionTint: AttentionTintStore;
  readonly version: VersionStore;
  readonly work: Work;
}
