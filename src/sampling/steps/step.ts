// What a step of sampling is: one record with its setting, its words for people, and what it does.
import type { Past } from '../past.ts';
import { type NumericFields, type NumericSetting, numeric, type Setting } from '../setting.ts';
import type { Slice } from '../slice.ts';

/** Order in which the cuts run. `transformers`: temperature before them; `llama.cpp`: cuts first, temperature last. */
export type SamplerOrder = 'transformers' | 'llama.cpp';

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
  /** Settings beside its own that it looks at. */
  readonly beside: readonly Setting[];
  /** Few turn it on: panels fold it away until somebody does. */
  readonly rare?: boolean;
}

/** Changes single logits. These come first, in the order of the list, whatever the sampler order. */
export interface LogitStep<K extends string = string, T = unknown> extends Setting<K, T>, StepWords<T> {
  readonly kind: 'logit';
  /** Whether it does anything at a place with this past. */
  acts(value: T, past: Past): boolean;
  /** The ids whose logits it changes there. */
  ids(value: T, past: Past): Iterable<number>;
  apply(value: T, past: Past, change: Change): void;
  /** What it did there, in a few words, where the value alone does not tell. */
  told?(value: T, past: Past): string;
}

/** Cuts a softmax down to fewer tokens, or divides its logits. */
export interface CutStep<K extends string = string> extends NumericSetting<K>, StepWords<number> {
  readonly kind: 'cut';
  /** Where it comes among the cuts of each sampler order, from the lowest number up. */
  readonly place: Readonly<Record<SamplerOrder, number>>;
  apply(slice: Slice, value: number, past: Past): Slice;
  /** What it did there, in a few words, where the value alone does not tell. */
  told?(slice: Slice, value: number, past: Past): string;
}

/** Makes a row of logits into another one, before all other steps. */
export interface RowStep<K extends string = string> extends NumericSetting<K>, StepWords<number> {
  readonly kind: 'row';
  /** Null where what it needs is not there. */
  apply(logits: Float32Array, value: number, past: Past): Float32Array | null;
}

/** Cuts what may not follow: behind all steps on logits and before every cut, in both orders. */
export interface MaskStep<K extends string = string, T = unknown> extends Setting<K, T>, StepWords<T> {
  readonly kind: 'mask';
  /** The same slice where it knows nothing of the place. */
  apply(slice: Slice, value: T, past: Past): Slice;
  told(past: Past): string;
}

/** A step on logits whose setting is one number. */
export interface PenaltyStep<K extends string = string> extends LogitStep<K, number>, NumericFields<K> {}

export type Step<K extends string = string> = RowStep<K> | LogitStep<K> | MaskStep<K> | CutStep<K>;

/** The settings beside those of the steps themselves. */
export type BesideOf<L extends readonly Step[]> = L[number]['beside'][number];

/** The settings of a list of steps, by their keys. */
export type ValuesOf<L extends readonly Step[]> = {
  readonly [S in L[number] | BesideOf<L> as S['key']]: S['default'];
};

const numericWords = (off: number | null) => ({ isOff: (value: number) => value === off, shown: String });

interface WithBeside<B = readonly []> {
  readonly beside: B;
}

type CutFields<K extends string> = NumericFields<K> &
  Pick<CutStep<K>, 'place' | 'apply' | 'told' | 'rare'> &
  Partial<WithBeside<readonly Setting[]>>;

export function cutStep<const K extends string, const B extends readonly Setting[]>(
  fields: CutFields<K> & WithBeside<B>,
): CutStep<K> & WithBeside<B>;
export function cutStep<const K extends string>(fields: CutFields<K>): CutStep<K> & WithBeside;
export function cutStep<const K extends string>(fields: CutFields<K>): CutStep<K> {
  return { ...fields, ...numeric(fields), ...numericWords(fields.off), kind: 'cut', beside: fields.beside ?? [] };
}

export function rowStep<const K extends string, const B extends readonly Setting[]>(
  fields: NumericFields<K> & Pick<RowStep<K>, 'apply' | 'rare'> & WithBeside<B>,
): RowStep<K> & WithBeside<B> {
  return { ...fields, ...numeric(fields), ...numericWords(fields.off), kind: 'row' };
}

type PenaltyFields<K extends string> = NumericFields<K> &
  Pick<PenaltyStep<K>, 'apply' | 'told' | 'rare'> &
  Partial<WithBeside<readonly Setting[]>> & { readonly ids: (past: Past) => Iterable<number> };

/** A number that moves the logits of ids of the past. */
export function penaltyStep<const K extends string, const B extends readonly Setting[]>(
  fields: PenaltyFields<K> & WithBeside<B>,
): PenaltyStep<K> & WithBeside<B>;
export function penaltyStep<const K extends string>(fields: PenaltyFields<K>): PenaltyStep<K> & WithBeside;
export function penaltyStep<const K extends string>(fields: PenaltyFields<K>): PenaltyStep<K> {
  const { isOff, shown } = numericWords(fields.off);
  return {
    ...fields,
    ...numeric(fields),
    kind: 'logit',
    beside: fields.beside ?? [],
    isOff,
    shown,
    acts: value => !isOff(value),
    ids: (_, past) => fields.ids(past),
  };
}

/** True for a setting, or a step whose setting it is, that is one number. */
export function isNumeric<S extends Setting>(setting: S): setting is Extract<S, { readonly default: number }> {
  return 'travel' in setting;
}
