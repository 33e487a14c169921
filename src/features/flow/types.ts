// The subject of the whole model in one picture: what came for one pass. State and actions of its store.
import type { StoreApi } from 'zustand/vanilla';
import type { EventOf } from '../../protocol/events.ts';
import type { ProbeState } from '../../stores/gpu-work/probe-state.ts';
import type { Pass } from '../shared/pass.ts';

/** The likeliest token where a layer was the last. */
export interface LensTop {
  readonly id: number;
  readonly logprob: number;
}

/** What came for a pass; null until it is here. */
export interface Flow {
  readonly pass: Pass;
  readonly trace: EventOf<'traced'> | null;
  readonly attention: EventOf<'attention'> | null;
  /** Of the embedding and of each layer, as far as they have come. [L + 1] */
  readonly lens: readonly LensTop[];
}

interface FlowState {
  readonly probe: ProbeState;
  /** Of the pass that is looked at, never of another one. */
  readonly flow: Flow | null;
}

interface FlowActions {
  /** The view is in sight, or goes out of it. */
  enter(): void;
  leave(): void;
  /** Computes what is missing, whatever it costs. */
  compute(): Promise<void>;
  stop(): void;
}

export type FlowStoreState = FlowState & FlowActions;
export type FlowStore = StoreApi<FlowStoreState>;
