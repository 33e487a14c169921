// Reading what came from outside: schemas say what is sound, and the first thing that is not is named by its place.
import * as v from 'valibot';
import { inLine } from '../../lib/shapeless.ts';
import { type GenerationSettings, readSettings } from '../../sampling/settings.ts';

/** Why something from outside was not taken. */
export type Problem =
  | { readonly kind: 'too_large'; readonly limit: number }
  | { readonly kind: 'not_json' }
  /** JSON, but nothing that this page writes. */
  | { readonly kind: 'not_ours' }
  | { readonly kind: 'newer'; readonly version: number }
  /** A link that was cut or changed on its way. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'unsound'; readonly where: string; readonly what: string };

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Thrown while reading and caught where the reading began. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.kind);
    this.problem = problem;
  }
}

export function unsound(where: string, what: string): never {
  throw new Refusal({ kind: 'unsound', where, what });
}

/** What `read` gives, or why it refused. Anything else it throws counts as unreadable. */
export function reading<T>(read: () => T): Reading<T> {
  try {
    return { ok: true, value: read() };
  } catch (thrown) {
    return { ok: false, problem: thrown instanceof Refusal ? thrown.problem : { kind: 'unreadable' } };
  }
}

type Schema<T> = v.GenericSchema<unknown, T>;
/** Keys and indices from the outermost value inwards. */
export type Path = readonly (string | number)[];

/** The value as the schema has it. @param placeOf a path in words @throws Refusal */
export function readAs<T>(schema: Schema<T>, value: unknown, placeOf: (path: Path) => string): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = issue.path?.map(({ key }) => (typeof key === 'number' ? key : String(key))) ?? [];
  return unsound(placeOf(path), issue.message);
}

/** `settings.stop`, `draw_settings[2].top_p`. */
export function dotted(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return inLine(text === '' ? key : `${text}.${key}`);
  }, '');
}

/** An object with at least these fields; others are left out. */
export function fields<T extends v.ObjectEntries>(entries: T) {
  return v.object(entries, issue => (issue.expected === 'Object' ? 'is no object' : 'is missing'));
}

export function list<T>(entry: Schema<T>, most: number) {
  return v.pipe(v.array(entry, 'is no list'), v.maxLength(most, `has more than ${most} entries`));
}

export function text(most: number) {
  return v.pipe(v.string('is no text'), v.maxLength(most, `is longer than ${most} characters`));
}

export function numberBetween(min: number, max: number) {
  const words = `is not between ${min} and ${max}`;
  return v.pipe(v.number('is no number'), v.minValue(min, words), v.maxValue(max, words));
}

export function wholeBetween(min: number, max: number) {
  return v.pipe(v.number('is no number'), v.integer('is no whole number'), numberBetween(min, max));
}

export function oneOf<const T extends readonly [string, ...string[]]>(choices: T) {
  return v.picklist(choices, `is not one of ${choices.join(', ')}`);
}

export const ID = wholeBetween(0, 2 ** 32 - 1);
export const SEED = wholeBetween(0, Number.MAX_SAFE_INTEGER);
/** Milliseconds since 1970. */
export const TIME = wholeBetween(0, 8.64e15);
export const PROBABILITY = numberBetween(0, 1);
/** [0, 1) */
export const RANDOM = numberBetween(0, 1 - 2 ** -53);
export const FLAG = v.boolean('is neither true nor false');

/** Digits of a locked seed, or ''. */
export const SEED_DIGITS = v.pipe(
  text(16),
  v.check(digits => /^\d*$/.test(digits) && Number.isSafeInteger(Number(digits)), 'is no seed'),
);

/** Characters of what a newer page has written into settings and this one does not know. */
const MOST_UNKNOWN = 4096;

/**
 * Settings that a page has written, an older one or a newer one: what they lack is off, what this page does not know stays beside the rest,
 * so that it is there when they are written again. A value that a setting cannot have is refused.
 */
export const SETTINGS = v.pipe(
  v.record(v.string(), v.unknown(), 'is no object'),
  v.rawTransform(({ dataset, addIssue, NEVER }): GenerationSettings => {
    const { settings, unsound: wrong, unknown } = readSettings(dataset.value);
    const [first] = wrong;
    const refuse = (message: string, key: string): GenerationSettings => {
      addIssue({
        message,
        path: [{ type: 'object', origin: 'value', input: dataset.value, key, value: dataset.value[key] }],
      });
      return NEVER;
    };
    if (first !== undefined) return refuse('is not a value that this setting can have', first.key);
    const [stranger] = Object.keys(unknown);
    if (stranger === undefined) return settings;
    if (JSON.stringify(unknown).length > MOST_UNKNOWN) return refuse('is unknown and too long to keep', stranger);
    return { ...unknown, ...settings };
  }),
);

/** Names of settings that came from a newer page and do nothing here. */
export function unknownSettings(all: Iterable<GenerationSettings>): string[] {
  const names = new Set<string>();
  for (const settings of all) for (const name of Object.keys(readSettings(settings).unknown)) names.add(name);
  return [...names].map(inLine);
}
