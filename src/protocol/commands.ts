// What the page asks of the worker. Every command carries the id of its run; events of the run carry it back.
import type { ModelSource, Origins } from '../lib/model-source.ts';
import type { FormatChoice } from '../lib/weight-format.ts';
import type { GenerationSettings } from '../sampling/settings.ts';
import type { Constraint } from '../sampling/steps/constraint.ts';
import type { DebugCommand } from './debug.ts';
import type { ProbeCommand } from './probe-commands.ts';
import type { SearchCommand } from './search.ts';
import type { SelfTestCommand } from './self-test.ts';

/** A command that has no number yet. */
export type Unnumbered<C> = C extends { readonly run: number } ? Omit<C, 'run'> : never;

/** Continuations of one `answers` command at most. */
export const MOST_ANSWERS = 16;

/** What one of several continuations is drawn by. */
export interface AnswerDraw {
  readonly seed: number;
  readonly sample: number;
  /** In place of that of all. */
  readonly temperature?: number;
  readonly top_p?: number;
}

/** The settings of one continuation, from those of all. */
export function settingsOfAnswer(settings: GenerationSettings, draw: AnswerDraw): GenerationSettings {
  const { temperature = settings.temperature, top_p = settings.top_p } = draw;
  return { ...settings, temperature, top_p };
}

/** A text, and what the tokens after it are drawn by. */
export interface TextToContinue {
  /** The text so far [1 .. allowed]. */
  readonly tokens: Uint32Array;
  /** 1 where the id was drawn or chosen, 0 where it was typed: frequency and presence penalties count the former alone. [T] */
  readonly drawn: Uint8Array;
  /** Probability after sampling of what mirostat has drawn with these settings, NaN for every other token; left out where it is off. [T] */
  readonly pAfter?: Float64Array;
  /** 1 where a token was drawn by the constraint of these settings, or chosen; left out where there is none. [T] */
  readonly constrained?: Uint8Array;
  /** Ids of the negative prompt; left out where guidance is off. */
  readonly negative?: Uint32Array;
  readonly settings: GenerationSettings;
}

export type Command =
  | { readonly type: 'adapter'; readonly run: number }
  /** What a model would need, from its listing and its safetensors header, before any download. */
  | { readonly type: 'inspect'; readonly run: number; readonly source: ModelSource; readonly origins: Origins }
  /** Which models there are among opened files, by their names: nothing is read. */
  | { readonly type: 'list_opened'; readonly run: number; readonly files: readonly File[] }
  | {
      readonly type: 'load';
      readonly run: number;
      readonly source: ModelSource;
      readonly origins: Origins;
      /** For `local`: the opened files. */
      readonly files?: readonly File[];
      /** Store the files in IndexedDB. */
      readonly keep: boolean;
      /** Look past a cached copy and fetch the revision anew. */
      readonly refresh: boolean;
      /** Tokens that a text may have; as memory suggests where it is not given. */
      readonly allowed?: number;
      /** For `server`: what it asks for, sent to its address alone. Lives in the tab. */
      readonly key?: string;
      /** A recording of the model is opened in its place: nothing is computed, and no GPU is needed. `meanwhile`: until the model itself is here, whose load is under way. */
      readonly recorded?: true | 'meanwhile';
      /** Keep keys and values in f16, in half the memory. */
      readonly kv?: 'f16';
      /** With smaller steps and fewer slots: the device was lost under more. */
      readonly light?: boolean;
      /**
       * How matrices of floats are stored on the GPU; as in the files where it is not given, or in the largest format that fits where that does not. Where
       * there turns out to be no memory for the weights as stored, the next smaller format is taken.
       */
      readonly format?: FormatChoice;
    }
  /** Another number of tokens that a text may have, for the model that is loaded. */
  | { readonly type: 'allow_context'; readonly run: number; readonly tokens: number }
  /** Computes what the cache lacks of `tokens`, and sends the row that predicts the next token. */
  | { readonly type: 'prefill'; readonly run: number; readonly tokens: Uint32Array }
  | ({
      readonly type: 'generate';
      readonly run: number;
      readonly seed: number;
      /** The first draw may not be an end-of-text token, whatever `settings.end_of_text` says: the run goes on past the end. */
      readonly pastEnd?: boolean;
      /** Number of the text among those with this seed; 0 where it is not given. */
      readonly sample?: number;
    } & TextToContinue)
  /** Several continuations of one text, each as `generate` draws it with its own seed, sample and settings. */
  | ({
      readonly type: 'answers';
      readonly run: number;
      /** Of each answer, 1 to MOST_ANSWERS. */
      readonly draws: readonly AnswerDraw[];
    } & TextToContinue)
  /** All logits of the row at `position`: the prediction of the token at `position + 1`. */
  | { readonly type: 'row'; readonly run: number; readonly tokens: Uint32Array; readonly position: number }
  /** Which tokens a constraint lets follow `tokens`; `constrained` as in TextToContinue. */
  | {
      readonly type: 'mask';
      readonly run: number;
      readonly tokens: Uint32Array;
      readonly constrained: Uint8Array;
      readonly constraint: Constraint;
    }
  /** Log-probability, rank and entropy of `tokens[from...]`, in tiles; cancellable. */
  | { readonly type: 'score'; readonly run: number; readonly tokens: Uint32Array; readonly from: number }
  /** What the format of the loaded weights changes on `tokens`: the files are read again, and loaded beside it as they are for that long. */
  | {
      readonly type: 'measure_accuracy';
      readonly run: number;
      readonly source: ModelSource;
      readonly origins: Origins;
      /** For `local`: the opened files. */
      readonly files?: readonly File[];
      readonly tokens: Uint32Array;
    }
  /** Likely continuations, looked for rather than drawn. */
  | SearchCommand
  | ProbeCommand
  | DebugCommand
  | SelfTestCommand
  | { readonly type: 'cancel'; readonly run: number }
  | { readonly type: 'cache_list'; readonly run: number }
  | { readonly type: 'cache_verify'; readonly run: number; readonly key: string }
  | { readonly type: 'cache_delete'; readonly run: number; readonly key: string }
  /** Asks the Hub whether the revision has moved on since the copy was stored. */
  | { readonly type: 'cache_check'; readonly run: number; readonly key: string; readonly origins: Origins };

export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;
