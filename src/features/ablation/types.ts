// The ablation subject: what is switched off, what that changes, and which part matters most. State and actions of its store.
import type { StoreApi } from 'zustand/vanilla';
import type { Baseline, Part } from '../../protocol/probe-commands.ts';
import type { RankedRow } from '../../sampling/row.ts';
import type { ProbeState } from '../../stores/gpu-work/probe-state.ts';
import type { TaskState } from '../../stores/gpu-work/view-task.ts';

/** The model on one text, with or without parts switched off. */
export interface Measured {
  /** What is expected at the place, before sampling; null at the first token, which nothing predicts. */
  readonly row: RankedRow | null;
  /** Log-probability of every token where it stands, nats; NaN for the first. [T] */
  readonly logprobs: Float32Array;
}

/** The model as it is beside the model with parts switched off, on one text and one place. */
export interface Comparison {
  /** The text. */
  readonly ids: Uint32Array;
  /** Position of the token that the rows predict; `ids.length` at the end of the text. */
  readonly position: number;
  readonly off: readonly Part[];
  readonly baseline: Baseline;
  readonly plain: Measured;
  readonly ablated: Measured;
}

/** What the model makes of the asked token with one part off, or with none. Before sampling; nats. */
export interface SweptNumbers {
  readonly logprob: number;
  /** 1 is the likeliest. */
  readonly rank: number;
  /** Of the whole distribution from the one with everything on. */
  readonly divergence: number;
  readonly topId: number;
  readonly topLogprob: number;
}

export interface SweptPart extends SweptNumbers {
  readonly part: Part;
}

/** Parts switched off one at a time. What has arrived stays when it is stopped. */
export interface Sweep {
  /** The tokens before the place. */
  readonly ids: Uint32Array;
  /** The token whose log-probability is told. */
  readonly id: number;
  readonly baseline: Baseline;
  /** Heads alone, or with the attention and the MLP of every layer. */
  readonly scope: SweepScope;
  /** All parts that are to be tried. */
  readonly parts: readonly Part[];
  readonly plain: SweptNumbers | null;
  /** In the order of `parts`. */
  readonly swept: readonly SweptPart[];
}

type SweepScope = 'heads' | 'all';

/** Where the continuation begins whose log-probability is summed: at the selected token, or with the text. */
type ContinuationStart = 'selected' | 'text';

export interface AblationState {
  /** Of the comparison; empty where no token has a prediction. */
  readonly probe: ProbeState;
  readonly off: readonly Part[];
  readonly canUndo: boolean;
  readonly baseline: Baseline;
  readonly start: ContinuationStart;
  /** The last one that was computed of this model: of the text, the place and the switches as they are once `probe` is ready. */
  readonly comparison: Comparison | null;
  /** The token a sweep asks for, as chosen; null for the one that stands at the place, or the likeliest at the end. */
  readonly chosenTarget: number | null;
  /** The token a sweep would ask for; null as long as it is not known. */
  readonly target: number | null;
  readonly scope: SweepScope;
  readonly sweep: Sweep | null;
  /** `sweep` is of the place, the token, the baseline and the text before it as they are. */
  readonly sweepCurrent: boolean;
  readonly sweepTask: TaskState;
  /** Seconds a sweep from the start would take; null where none can be made. */
  readonly sweepSeconds: number | null;
}

interface AblationActions {
  /** The view is on the page: results come, and are kept up to date. */
  enter(): void;
  /** The view has gone: work ends, and some time later the memory on the GPU is given back. */
  leave(): void;
  toggle(part: Part): void;
  toggleLayer(layer: number): void;
  /** Switches off this part and nothing else. */
  only(part: Part): void;
  /** Everything on. */
  reset(): void;
  /** Takes back the last change of the switches. */
  undo(): void;
  setBaseline(baseline: Baseline): void;
  setStart(start: ContinuationStart): void;
  /** Computes what is missing, whatever it costs. */
  compute(): Promise<void>;
  stop(): void;
  setTarget(id: number | null): void;
  setScope(scope: SweepScope): void;
  /** Begins a sweep, or goes on with the one that was stopped. */
  runSweep(): Promise<void>;
  stopSweep(): void;
}

export type AblationStoreState = AblationState & AblationActions;
export type AblationStore = StoreApi<AblationStoreState>;
