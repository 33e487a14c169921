// What the debug panel asks of the worker, and what it answers: the plans as they run, the modules they join, every op against the oracle, and how long
// each takes.
import type { GenerationSettings } from '../sampling/settings.ts';

export type DebugCommand =
  /** The plans of the open model and the text of every module they run. */
  | { readonly type: 'debug_plan'; readonly run: number }
  /** Forgets which kernels were measured on this adapter, and answers as `debug_plan`: the next load measures anew. */
  | { readonly type: 'debug_forget_tuning'; readonly run: number }
  /**
   * Runs `tokens`, 1 to 16 of them, and compares what every op gave with the float64 oracle, which starts each layer from the GPU's own stream:
   * the embedding, each layer, the last norm and head; or layer `layer` alone. Up to 4 tokens take the kernels of a decode step.
   */
  | { readonly type: 'debug_check'; readonly run: number; readonly tokens: Uint32Array; readonly layer: number | null }
  /** Measures how long each dispatch of a step takes, in slots of its own. `tokens`, again and again where they are too few, are the text. */
  | {
      readonly type: 'debug_profile';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly of: ProfiledStep;
      /** By which the tokens of a run are drawn, of which a decode step is one. */
      readonly settings: GenerationSettings;
    };

/** A decode step at a position, or a step of the first `rows` positions of a text; both as far as the model and its context go. */
export type ProfiledStep =
  | { readonly kind: 'decode'; readonly position: number }
  | { readonly kind: 'prefill'; readonly rows: number };

export interface DebugModule {
  readonly kernel: string;
  /** Of the matrix it reads; '' for kernels that read none. */
  readonly storage: string;
  readonly code: string;
}

export interface DebugBinding {
  readonly binding: string;
  readonly access: 'read' | 'read_write';
  readonly buffer: string;
  /** Of the piece that is bound. */
  readonly bytes: number;
}

export interface DebugDispatch {
  readonly label: string;
  /** Place in `modules`. */
  readonly module: number;
  /** Workgroups along x, y, z; `T/8`: one for every 8 rows of the step. */
  readonly grid: readonly [string, string, string];
  readonly bind: readonly DebugBinding[];
}

/** How the threads of a product of a few rows are chosen. */
export interface DebugTeam {
  /** Op, outputs and columns, storage. */
  readonly product: string;
  readonly threads: string;
  /** On this adapter; by rule else. */
  readonly measured: boolean;
}

export interface DebugOp {
  readonly op: string;
  /** Values [T, width] that are read and written. */
  readonly reads: readonly DebugValue[];
  readonly writes: DebugValue | null;
  readonly weight: { readonly name: string; readonly shape: readonly number[]; readonly bytes: number } | null;
  readonly dispatches: readonly DebugDispatch[];
}

export interface DebugValue {
  readonly name: string;
  readonly width: number;
}

export interface DebugPlan {
  /** `row`: a decode step; `long`: one far into a text, of models whose texts grow long; `tile`: a step of many rows. */
  readonly rows: 'row' | 'long' | 'tile';
  /** The ops of the body, then the head. */
  readonly ops: readonly DebugOp[];
}

/** What one op gave, beside the oracle. */
export interface DebugCheck {
  readonly label: string;
  readonly shape: readonly [number, number];
  /** Mean squared error over the mean square of the oracle's numbers. */
  readonly nmse: number;
  /** The largest difference, where it is, and the two numbers. */
  readonly worst: { readonly row: number; readonly column: number; readonly got: number; readonly wanted: number };
}

/** One dispatch. Bytes that it has to move, each counted once: of weights, of cached keys, values and states that it reads, of all else. */
export interface ProfiledDispatch {
  /** `h.0.attn.c_attn (linear_row)`. */
  readonly label: string;
  readonly kernel: string;
  /** Of the matrix it reads; '' for kernels that read none. */
  readonly storage: string;
  /** On the GPU. */
  readonly ms: number;
  readonly weightBytes: number;
  readonly cacheBytes: number;
  readonly valueBytes: number;
  /** Operations on numbers; a multiply-add is two. */
  readonly flops: number;
}

/** Where the time of tokens of a run went, in milliseconds a token, on average. */
export interface ProfiledRun {
  readonly tokens: number;
  readonly ms: number;
  /** Steps written down and submitted. */
  readonly encode: number;
  /** For the GPU. */
  readonly wait: number;
  /** The draw and its proof. */
  readonly draw: number;
}

export interface Profile {
  /** What was measured, cut to what the model and its context allow. */
  readonly of: ProfiledStep;
  /** `timestamps` of the GPU around a pass; `submits`: this side's clock from the submit to the answer, less what an empty one takes. */
  readonly by: 'timestamps' | 'submits';
  /** What this adapter reads, in bytes a second, and computes, in f32 operations a second, at most. */
  readonly peak: { readonly bandwidth: number; readonly flops: number };
  /** In the order of the plan. */
  readonly dispatches: readonly ProfiledDispatch[];
  /** All of them as one pass. Milliseconds on the GPU. */
  readonly stepMs: number;
  /** Of a decode step, where the context has room for a run behind it. */
  readonly run: ProfiledRun | null;
}

export type DebugEvent =
  | {
      readonly type: 'debug_plan';
      readonly run: number;
      readonly modules: readonly DebugModule[];
      readonly plans: readonly DebugPlan[];
      /** Each product of a token once; none on a CPU that plays a GPU, which has one kernel for all. */
      readonly teams: readonly DebugTeam[];
    }
  /** Ops of one layer, in their order; `part` of `parts` of the model are done. */
  | {
      readonly type: 'debug_checked';
      readonly run: number;
      readonly part: number;
      readonly parts: number;
      readonly checks: readonly DebugCheck[];
    }
  /** So much of a profile is measured. */
  | { readonly type: 'debug_profiling'; readonly run: number; readonly done: number; readonly of: number }
  | { readonly type: 'debug_profiled'; readonly run: number; readonly profile: Profile }
  /** More multiply-adds than the oracle does here. Nothing was run. */
  | { readonly type: 'debug_refused'; readonly run: number; readonly work: number; readonly limit: number };
