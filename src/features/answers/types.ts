// Several answers to one text, side by side: what is drawn, how it is ranked, and what can be done with it.
import type { StoreApi } from 'zustand/vanilla';
import type { EventOf, WireError } from '../../protocol/events.ts';
import type { DocumentToken } from '../../stores/document/types.ts';

/** How many are drawn. */
export const COUNT_BOUNDS = { min: 1, max: 8, step: 1 } as const;

/** What ranks them: the log-probability of all their tokens before sampling, or its mean over them. */
export const RANKS = ['total', 'mean'] as const;
export type Rank = (typeof RANKS)[number];

export interface Answer {
  readonly seed: number;
  readonly tokens: readonly DocumentToken[];
  /** Tokens that were drawn: the rest of a piece before a stop string is not. */
  readonly drawn: number;
  /** Nats, of the drawn ones together, before sampling. */
  readonly logprob: number;
  /** Null while it grows. */
  readonly end: Pick<EventOf<'answer_ended'>, 'reason' | 'stop'> | null;
}

/** Answers to one text. */
export interface Round {
  /** The text that all of them go on from. */
  readonly base: readonly DocumentToken[];
  readonly answers: readonly Answer[];
  /** Tokens that each may have. */
  readonly most: number;
  /** Positions found in the cache, and positions computed, before the first token; null until then. */
  readonly prefilled: { readonly reused: number; readonly computed: number } | null;
}

export interface AnswersState {
  readonly count: number;
  readonly rank: Rank;
  readonly round: Round | null;
  readonly status: 'idle' | 'working' | 'stopping' | 'done' | 'stopped' | 'failed';
  /** Where it failed. */
  readonly error: WireError | null;
}

interface AnswersActions {
  setCount(count: number): void;
  setRank(rank: Rank): void;
  /** Draws answers to the text as it stands, in place of those before. Never rejects: the outcome is in `status`. */
  draw(): Promise<void>;
  stop(): void;
  /** Puts one into the text; the others become branches. */
  take(answer: number): void;
}

export type AnswersStoreState = AnswersState & AnswersActions;
export type AnswersStore = StoreApi<AnswersStoreState>;
