// Searches for likely continuations, beside draws: what the page asks, and what the worker tells while it searches.

export type SearchMethod =
  /** Beam search as transformers has it: the best so many beginnings live, of each step's continuations the best so many go on. */
  | {
      readonly kind: 'beam';
      readonly beams: number;
      /** A complete text's score is its log-probability divided by its length to this power. */
      readonly length_penalty: number;
      /** True: stop once there are as many complete texts as beams. False: once none is likely to be better. never: once none can be. */
      readonly early_stopping: boolean | 'never';
    }
  /** Of the likeliest so many candidates the one with the best mixture of probability and distance to all final states before it. */
  | { readonly kind: 'contrastive'; readonly alpha: number; readonly top_k: number }
  /** The likeliest open beginning goes on first, until no open one can win. */
  | {
      readonly kind: 'best_first';
      /** Continuations looked at of each beginning. */
      readonly children: number;
      readonly length_penalty: number;
      /** Complete texts that are looked for. */
      readonly answers: number;
      /** Rows computed at most. */
      readonly most: number;
    };

export interface SearchCommand {
  readonly type: 'search';
  readonly run: number;
  readonly tokens: Uint32Array;
  readonly method: SearchMethod;
  /** Tokens of a continuation at most. */
  readonly max_new_tokens: number;
  /** End-of-text tokens end a continuation; else they are like any other. */
  readonly ends: boolean;
}

/** One continuation: its ids, and what they are worth. Nats, before sampling. */
export interface SearchPath {
  readonly ids: readonly number[];
  /** Of each id after those before it. */
  readonly logprobs: readonly number[];
  readonly total: number;
  /** What paths are ranked by. */
  readonly score: number;
}

/** Of a step of contrastive search. */
export interface ContrastiveCandidate {
  readonly id: number;
  readonly probability: number;
  /** The largest cosine of its final state with one before it. */
  readonly penalty: number;
  readonly score: number;
}

/** A continuation that does not go on. */
export interface FallenPath extends SearchPath {
  /**
   * `outscored`: others of its step are likelier. `ended_low`: it ended, and was not among the best of its step. `beaten`: complete, and complete ones with a
   * better score took its place. `cannot_win`: no way on from it can be better than what is complete.
   */
  readonly why: 'outscored' | 'ended_low' | 'beaten' | 'cannot_win';
  /** The least score or log-probability that would have stayed. */
  readonly bar: number;
}

export type SearchEnd =
  /** Every complete text that counts is there. */
  | 'full'
  /** No open one is likely to be better; for best-first: none can be. */
  | 'no_better'
  /** The length that was allowed, or the context. */
  | 'length'
  | 'end_of_text'
  /** As many rows as were allowed. */
  | 'most'
  | 'nothing_open';

export interface SearchedEvent {
  readonly type: 'searched';
  readonly run: number;
  /** From 1. */
  readonly step: number;
  /** Rows computed so far. */
  readonly computed: number;
  /** Beginnings that go on, the best first. */
  readonly live: readonly SearchPath[];
  /** Complete ones, the best first. */
  readonly complete: readonly SearchPath[];
  /** In this step. */
  readonly fallen: readonly FallenPath[];
  /** Of contrastive search: the candidates of the last token, the likeliest first. */
  readonly candidates: readonly ContrastiveCandidate[];
  /** Null while it goes on. */
  readonly end: SearchEnd | null;
}
