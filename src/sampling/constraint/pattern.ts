// What a constraint allows, as a tree over code points: what a regular expression, a JSON schema and a list of choices are all read into.
import { NucleusError } from '../../lib/error.ts';

/** Code points [lo, hi], both among them. */
export type Range = readonly [number, number];

export type Pattern =
  | { readonly kind: 'text'; readonly text: string }
  /** One code point of these; sorted, apart, without surrogates. None: nothing matches. */
  | { readonly kind: 'chars'; readonly ranges: readonly Range[] }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'either'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number }
  /** A rule of the grammar by its number; rules may hold each other. */
  | { readonly kind: 'rule'; readonly rule: number }
  | List;

/** Items with separators between those that are there. */
export interface List {
  readonly kind: 'list';
  readonly items: readonly { readonly part: Pattern; readonly required: boolean }[];
  /** Any number of these behind the items; null for none. */
  readonly rest: Pattern | null;
  readonly separator: Pattern;
  /** What is left out ends the list, as in an array; else the items after it may come all the same, as in an object. */
  readonly closed: boolean;
}

/** Rule 0 is what the whole text has to match. */
export interface Grammar {
  readonly rules: readonly Pattern[];
}

export const text = (content: string): Pattern => ({ kind: 'text', text: content });
export const sequence = (parts: readonly Pattern[]): Pattern => ({ kind: 'sequence', parts });
export const either = (parts: readonly Pattern[]): Pattern => ({ kind: 'either', parts });
export const repeat = (part: Pattern, min: number, max: number): Pattern => ({ kind: 'repeat', part, min, max });
export const optional = (part: Pattern): Pattern => repeat(part, 0, 1);
export const chars = (ranges: readonly Range[]): Pattern => ({ kind: 'chars', ranges: joined(ranges) });
export const NOTHING: Pattern = { kind: 'chars', ranges: [] };
export const EMPTY: Pattern = text('');

const SURROGATES: Range = [0xd800, 0xdfff];
const LAST = 0x10ffff;

/** Sorted, without overlaps and surrogates. */
function joined(ranges: readonly Range[]): Range[] {
  const out: [number, number][] = [];
  for (const [lo, hi] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last !== undefined && lo <= last[1] + 1) last[1] = Math.max(last[1], hi);
    else out.push([lo, hi]);
  }
  return out.flatMap(([lo, hi]): Range[] => {
    if (hi < SURROGATES[0] || lo > SURROGATES[1]) return [[lo, hi]];
    const around: Range[] = [
      [lo, SURROGATES[0] - 1],
      [SURROGATES[1] + 1, hi],
    ];
    return around.filter(([from, to]) => from <= to);
  });
}

/** All other code points. */
export function others(ranges: readonly Range[]): Range[] {
  let from = 0;
  const gaps: Range[] = [];
  for (const [lo, hi] of joined(ranges)) {
    if (lo > from) gaps.push([from, lo - 1]);
    from = hi + 1;
  }
  return joined(from <= LAST ? [...gaps, [from, LAST]] : gaps);
}

/** What both have. */
export const inBoth = (a: readonly Range[], b: readonly Range[]): Range[] => others([...others(a), ...others(b)]);

/** A constraint that cannot be used; `where` says which part of it: a place in it, or a pointer into a schema. */
export function badConstraint(why: string, where: string): NucleusError {
  return new NucleusError('bad_constraint', where === '' ? why : `${why}, ${where}`, { why, where });
}
