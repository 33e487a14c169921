// The distributions subject: full rows of logits on demand, and the sampling laid over them. State and actions of its store.

import type { StoreApi } from 'zustand/vanilla';
import type { WireError } from '../../protocol/events.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { RankedRow } from '../../sampling/row.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { TokenPlace } from '../document/types.ts';

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
  /** The row that predicts `place`, when it is here; a stored reference. */
  rowAt(place: TokenPlace): LogitsRow | null;
  /** The distribution at `place` under `settings`: pure sampling over the row, no forward pass; memoised. Null without a row. */
  distribution(place: TokenPlace, settings: GenerationSettings): Distribution | null;
}

export type RowsStoreState = RowsState & RowsActions;
export type RowsStore = StoreApi<RowsStoreState>;
