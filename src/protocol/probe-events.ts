// What the worker answers to views of the inside.
import type { Part } from './probe-commands.ts';

/** One layer at positions `from ...`; entry i is about row `from + i`, which predicts the token at `from + i + 1`. Nats. */
export interface LensEvent {
  readonly type: 'lens';
  readonly run: number;
  /** 0 is the embedding, i the stream after layer i; the last is the model's own. */
  readonly layer: number;
  readonly from: number;
  /** The likeliest id at this layer and its log-probability. */
  readonly topIds: Uint32Array;
  readonly topLogprobs: Float32Array;
  /** Log-probability and rank of the asked id. */
  readonly logprobs: Float32Array;
  readonly ranks: Uint32Array;
  /** Kullback-Leibler divergence of the layer's distribution from the final one. */
  readonly divergences: Float32Array;
}

interface AttentionEvent {
  readonly type: 'attention';
  readonly run: number;
  readonly position: number;
  /** [L, NH, position + 1]; every row sums to 1. */
  readonly weights: Float32Array;
}

interface AttentionMapEvent {
  readonly type: 'attention_map';
  readonly run: number;
  readonly from: number;
  readonly rows: number;
  /** [rows, T]; zero past a row's own position. */
  readonly weights: Float32Array;
}

interface AblatedEvent {
  readonly type: 'ablated';
  readonly run: number;
  /** All V logits after the last token. */
  readonly logits: Float32Array;
  /** Of `tokens[from...]`, `from` at least 1. */
  readonly logprobs: Float32Array;
}

interface SweptEvent {
  readonly type: 'swept';
  readonly run: number;
  /** The part that was off; null for the model as it is, which comes first. */
  readonly part: Part | null;
  /** Log-probability of the asked id, and its rank (1 is the likeliest). */
  readonly logprob: number;
  readonly rank: number;
  /** The likeliest id then, and its log-probability. */
  readonly topId: number;
  readonly topLogprob: number;
  /** Kullback-Leibler divergence of the distribution then from that of the model as it is, nats. */
  readonly divergence: number;
}

interface PinnedEvent {
  readonly type: 'pinned';
  readonly run: number;
  /** First row; row t predicts the token at t + 1. */
  readonly from: number;
  /** [rows, pins] */
  readonly logits: Float32Array;
}

/** A node of a grown tree. */
export interface GrownNode {
  /** Numbers from 0 in the order of arrival; a parent comes before its children. */
  readonly node: number;
  /** -1 for the end of the text. */
  readonly parent: number;
  readonly id: number;
  /** Log-probability before sampling, after its parents. */
  readonly logprob: number;
}

export interface GrownEvent {
  readonly type: 'grown';
  readonly run: number;
  readonly nodes: readonly GrownNode[];
  /** Rows computed for them, and positions that their sequences shared with what was in the cache. */
  readonly computed: number;
  readonly reused: number;
}

export interface TracedEvent {
  readonly type: 'traced';
  readonly run: number;
  readonly position: number;
  /** Row of the token's id in the embedding matrix, and of its position. [C] each; `positional` is empty where a model has none. */
  readonly embedding: Float32Array;
  readonly positional: Float32Array;
  /** The residual stream after the embedding and after each layer: [L + 1, C]. */
  readonly residual: Float32Array;
  /** What each layer's attention and MLP add to it: [L, C] each. */
  readonly attention: Float32Array;
  readonly mlp: Float32Array;
  /** What each layer's MLP reads before its activation, and what is left after it: [L, N] each; where it is gated the former is [L, 2 * N], gate first. */
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** After the last norm: what the head reads. [C] */
  readonly final: Float32Array;
  /** Rows of the embedding matrix for the ids asked for. [ids, C] */
  readonly rows: Float32Array;
}

export interface CacheMeasuredEvent {
  readonly type: 'cache_measured';
  readonly run: number;
  /** Tokens of the text. */
  readonly length: number;
  /** Milliseconds of one row of logits: with the others cached, and with all of them computed again. Medians. */
  readonly cachedMs: number;
  readonly uncachedMs: number;
  /** The largest difference between the log-probabilities that the two ways gave: they are the same computation. */
  readonly difference: number;
}

export type ProbeEvent =
  | LensEvent
  | AttentionEvent
  | AttentionMapEvent
  | AblatedEvent
  | SweptEvent
  | PinnedEvent
  | GrownEvent
  | TracedEvent
  | CacheMeasuredEvent;
