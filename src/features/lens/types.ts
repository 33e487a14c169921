// The lens subject: what each layer would say next at each position, as far as it was looked at. State and actions of its store.
import type { StoreApi } from 'zustand/vanilla';
import type { ProbeState } from '../../stores/gpu-work/probe-state.ts';

/** What the colour of a cell shows; all of the layer's own distribution, before sampling. */
export const LENS_COLOURS = ['likeliest', 'asked', 'rank', 'divergence'] as const;
export type LensColour = (typeof LENS_COLOURS)[number];

/** One layer at one position. Nats. */
export interface LensCell {
  readonly topId: number;
  readonly topLogprob: number;
  /** From the model's own distribution there. */
  readonly divergence: number;
  /** Of the asked token; null while it was not looked at for this token. */
  readonly logprob: number | null;
  readonly rank: number | null;
}

export interface LensState {
  readonly probe: ProbeState;
  /** The text that this is about; kept by reference while it is the same. */
  readonly ids: Uint32Array;
  /** Rows of the picture: 0 is the embedding, the last the model's own. */
  readonly layers: number;
  /** Columns of the picture: column t reads the tokens 0 to t and predicts the token at t + 1. */
  readonly columns: number;
  /** Tokens past the context of the model, where there is nothing to look at. */
  readonly beyond: number;
  /** The column that predicts the selected place; null at the first token and beyond the context. */
  readonly column: number | null;
  /** The layer that was picked. */
  readonly layer: number | null;
  /** The token whose probability and rank are told; null as long as it is not known what comes at the end of the text. */
  readonly asked: number | null;
  /** A person chose the asked token; else it is the one that stands at the selected place, at the end the likeliest. */
  readonly pinned: boolean;
  readonly colour: LensColour;
  /** Grows by one whenever cells come or go. */
  readonly revision: number;
}

interface LensActions {
  /** The view is opened, or left. */
  enter(): void;
  leave(): void;
  /** Columns `[from, to)` are in sight. */
  see(from: number, to: number): void;
  /** Computes what is missing in sight, whatever it takes. */
  compute(): Promise<void>;
  stop(): void;
  /** Asks for a token; null: for the one of the selected place again. */
  ask(id: number | null): void;
  setColour(colour: LensColour): void;
  /** Marks a layer and selects the token that the column predicts. */
  pick(layer: number, column: number): void;
  /** What is known of a cell. */
  cell(layer: number, column: number): LensCell | null;
}

export type LensStoreState = LensState & LensActions;
export type LensStore = StoreApi<LensStoreState>;
