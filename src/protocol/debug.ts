// What the debug panel asks of the worker, and what it answers: the plans as they run, the modules they join, and every op against the oracle.

export type DebugCommand =
  /** The plans of the open model and the text of every module they run. */
  | { readonly type: 'debug_plan'; readonly run: number }
  /** Forgets which kernels were measured on this adapter, and answers as `debug_plan`: the next load measures anew. */
  | { readonly type: 'debug_forget_tuning'; readonly run: number }
  /**
   * Runs `tokens`, 1 to 16 of them, and compares what every op gave with the float64 oracle, which starts each layer from the GPU's own stream:
   * the embedding, each layer, the last norm and head; or layer `layer` alone. Up to 4 tokens take the kernels of a decode step.
   */
  | { readonly type: 'debug_check'; readonly run: number; readonly tokens: Uint32Array; readonly layer: number | null };

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
  /** More multiply-adds than the oracle does here. Nothing was run. */
  | { readonly type: 'debug_refused'; readonly run: number; readonly work: number; readonly limit: number };
