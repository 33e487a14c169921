// The run subject: from Run to the reason it ended. State and actions of its store.

import type { StoreApi } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import type { Clock } from '../../lib/limit.ts';
import type { FinishReason, WireError } from '../../protocol/events.ts';
import type { DocumentStore, DocumentToken } from '../document/types.ts';
import type { Scheduler } from '../gpu-work/scheduler.ts';
import type { ModelState, ModelStore } from '../model/types.ts';
import type { SettingsStore } from './settings.ts';

/** How a run, or a single step, came to its end. */
export interface FinishedStatus {
  readonly kind: 'finished';
  readonly steps: 'run' | 'step';
  readonly reason: FinishReason;
  /** The stop string that ended it, else ''. */
  readonly stop: string;
  readonly generated: number;
}

export type RunStatus =
  | { readonly kind: 'idle' }
  /** The model is still loading; the run begins by itself when it is there. */
  | { readonly kind: 'waiting' }
  /** Run pressed; the prompt is being computed. */
  | { readonly kind: 'prefilling' }
  | { readonly kind: 'generating' }
  | { readonly kind: 'stopping' }
  /** The text asks for an answer from outside: the run goes on when it is there. */
  | { readonly kind: 'asking'; readonly command: string }
  | FinishedStatus
  /** `keep_tail` is offered when `error.code` is `prompt_too_long`; detail: `tokens`, `limit`, `excess`. */
  | { readonly kind: 'failed'; readonly error: WireError };

/** Numbers of the last run, null until known. */
export interface RunStats {
  /** Positions found in the KV cache, and those computed. */
  readonly reused: number | null;
  readonly computed: number | null;
  readonly prefillMs: number | null;
  readonly generated: number;
  /** Of the decode: the first token is left out. */
  readonly tokensPerSecond: number | null;
  /** Milliseconds from the start of the run to its first token. */
  readonly firstTokenMs: number | null;
}

export interface GenerationState {
  readonly status: RunStatus;
  /** The seed of the last run; null before the first. */
  readonly seed: number | null;
  readonly stats: RunStats;
  /** A run is under way and has said nothing for ten seconds: the model is large for its adapter. */
  readonly slow: boolean;
  /** There is a last run at the end of the text that `regenerate` would draw anew. */
  readonly canRegenerate: boolean;
}

/** What answers in the middle of runs: parts of a run end at its stop string, which goes into the text. */
export interface Rounds {
  readonly stop: string;
  /** The command that a text ends with; null where it ends with none. */
  asked(tokens: readonly DocumentToken[]): string | null;
  /**
   * The answer, as tokens for the end of the text; null where there is none, and the run ends. Rejects when `signal` is aborted.
   * @param round of the run, from 1
   */
  answer(round: number, signal: AbortSignal): Promise<readonly DocumentToken[] | null>;
}

interface GenerationActions {
  /** Runs from now on are answered so; null: by nobody. */
  answerBy(rounds: Rounds | null): void;
  /** Each resolves when its run has ended; the outcome is in `status`. None rejects. */
  run(): Promise<void>;
  /** From the caret; what stands behind it stays as a branch. With the caret at an end of the text the same as `run`. */
  runFromCaret(): Promise<void>;
  /** One token. */
  step(): Promise<void>;
  stop(): void;
  /**
   * Goes on where the last run met an end: with the end-of-text token ruled out of the next draw, or with the stop string written
   * into the text. Does nothing after any other end.
   */
  goPast(): Promise<void>;
  /** A person takes the text over: a run that has begun stops, and what it still has to say is dropped. */
  interrupt(): void;
  /**
   * A run that belongs to the step of the history just made, unless it goes on with what was drawn before; it ends at these strings, too. Past an
   * end-of-text token it goes on with another one.
   */
  reply(stop: readonly string[], goesOn: boolean): Promise<void>;
  /** Takes the last run away and draws again, with a fresh seed unless it is locked. */
  regenerate(): Promise<void>;
  /** Cuts from token `index` on ('end': nothing), puts `id` there as chosen, and runs. */
  continueFrom(index: number | 'end', id: number): Promise<void>;
  /** Drops tokens from the start until prompt and a continuation fit the context. */
  keepTail(): void;
  /** Back to idle from finished or failed. */
  dismiss(): void;
  /** The seed of the last run, as a reload kept it. */
  restore(seed: number | null): void;
}

export type GenerationStoreState = GenerationState & GenerationActions;

/** True while a run is under way, from the press of Run to the last event. */
export function isRunning(status: RunStatus): boolean {
  return (
    status.kind === 'waiting' ||
    status.kind === 'prefilling' ||
    status.kind === 'generating' ||
    status.kind === 'asking' ||
    status.kind === 'stopping'
  );
}

/** True while a run has the model to itself: one that waits for a model on its way leaves the recording that stands in for it alone. */
export function isComputing(status: RunStatus, { coming }: Pick<ModelState, 'coming'>): boolean {
  return isRunning(status) && (status.kind !== 'waiting' || coming === null);
}

export type GenerationStore = StoreApi<GenerationStoreState>;

export interface GenerationOptions extends Clock {
  readonly client: Client;
  readonly scheduler: Scheduler;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly settings: SettingsStore;
  /** Calls back before the next paint. */
  readonly requestFrame: (callback: () => void) => void;
  readonly freshSeed: () => number;
  /** Milliseconds since 1970. */
  readonly date: () => number;
}
