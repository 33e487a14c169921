// Values of an expression: what kind they are, how they read as text, and how long they may be.
import { fault } from './lex.ts';

/** Functions live while one expression is worked out; no value of theirs leaves it. */
export class Arrow {
  readonly call: (values: readonly unknown[]) => unknown;

  constructor(call: (values: readonly unknown[]) => unknown) {
    this.call = call;
  }
}

export type Kind = 'text' | 'list' | 'number' | 'regular expression' | 'object' | 'nothing';

/** Characters of a text, entries of a list. */
export const MOST_LENGTH = 1_000_000;

export function tooLong(): never {
  return fault(`A value of the expression is longer than ${MOST_LENGTH.toLocaleString('en-US')} characters.`);
}

/** A text or a list that is not too long. */
export function least<T extends string | readonly unknown[]>(value: T): T {
  return value.length > MOST_LENGTH ? tooLong() : value;
}

export function kindOf(value: unknown): Kind {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (Array.isArray(value)) return 'list';
  if (value instanceof RegExp) return 'regular expression';
  return typeof value === 'object' && value !== null && !(value instanceof Arrow) ? 'object' : 'nothing';
}

/** In words for who wrote the expression. */
export function describe(value: unknown): string {
  const kind = kindOf(value);
  if (value instanceof Arrow) return 'A function';
  return kind === 'nothing' ? String(value) : `${kind === 'object' ? 'An' : 'A'} ${kind}`;
}

/** As `String` does, without asking the value; lists and objects as JSON. */
export function asText(value: unknown): string {
  if (value instanceof Arrow) return fault('A function stands where a text should be.');
  if (value instanceof RegExp) return `/${value.source}/${value.flags}`;
  if (typeof value === 'object' && value !== null) return least(json(value));
  return String(value);
}

export function json(value: unknown, space?: number): string {
  return JSON.stringify(value, (_, each: unknown) => (each instanceof Arrow ? undefined : each), space) ?? 'undefined';
}
