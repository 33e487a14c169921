// What the worker says to the page. Every run is a stream of events that ends with exactly one `done` or `failed`.

import type { ContextNeeds } from '../lib/context-memory.ts';
import type { ErrorCode, ErrorDetail } from '../lib/error.ts';
import type { CachedModel, ModelSource, OpenedChoice } from '../lib/model-source.ts';
import type { FormatChoice, FormatNeeds } from '../lib/weight-format.ts';
import type { Anatomy } from '../model/ir/anatomy.ts';
import type { Dims } from '../model/ir/graph.ts';
import type { Mixer } from '../model/ir/mixers.ts';
import type { TokenWork } from '../model/ir/work.ts';
import type { Mask } from '../sampling/past.ts';
import type { GenerationSettings } from '../sampling/settings.ts';
import type { DebugEvent } from './debug.ts';
import type { ProbeEvent } from './probe-events.ts';
import type { SearchedEvent } from './search.ts';
import type { SelfTestEvent } from './self-test.ts';
import type { ServerFacts } from './server.ts';

/** An error as it crosses between page and worker. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail: ErrorDetail;
}

export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** True for a CPU that plays a GPU (SwiftShader, llvmpipe): correct, but slow. */
  readonly software: boolean;
  /** Which kernel variants run here. */
  readonly kernels: 'barrier_free' | 'workgroup' | 'subgroup';
  readonly features: readonly string[];
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

/** Phases of a load, in order. */
export type LoadPhase = 'list' | 'download' | 'verify' | 'upload' | 'compile' | 'ready';

export interface ProgressEvent {
  readonly type: 'progress';
  readonly run: number;
  readonly phase: LoadPhase;
  /** Bytes of the whole load that are done, and all of them: one honest bar. 0 of 0 while unknown. */
  readonly bytes: number;
  readonly totalBytes: number;
  readonly fromCache: boolean;
}

/** Something a person should know that does not stop the run. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly run: number;
  readonly notice: 'cache_full' | 'cache_unavailable';
}

export interface InspectedEvent {
  readonly type: 'inspected';
  readonly run: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly totalBytes: number;
  readonly parameters: number;
  readonly dtype: string;
  /** Of the weights where nobody chooses: the rest is about that one. */
  readonly format: FormatChoice;
  /** As stored, then the others that the weights can have; of quantised files the first alone. */
  readonly formats: readonly FormatNeeds[];
  readonly context: ContextNeeds;
  /** With keys and values in f16; the same as `context` where the model cannot have them so. */
  readonly halfContext: ContextNeeds;
  /** Tokens that are allowed where nobody chooses. */
  readonly allowed: number;
  /** GPU memory for all of them: weights, cache of the context, values of a step. Bytes. */
  readonly gpuBytes: number;
  readonly fits: boolean;
  /** Why it does not fit, in one sentence; empty when it does. */
  readonly reason: string;
  readonly commit: string;
  readonly cached: boolean;
  readonly warnings: readonly ModelWarning[];
}

/**
 * What is odd about a model that runs all the same. `ids_as_text`: no tokenizer that can be read (`why`). `tokenizer_surplus`: so many ids of
 * the tokenizer have no row (`surplus`, `vocab_size`). `classifier`: the file holds a head for classes and none for tokens (`tensor`).
 */
export interface ModelWarning {
  readonly code: 'ids_as_text' | 'tokenizer_surplus' | 'classifier';
  readonly detail: ErrorDetail;
}

/** Sampling defaults a model's author gave in generation_config.json. */
export interface GenerationDefaults {
  readonly temperature?: number;
  readonly top_k?: number;
  readonly top_p?: number;
  readonly repetition_penalty?: number;
  readonly max_new_tokens?: number;
}

/** How much context a loaded model has. */
export interface ContextState {
  readonly needs: ContextNeeds;
  /** How keys and values are kept. */
  readonly kv: 'f32' | 'f16';
  /** Tokens that a text may have: what was asked for, as far as model, adapter and memory go. */
  readonly allowed: number;
  /** Positions that the cache has room for now, and their bytes. */
  readonly slots: number;
  readonly bytes: number;
  /** Memory gave out: what is there is allowed, until more is asked for again. */
  readonly short: boolean;
}

export interface LoadedModel {
  /** Key in the cache: `shipped/nucleus-3m`, `hub/owner/name@revision`, `local/name`. */
  readonly key: string;
  readonly source: ModelSource;
  readonly name: string;
  /** Commit of the files when the Hub said it, else ''. */
  readonly commit: string;
  /** What the model is told apart by, see `ModelIdentity`: never the name, never the key. */
  readonly digest: string;
  readonly arch: string;
  /** It computes on a server: all that is said of its inside is empty. */
  readonly server?: ServerFacts;
  /** Nothing is computed: what is shown was recorded on this run. */
  readonly recorded?: RecordedRun;
  readonly dims: Dims;
  /** `f16`, `q4_k`: of the largest matrix as stored, or the format that was made of it. */
  readonly dtype: string;
  readonly format: FormatChoice;
  readonly formats: readonly FormatNeeds[];
  /** Bytes of the weights on the GPU. */
  readonly weightBytes: number;
  /** Bytes on the GPU in all, as it was loaded: `context.bytes` of them grow. */
  readonly gpuBytes: number;
  readonly context: ContextState;
  readonly parameters: number;
  /** Multiply-adds of one token. */
  readonly work: TokenWork;
  /** What brings positions together in each layer: not all have attention. */
  readonly mixers: readonly Mixer[];
  /** Norms, positions, gates and factors: what views say of the model. */
  readonly anatomy: Anatomy;
  /** The head is the embedding matrix. */
  readonly tied: boolean;
  /** tokenizer.json and tokenizer_config.json, parsed but not checked: the tokenizer layer does that. The former is null where ids are the text. */
  readonly tokenizerJson: unknown;
  readonly tokenizerConfig: unknown;
  readonly bosId: number | null;
  readonly eosIds: readonly number[];
  readonly defaults: GenerationDefaults;
  readonly warnings: readonly ModelWarning[];
  readonly adapter: AdapterDescription;
  /** Number of the device it is on, counted from 1 in the order of opening; `lost` names the same. */
  readonly device: number;
  readonly fromCache: boolean;
  /** True when the weights were stored, so that a second load needs no network. */
  readonly cached: boolean;
  /** True when this worker can read them again without a network: stored, held in memory, or opened from disk. */
  readonly atHand: boolean;
}

/** One drawn token, with the distribution it was drawn from. */
export interface TokenEvent {
  readonly type: 'token';
  readonly run: number;
  /** Position of the token in the sequence; it was predicted by row `position - 1`. */
  readonly position: number;
  readonly id: number;
  /** Raw logit of `id`, and the logsumexp of the whole row: p before sampling = exp(logit - logZ). */
  readonly logit: number;
  readonly logZ: number;
  /** Nats, of the distribution before sampling. */
  readonly entropy: number;
  /** 1 is the likeliest. Before sampling. */
  readonly rank: number;
  /** Probability of `id` after all sampling steps. */
  readonly pAfter: number;
  /** The random number of the draw, in [0, 1). */
  readonly u: number;
  /** The likeliest tokens before sampling, by falling logit. */
  readonly topIds: Uint32Array;
  readonly topLogits: Float32Array;
  /** Milliseconds from the start of the run to this token. */
  readonly ms: number;
  /** It may begin a stop string, and came because the run broke before that was known. */
  readonly held?: true;
}

/** A run that was recorded, as the page needs it to show it. */
export interface RecordedRun {
  /** The whole text: prompt and drawn tokens. */
  readonly ids: readonly number[];
  /** Tokens of the prompt. */
  readonly prompt: number;
  readonly settings: GenerationSettings;
  readonly seed: number;
  /** When it was recorded, milliseconds since 1970. */
  readonly at: number;
  /** Of the tokens after the prompt, in their order. */
  readonly drawn: readonly Omit<TokenEvent, 'type' | 'run'>[];
}

export type FinishReason =
  | 'stop_string'
  | 'end_of_text'
  | 'constraint_complete'
  | 'length'
  | 'context_full'
  | 'cancelled';

export interface FinishedEvent {
  readonly type: 'finished';
  readonly run: number;
  readonly reason: FinishReason;
  /** For `stop_string`: which one. */
  readonly stop: string;
  /**
   * For `stop_string`: bytes of the first removed token that come before the stop string. The page appends them as a typed piece.
   * Tokens that overlap the stop string were never sent.
   */
  readonly piece: Uint8Array;
  readonly generated: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/** A token of one of several answers. */
export interface AnswerTokenEvent extends Omit<TokenEvent, 'type'> {
  readonly type: 'answer_token';
  /** Number of the answer, from 0. */
  readonly answer: number;
}

/** One of several answers is complete; all its tokens came before. */
export interface AnswerEndedEvent extends Pick<FinishedEvent, 'run' | 'reason' | 'stop' | 'piece' | 'generated'> {
  readonly type: 'answer_ended';
  readonly answer: number;
}

interface PrefilledEvent {
  readonly type: 'prefilled';
  readonly run: number;
  /** Positions whose keys and values were already in the cache, and those computed now. */
  readonly reused: number;
  readonly computed: number;
  readonly ms: number;
}

interface RowEvent {
  readonly type: 'row';
  readonly run: number;
  /** Position of the row; it predicts the token at `position + 1`. */
  readonly position: number;
  /** All V logits; of a server log-probabilities of what it shows, and -Infinity for all else. */
  readonly logits: Float32Array;
  /** Of a server: the mass of all that it does not show. */
  readonly outside?: number;
}

/** What the model thought of tokens that were already there: entry i is about the token at `from + i`. */
export interface ScoredEvent {
  readonly type: 'scored';
  readonly run: number;
  /** First position scored; at least 1, since the first token has no prediction. */
  readonly from: number;
  readonly logprobs: Float32Array;
  readonly ranks: Uint32Array;
  readonly entropies: Float32Array;
  readonly logZs: Float32Array;
}

/** A format of weights beside the files as they are, on the rows compared so far. */
export interface Accuracy {
  /** Rows compared so far, and all of them. */
  readonly done: number;
  readonly total: number;
  /** Mean Kullback-Leibler divergence from the rows of the files, and that of the worst row, nats. */
  readonly kl: number;
  readonly worst: number;
  /** Rows with the same likeliest token. */
  readonly same: number;
  readonly perplexity: number;
  /** Of the files as they are. */
  readonly originalPerplexity: number;
}

export type EngineEvent =
  | { readonly type: 'adapter'; readonly run: number; readonly adapter: AdapterDescription }
  | ProgressEvent
  | NoticeEvent
  | InspectedEvent
  /** None where the opened files are one model. */
  | { readonly type: 'listed'; readonly run: number; readonly choices: readonly OpenedChoice[] }
  /** The model that was loaded before has made room for the one this run loads: from here on a failure leaves none. */
  | { readonly type: 'closed'; readonly run: number }
  | { readonly type: 'loaded'; readonly run: number; readonly model: LoadedModel }
  | PrefilledEvent
  | TokenEvent
  | FinishedEvent
  | AnswerTokenEvent
  | AnswerEndedEvent
  | RowEvent
  | ({ readonly type: 'mask'; readonly run: number } & Mask)
  | ScoredEvent
  | SearchedEvent
  | ({ readonly type: 'accuracy'; readonly run: number } & Accuracy)
  | ProbeEvent
  | DebugEvent
  | SelfTestEvent
  | { readonly type: 'cache'; readonly run: number; readonly models: readonly CachedModel[]; readonly usage: number }
  | { readonly type: 'verified'; readonly run: number; readonly key: string; readonly damaged: readonly string[] }
  | {
      readonly type: 'update';
      readonly run: number;
      readonly key: string;
      readonly newer: boolean;
      readonly commit: string;
    }
  /** The device is gone. Run 0: it belongs to no run; runs in progress fail with `device_lost`. */
  | {
      readonly type: 'lost';
      readonly run: 0;
      /** Number of the device: models on later ones do not mind. */
      readonly device: number;
      readonly reason: string;
      readonly message: string;
    }
  /** The pool has grown, or another context is allowed than before. Run 0: it may come amid any run. */
  | { readonly type: 'context'; readonly run: 0; readonly context: ContextState }
  | { readonly type: 'done'; readonly run: number }
  | { readonly type: 'failed'; readonly run: number; readonly error: WireError };

export type EventOf<T extends EngineEvent['type']> = Extract<EngineEvent, { type: T }>;

/** Buffers of an event that move to the page instead of being copied: every typed array of it, made for it alone. */
export function transfers(event: EngineEvent): ArrayBuffer[] {
  const fields: unknown[] = Object.values(event);
  const buffers = fields.flatMap(field => (ArrayBuffer.isView(field) ? [field.buffer as ArrayBuffer] : []));
  return [...new Set(buffers)]; // several arrays of an event may be parts of one
}
