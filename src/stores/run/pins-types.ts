// The pins subject: tokens whose probability is followed over all positions. State and actions of its store.
import type { StoreApi } from 'zustand/vanilla';
import type { MissingRows } from './pinned-rows.ts';

/** At most this many. */
export const MOST_PINS = 8;

/** Which of the eight looks a pin's line has: it keeps it until it is taken off. */
export type PinLook = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
export const PIN_LOOKS: readonly PinLook[] = [0, 1, 2, 3, 4, 5, 6, 7];

export interface Pin {
  readonly id: number;
  readonly look: PinLook;
}

/** As a reload keeps them. */
export interface SavedPins {
  readonly ids: readonly number[];
  /** Of the tokenizer the ids belong to. */
  readonly fingerprint: string;
}

interface PinsState {
  readonly pins: readonly Pin[];
  /** Pins that another vocabulary does not have as one token: they were taken off. */
  readonly lost: number;
  /** By pinned id, raw logits: entry t is of row t, which predicts the token at t + 1. Only as far as they are known. */
  readonly logits: ReadonlyMap<number, Float32Array>;
}

interface PinsActions {
  /** Pins an id of the vocabulary; nothing happens beyond MOST_PINS. */
  pin(id: number): void;
  unpin(id: number): void;
  /** Pins what is not pinned, and the other way round. */
  toggle(id: number): void;
  clear(): void;
  dismissLost(): void;
  /** What is not known of the first `rows` rows of the text; pins that lack the same rows together. */
  missing(rows: number): readonly MissingRows[];
  /** Keeps logits [rows, pins] of `asked`, which were computed of the text `ids`, as far as that is still the text. */
  put(asked: MissingRows, ids: Uint32Array, logits: Float32Array): void;
  /** What a reload kept; it counts once a tokenizer of the same vocabulary is there. */
  restore(saved: SavedPins): void;
  saved(): SavedPins;
}

export type PinsStoreState = PinsState & PinsActions;
export type PinsStore = StoreApi<PinsStoreState>;
