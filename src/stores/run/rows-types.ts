// The distributions subject: full rows of logits on demand, and the sampling laid over them. State and actions of its store.

import type { StoreApi } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import type { RowAnswer } from '../../client/requests.ts';
import type { WireError } from '../../protocol/events.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { RankedRow } from '../../sampling/row.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentStore, TokenPlace } from '../document/types.ts';
import type { ModelStore } from '../model/types.ts';
import type { SettingsStore } from './settings.ts';

/** One full row: what the model expected at a place, before sampling. */
export interface LogitsRow {
  readonly key: string;
  /** The ids before the place. */
  readonly ids: Uint32Array;
  readonly ranked: RankedRow;
}

/**
 * The row of the selected place. `first`: the first token has no prediction. `waiting`: text has not settled or a run is on.
 * `costly`: its prefill would take more than a second, so a button must ask for it (`fetchSelected`).
 */
export type SelectedRow =
  | { readonly status: 'no_model' | 'first' | 'waiting' | 'loading'; readonly place: TokenPlace }
  | { readonly status: 'costly'; readonly place: TokenPlace; readonly seconds: number }
  | { readonly status: 'ready'; readonly place: TokenPlace; readonly row: LogitsRow }
  | { readonly status: 'failed'; readonly place: TokenPlace; readonly error: WireError };

interface RowsState {
  readonly selected: SelectedRow;
  /** Grows by one whenever a row arrives or is dropped. */
  readonly revision: number;
  /** What the last row that was fetched found in the cache, and what was computed for it; null before one. */
  readonly prefilled: { readonly reused: number; readonly computed: number } | null;
  /** True while the prompt is being scored in the background. */
  readonly scoring: boolean;
}

export interface RowsActions {
  /** Fetches the row of the selected place now, whatever it costs. */
  fetchSelected(): Promise<void>;
  /** Ends a fetch under way: the place is `costly` then, whatever it costs. */
  stopFetch(): void;
  /** Fetches the row of another place; it gives way to the row of the selected one and to runs. Rejects with a NucleusError, `cancelled` where it did. */
  fetchAt(place: TokenPlace): Promise<void>;
  /** The row that predicts `place`, when it is here; a stored reference. */
  rowAt(place: TokenPlace): LogitsRow | null;
  /**
   * The distribution at `place` under `settings`: pure sampling over the row, no forward pass; memoised. Null without a row. What falls by chance
   * falls by the seed of the token's own draw, else by `seed`; where that is null, nothing has fallen yet.
   */
  distribution(place: TokenPlace, settings: GenerationSettings, seed: number | null): Distribution | null;
}

/** What makes distributions of rows. It comes with the first visit's work rather than with the page. */
export interface Shaping {
  rank(ids: Uint32Array, answer: Pick<RowAnswer, 'logits' | 'outside'>): LogitsRow;
  /** The negative texts whose rows the distributions at a place need: with the settings of now, and as drawn. */
  negatives(place: TokenPlace): Uint32Array[];
  /** Whether what constraints let follow at a place is here: that of the settings of now, and as drawn. */
  masked(place: TokenPlace): boolean;
  /** Fetches what is not. Rejects with `bad_constraint`. */
  fetchMasks(client: Client, place: TokenPlace, signal: AbortSignal): Promise<void>;
  /** Null where the row of its negative text or its mask is not there. */
  distribution(
    row: LogitsRow,
    place: TokenPlace,
    settings: GenerationSettings,
    seed: number | null,
  ): Distribution | null;
  /** Forgets all that were made. */
  clear(): void;
}

export interface ShapingOptions {
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly settings: SettingsStore;
  /** The row that follows ids, where it is here. */
  readonly cached: (ids: Uint32Array) => LogitsRow | null;
}

export type RowsStoreState = RowsState & RowsActions;
export type RowsStore = StoreApi<RowsStoreState>;
