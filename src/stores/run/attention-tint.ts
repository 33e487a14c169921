// Attention weights drawn on the text in place of its tint: the view of attention writes them, the text shows them.
import { createStore, type StoreApi } from 'zustand/vanilla';

/** Whose weights: one head; the mean over the heads of a layer (`head` null); the mean over all heads (both null). Counted from 0. */
export interface HeadChoice {
  readonly layer: number | null;
  readonly head: number | null;
}

export interface AttentionTint {
  /** Of the row: it reads the tokens 0 to `position`. */
  readonly position: number;
  readonly choice: HeadChoice;
  /** Over the tokens 0 to the position. */
  readonly weights: Float32Array;
  /** Tokens after the position step back: the row cannot see them. False where the row was the last one when it came. */
  readonly fade: boolean;
}

export interface AttentionTintState {
  /** Null while nothing takes the place of the tint. */
  readonly shown: AttentionTint | null;
}

export type AttentionTintStore = StoreApi<AttentionTintState>;

export function createAttentionTintStore(): AttentionTintStore {
  return createStore<AttentionTintState>()(() => ({ shown: null }));
}
