// What a step of sampling is: one record with its setting, its words for people, and what it does.
import { type NumericFields, type NumericSetting, numeric, type Setting } from '../setting.ts';
import type { Slice } from '../slice.ts';

/** Order in which the cuts run. `transformers`: temperature before them; `llama.cpp`: cuts first, temperature last. */
export type SamplerOrder = 'transformers' | 'llama.cpp';

/** What is known of the text before the drawn position, on this branch. Counted when first asked for. */
export interface Past {
  /** How often each id occurs. */
  readonly seen: ReadonlyMap<number, number>;
  /** How often each id was drawn or chosen. */
  readonly drawn: ReadonlyMap<number, number>;
  /** End-of-text ids, where they may not be drawn; else empty. */
  readonly ends: readonly number[];
}

/** Sets the logit of an id to what `to` makes of it; -Infinity cuts the id. Ids that the row lacks or rules out are passed over. */
export type Change = (id: number, to: (logit: number) => number) => void;

/** What every step says of itself. */
export interface StepWords<T> {
  readonly label: string;
  /** One line: what it does. */
  readonly explanation: string;
  /** The value does nothing. */
  isOff(value: T): boolean;
  /** The value as a short text; '' where there is none to show. */
  shown(value: T): string;
}

/** Changes single logits. These come first, in the order of the list, whatever the sampler order. */
export interface LogitStep<K extends string = string, T = unknown> extends Setting<K, T>, StepWords<T> {
  readonly kind: 'logit';
  /** Whether it does anything at a place with this past. */
  acts(value: T, past: Past): boolean;
  /** The ids whose logits it changes there. */
  ids(value: T, past: Past): Iterable<number>;
  apply(value: T, past: Past, change: Change): void;
}

/** Cuts a softmax down to fewer tokens, or divides its logits. */
export interface CutStep<K extends string = string> extends NumericSetting<K>, StepWords<number> {
  readonly kind: 'cut';
  /** Where it comes among the cuts of each sampler order, from the lowest number up. */
  readonly place: Readonly<Record<SamplerOrder, number>>;
  apply(slice: Slice, value: number): Slice;
}

/** A step on logits whose setting is one number. */
export interface PenaltyStep<K extends string = string> extends LogitStep<K, number>, NumericFields<K> {}

export type Step<K extends string = string> = LogitStep<K> | CutStep<K>;

/** The settings of a list of steps, by their keys. */
export type ValuesOf<L extends readonly Step[]> = { readonly [S in L[number] as S['key']]: S['default'] };

const numericWords = (off: number | null) => ({ isOff: (value: number) => value === off, shown: String });

export function cutStep<const K extends string>(
  fields: NumericFields<K> & Pick<CutStep<K>, 'place' | 'apply'>,
): CutStep<K> {
  return { ...fields, ...numeric(fields), ...numericWords(fields.off), kind: 'cut' };
}

/** A number that moves the logits of ids of the past. */
export function penaltyStep<const K extends string>(
  fields: NumericFields<K> & {
    readonly ids: (past: Past) => Iterable<number>;
    readonly apply: (value: number, past: Past, change: Change) => void;
  },
): PenaltyStep<K> {
  const { isOff, shown } = numericWords(fields.off);
  return {
    ...fields,
    ...numeric(fields),
    kind: 'logit',
    isOff,
    shown,
    acts: value => !isOff(value),
    ids: (_, past) => fields.ids(past),
  };
}

/** True for a step whose setting is one number. */
export function isNumeric<S extends Step>(step: S): step is Extract<S, { readonly default: number }> {
  return 'travel' in step;
}
