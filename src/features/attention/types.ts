// The attention view as data: one row of every head, what of it is drawn on the text, and the map of one head. State and actions.
import type { StoreApi } from 'zustand/vanilla';
import type { ProbeState } from '../../stores/gpu-work/probe-state.ts';
import type { HeadChoice } from '../../stores/run/attention-tint.ts';

/** What every head reads at one position, while the model computes what comes after it. */
export interface AttentionRow {
  /** Positions 0 to the row's own. [position + 1] */
  readonly ids: Uint32Array;
  readonly position: number;
  readonly layers: number;
  readonly heads: number;
  /** Numbers of the layers that have attention. */
  readonly attends: readonly number[];
  /** [L, NH, position + 1]; each row sums to 1. */
  readonly weights: Float32Array;
  /** Mean over the heads of each layer. [L, position + 1] */
  readonly means: Float32Array;
  /** Mean over all heads. [position + 1] */
  readonly mean: Float32Array;
}

/** One head, or the mean over the heads of a layer, at all positions. */
export interface AttentionMap {
  readonly layer: number;
  readonly head: number | null;
  /** Of the whole text. [T] */
  readonly ids: Uint32Array;
  /** Rows that have come, from the first on. */
  readonly rows: number;
  /** Row t is [t + 1] floats at `rowStart(t)`. The array is filled in place; a new `rows` says so. */
  readonly weights: Float32Array;
}

const ATTENTION_PANELS = ['heads', 'map'] as const;
export type AttentionPanel = (typeof ATTENTION_PANELS)[number];

export interface AttentionState {
  readonly panel: AttentionPanel;
  readonly choice: HeadChoice;
  /** Under the pointer: shown on the text in place of the choice, a frame at a time. */
  readonly preview: HeadChoice | null;
  /** Of the row. */
  readonly probe: ProbeState;
  /** The last row that still belongs to the text; of another position than the selected one until `probe` is ready. */
  readonly row: AttentionRow | null;
  /** Of the map; empty as long as no layer is chosen. */
  readonly mapProbe: ProbeState;
  /** Of the chosen head over the text as it is; null before its first rows. */
  readonly map: AttentionMap | null;
}

interface AttentionActions {
  /** The view is looked at: rows are computed as the selected token changes. */
  enter(): void;
  /** The view is closed; its memory on the GPU is given back soon after. */
  leave(): void;
  setPanel(panel: AttentionPanel): void;
  choose(choice: HeadChoice): void;
  setPreview(preview: HeadChoice | null): void;
  /** Computes the wanted row whatever it costs. */
  fetchRow(): void;
  stopRow(): void;
  /** Computes the rest of the map whatever it costs. */
  fetchMap(): void;
  stopMap(): void;
}

export type AttentionStoreState = AttentionState & AttentionActions;
export type AttentionStore = StoreApi<AttentionStoreState>;

/** Where row `t` begins in the weights of a map; also the length of a map of `t` rows. */
export const rowStart = (t: number): number => (t * (t + 1)) / 2;
