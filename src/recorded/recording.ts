// What a recording holds of one run, file by file. The first file opens the text with all rows; the others come with the views that read them.
import type { LoadedModel, RecordedRun } from '../protocol/events.ts';
import type { Baseline, Part } from '../protocol/probe-commands.ts';
import type { CacheMeasuredEvent, GrownEvent, TracedEvent } from '../protocol/probe-events.ts';
import type { SearchCommand, SearchedEvent } from '../protocol/search.ts';

/** T tokens, L layers, V ids. */
export interface Recording {
  readonly model: Omit<LoadedModel, 'tokenizerJson' | 'tokenizerConfig' | 'recorded'>;
  readonly run: RecordedRun;
  /** Logits after each token. [T][V] */
  readonly rows: readonly Float32Array[];
  readonly lens: RecordedLens;
  /** Weights of all heads at each position. [T][L, NH, position + 1] */
  readonly attention: readonly Float32Array[];
  readonly sweeps: readonly RecordedSweep[];
  readonly grown: Pick<GrownCommand, 'depth' | 'children' | 'floor'> & {
    readonly events: readonly Answer<GrownEvent>[];
  };
  readonly cache: readonly Answer<CacheMeasuredEvent>[];
}

type GrownCommand = { readonly depth: number; readonly children: number; readonly floor: number };

/** An event that belongs to no run yet. */
export type Answer<E> = Omit<E, 'type' | 'run'>;

/** Every array is [L + 1, T]. */
export interface RecordedLens {
  readonly topIds: Uint32Array;
  readonly topLogprobs: Float32Array;
  readonly divergences: Float32Array;
  /** By the id that is asked for. */
  readonly asked: readonly { readonly id: number; readonly logprobs: Float32Array; readonly ranks: Uint32Array }[];
}

/** The model as it is first, then with each of `parts` off: what becomes of `id` after the first `tokens` tokens. */
export interface RecordedSweep {
  readonly tokens: number;
  readonly id: number;
  readonly baseline: Baseline;
  readonly parts: readonly (Part | null)[];
  readonly logprobs: Float32Array;
  readonly ranks: Uint32Array;
  readonly topIds: Uint32Array;
  readonly topLogprobs: Float32Array;
  readonly divergences: Float32Array;
}

/** Of the whole text, each of these sets off with zeros in its place. */
export interface RecordedAblations {
  readonly takes: readonly {
    readonly off: readonly Part[];
    readonly logits: Float32Array;
    /** Of the tokens from the second on. */
    readonly logprobs: Float32Array;
  }[];
}

/** Of one position; `ids` are those whose rows of the embedding matrix are there. */
export interface RecordedTrace {
  readonly ids: Uint32Array;
  readonly traced: Answer<TracedEvent>;
}

export interface RecordedSearches {
  readonly takes: readonly {
    readonly asked: Omit<SearchCommand, 'type' | 'run' | 'tokens'>;
    readonly events: readonly Answer<SearchedEvent>[];
  }[];
}

/** Files of the recording, beside each other. */
export const FILES = {
  run: 'run.rec',
  ablations: 'ablations.rec',
  searches: 'searches.rec',
  trace: (position: number): string => `trace-${position}.rec`,
} as const;
