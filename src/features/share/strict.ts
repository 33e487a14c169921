// Strict reading of a value that came from outside: what is missing, of another type or out of bounds is named by its place.

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

/** Thrown by the readers below and caught where the reading began. */
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

export type JsonFields = Readonly<Record<string, unknown>>;

export function objectAt(value: unknown, where: string): JsonFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) unsound(where, 'is no object');
  return { ...value };
}

export function listAt(value: unknown, where: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) unsound(where, 'is no list');
  if (value.length > most) unsound(where, `has more than ${most} entries`);
  return value;
}

export function textAt(value: unknown, where: string, most: number): string {
  if (typeof value !== 'string') unsound(where, 'is no text');
  if (value.length > most) unsound(where, `is longer than ${most} characters`);
  return value;
}

export interface NumberBounds {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

export function numberAt(value: unknown, where: string, { min, max, whole = false }: NumberBounds): number {
  if (typeof value !== 'number' || Number.isNaN(value)) unsound(where, 'is no number');
  if (whole && !Number.isInteger(value)) unsound(where, 'is no whole number');
  if (value < min || value > max) unsound(where, `is not between ${min} and ${max}`);
  return value;
}

export function choiceAt<T extends string>(value: unknown, where: string, choices: readonly T[]): T {
  return choices.find(choice => choice === value) ?? unsound(where, `is not one of ${choices.join(', ')}`);
}

export const ID: NumberBounds = { min: 0, max: 2 ** 32 - 1, whole: true };
export const SEED: NumberBounds = { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true };
export const PROBABILITY: NumberBounds = { min: 0, max: 1 };
/** [0, 1) */
export const RANDOM: NumberBounds = { min: 0, max: 1 - 2 ** -53 };
