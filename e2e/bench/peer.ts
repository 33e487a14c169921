// What every engine does for a comparison, ours and others: load the same weights, give a row, and draw greedy tokens.
import { logprobs, someIds } from './check.ts';

/** Log-probabilities after a text: of all ids in order, or of those that the engine tells, by id. */
export type PeerRow = { readonly all: readonly number[] } | { readonly some: readonly (readonly [number, number])[] };

export interface Peer {
  /** Of the token after `ids`. */
  row(ids: readonly number[]): Promise<PeerRow>;
  /** Milliseconds a token of `count` greedy tokens after `ids`, with all of them but the last computed before the clock starts. */
  decode(ids: readonly number[], count: number): Promise<number>;
  /** Milliseconds for a prompt. Null where the engine does not tell. */
  prefill(ids: readonly number[]): Promise<number | null>;
}

/** Where the files of a model are. */
export interface PeerModel {
  /** An address or a folder; it ends with a slash. */
  readonly base: string;
  readonly n_layer: number;
  readonly n_kv_head: number;
  readonly head_size: number;
  readonly n_ctx: number;
  readonly vocab_size: number;
}

/** A text of letters and spaces as bytes, another one for every seed. */
export function letters(count: number, seed: number): number[] {
  return Array.from(someIds(27, count, seed), n => (n === 26 ? 32 : 97 + n));
}

export const logprobsOf = (logits: Float32Array): number[] => Array.from(logprobs(logits));
