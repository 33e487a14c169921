// What the page asks of the worker about the kernels of the loaded model on this GPU, and what it answers: each variant with its error.

/** Runs every variant of a kernel that the loaded model uses and that has no verdict here, against float64. */
export interface SelfTestCommand {
  readonly type: 'self_test';
  readonly run: number;
  /** The verdicts of this adapter first. */
  readonly forget: boolean;
  /** Looks at the kernels of several answers too, which most texts never use. */
  readonly several: boolean;
}

/** A kernel with the storage that it reads. */
export interface CheckedVariant {
  /** `linear_row q4_k`, `attention`. */
  readonly name: string;
  /** The largest difference to float64, as a share of the number and of the size of its row; null where a number was none. */
  readonly error: number | null;
  /** Repetitions that were wrong, at most, of `repetitions`. */
  readonly wrong: number;
  /** Another variant has taken its place. */
  readonly off: boolean;
}

export interface SelfTestReport {
  /** All that the model uses, and those that are switched off. */
  readonly variants: readonly CheckedVariant[];
  readonly repetitions: number;
  /** Of `error`: more is wrong. */
  readonly bound: number;
  /** What of it was run now; the rest was kept from an earlier time. */
  readonly ran: number;
  /** The first 16 digits of the hash of all shaders. */
  readonly build: string;
  readonly browser: string;
}

export type SelfTestEvent =
  | { readonly type: 'self_testing'; readonly run: number; readonly done: number; readonly of: number }
  | { readonly type: 'self_tested'; readonly run: number; readonly report: SelfTestReport };
