// What a search asks of a model, whoever computes it: rows after beginnings of continuations, and final states. And sums over rows.

import type { SearchedEvent, SearchPath } from '../../protocol/search.ts';
import { logZOf, topOf } from '../../sampling/row.ts';

/** A model after one text. */
export interface PathModel {
  /** Tokens that fit behind the text. */
  readonly room: number;
  /** Rows after each path, [V] each; an empty path is the text itself. */
  rows(paths: readonly (readonly number[])[]): Promise<Float32Array[]>;
  /** Final states [C] of the last token of each path; the text's own, one a token, for `null`. */
  finals(paths: readonly (readonly number[])[] | null): Promise<Float32Array[]>;
}

/** What every search tells; the rest of the event is the run's. */
export type Told = Omit<SearchedEvent, 'type' | 'run'>;

export interface SearchLimits {
  readonly max_new_tokens: number;
  /** Ids that end a continuation. */
  readonly ends: readonly number[];
}

export const EMPTY: SearchPath = { ids: [], logprobs: [], total: 0, score: 0 };

/** Score of a path of so many tokens: its log-probability over its length to the power of the penalty. */
export function scoreOf(total: number, length: number, penalty: number): number {
  return total / length ** penalty;
}

/** A path with one token more. */
export function extended(
  { ids, logprobs, total }: SearchPath,
  id: number,
  logprob: number,
  penalty: number,
): SearchPath {
  const sum = total + logprob;
  return {
    ids: [...ids, id],
    logprobs: [...logprobs, logprob],
    total: sum,
    score: scoreOf(sum, ids.length + 1, penalty),
  };
}

/** The likeliest ids of a row with their log-probabilities, ties by the lower id first; what the model rules out is none. */
export function likeliest(row: Float32Array, count: number): { readonly id: number; readonly logprob: number }[] {
  const logZ = logZOf(row);
  const { ids, logits } = topOf(row, count);
  return Array.from(ids, (id, i) => ({ id, logprob: (logits[i] ?? Number.NEGATIVE_INFINITY) - logZ })).filter(
    ({ logprob }) => logprob > Number.NEGATIVE_INFINITY,
  );
}
