// A setting as a record: its name, its default, what it accepts; one that is a number also says how a panel shows it.

/** T: the type of its value. */
export interface Setting<K extends string = string, T = unknown> {
  readonly key: K;
  readonly default: T;
  /** What it was where nobody names it, as in a text from before there was this setting: off, or the default where it has no off. */
  readonly unnamed: T;
  /** The nearest accepted value; the default for what is of another type. Never throws. */
  clamp(value: unknown): T;
  /** Why a value cannot be used; null for one that can. */
  fault(value: T): string | null;
}

/** What is accepted. A slider may offer less, a number field offers all of it. */
interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** What lies between 0 and this is read as 0. */
  readonly least?: number;
}

/** What a panel shows of a number. */
interface NumericWords {
  readonly label: string;
  /** One line: what a higher or lower value does to the text. */
  readonly explanation: string;
  /** Travel of the slider, inside the bounds, and its step. */
  readonly travel: { readonly min: number; readonly max: number; readonly step: number };
  /** Unit behind the number, or ''. */
  readonly unit: string;
}

/** The fields a person writes of a numeric setting. */
export interface NumericFields<K extends string> extends NumericWords {
  readonly key: K;
  readonly default: number;
  readonly bounds: Bounds;
  /** The value at which it does nothing; null where there is none. */
  readonly off: number | null;
}

export type NumericSetting<K extends string = string> = Setting<K, number> & NumericFields<K>;

export function numeric<const K extends string>(fields: NumericFields<K>): NumericSetting<K> {
  const { key, bounds, off } = fields;
  const { min, max, whole, least = 0 } = bounds;
  return {
    ...fields,
    unnamed: off ?? fields.default,
    clamp: value => {
      if (typeof value !== 'number' || Number.isNaN(value)) return fields.default;
      const bounded = Math.min(max, Math.max(min, value));
      if (min === 0 && bounded < least) return 0;
      // One zero: -0 would not come back from JSON.
      return (whole ? Math.round(bounded) : bounded) + 0;
    },
    fault: value => {
      if (!(value >= min && value <= max)) return `${key} = ${value} is not in [${min}, ${max}]`;
      if (whole && !Number.isInteger(value)) return `${key} = ${value} is not a whole number`;
      return value !== 0 && Math.abs(value) < least ? `${key} = ${value} is neither 0 nor at least ${least}` : null;
    },
  };
}

/** A text of at most `most` UTF-16 units; longer ones are cut. */
export function text<const K extends string>(key: K, noun: string, most: number): Setting<K, string> {
  return {
    key,
    default: '',
    unnamed: '',
    clamp: value => (typeof value === 'string' ? value.slice(0, most) : ''),
    fault: value => (value.length <= most ? null : `a ${noun} of length ${value.length} is longer than ${most}`),
  };
}

/** Some strings, each once and none of them empty. `noun`: what one of them is called. */
export function strings<const K extends string>(
  key: K,
  noun: string,
  usual: readonly string[],
  { entries, length }: { readonly entries: number; readonly length: number },
): Setting<K, readonly string[]> {
  return {
    key,
    default: usual,
    unnamed: usual,
    clamp: value => {
      if (!Array.isArray(value)) return usual;
      const sound = value.filter(text => typeof text === 'string' && text !== '' && text.length <= length);
      return [...new Set<string>(sound)].slice(0, entries);
    },
    fault: value => {
      if (value.length > entries) return `${value.length} ${noun}s are more than ${entries}`;
      const wrong = value.find(text => text === '' || text.length > length);
      return wrong === undefined ? null : `a ${noun} of length ${wrong.length} is not in [1, ${length}]`;
    },
  };
}

/** One of a few words. */
export function choice<const K extends string, T extends string>(
  key: K,
  accepted: readonly T[],
  usual: T,
  unnamed = usual,
): Setting<K, T> {
  return {
    key,
    default: usual,
    unnamed,
    clamp: value => accepted.find(each => each === value) ?? usual,
    fault: value => (accepted.includes(value) ? null : `${key} "${value}" is not one of ${accepted.join(', ')}`),
  };
}
