// The subject of a token's way through the model: vectors and attention of one row, and what the cache saves. State and actions of its store.
import type { StoreApi } from 'zustand/vanilla';
import type { EventOf } from '../../protocol/events.ts';
import type { ProbeState } from '../../stores/gpu-work/probe-state.ts';
import type { TaskState } from '../../stores/gpu-work/view-task.ts';
import type { Pass } from '../shared/pass.ts';

/** What came for a pass; null until asked for and answered. */
export interface FollowedPass {
  readonly pass: Pass;
  readonly trace: EventOf<'traced'> | null;
  readonly attention: EventOf<'attention'> | null;
  /** Rows of the head for the likeliest token and the one in the text, where the head is the embedding. */
  readonly heads: HeadRows | null;
}

export interface HeadRows {
  readonly ids: Uint32Array;
  /** [ids, C] */
  readonly rows: Float32Array;
}

interface MeasuredCache {
  /** Tokens of the text when it was measured, and the document's revision then. */
  readonly tokens: number;
  readonly revision: number;
  readonly lengths: readonly EventOf<'cache_measured'>[];
}

interface FollowState {
  /** Of what the step in sight needs. */
  readonly probe: ProbeState;
  /** Of the pass that is looked at, never of another one. */
  readonly followed: FollowedPass | null;
  readonly measured: MeasuredCache | null;
  readonly measuring: TaskState;
}

interface FollowActions {
  /** The view is in sight, or goes out of it. */
  enter(): void;
  leave(): void;
  /** Computes what the step shown needs, whatever it costs. */
  compute(): void;
  stop(): void;
  /** Times one token with and without the cached keys and values of the others, at several lengths of the text. */
  measure(): void;
  /** About how long that would take; 0 where the text is too short for it. */
  secondsToMeasure(): number;
  stopMeasuring(): void;
}

export type FollowStoreState = FollowState & FollowActions;

/** Most lengths that are measured. */
const MOST_LENGTHS = 5;

/** Halves of a text of `tokens` down from all of it, shortest first: what is shown is how both times grow. */
export function lengthsOf(tokens: number): number[] {
  const lengths: number[] = [];
  for (let length = tokens; length >= 2 && lengths.length < MOST_LENGTHS; length = Math.floor(length / 2)) {
    lengths.unshift(length);
  }
  return lengths;
}

/** Rounds of a measurement, and the seconds after which fewer do, as the worker has them. */
const MOST_ROUNDS = 5;
const ENOUGH_SECONDS = 0.4;

/** About how long a measurement takes: the worker goes over each length once to warm up, then several times as long as that stays short. */
export function secondsToMeasure(tokens: number, secondsOf: (length: number) => number): number {
  const passes = lengthsOf(tokens).map(length => {
    const once = secondsOf(length);
    return once * (1 + Math.min(MOST_ROUNDS, Math.max(1, Math.ceil(ENOUGH_SECONDS / once))));
  });
  return passes.reduce((sum, each) => sum + each, 0);
}
export type FollowStore = StoreApi<FollowStoreState>;
