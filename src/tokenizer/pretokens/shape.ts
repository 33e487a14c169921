// A translated pattern as a tree, and whether the browser's own regular expressions surely take time in proportion to the text with it.
import { UnknownPattern } from './unknown-pattern.ts';

export type Shape =
  /** One character; `atom` is what stands for it in a regular expression. */
  | { readonly kind: 'char'; readonly atom: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Shape[] }
  | { readonly kind: 'ways'; readonly ways: readonly Shape[] }
  | { readonly kind: 'repeat'; readonly of: Shape; readonly min: number; readonly max: number; readonly lazy: boolean }
  /** Looks ahead, takes nothing. */
  | { readonly kind: 'look'; readonly of: Shape; readonly negative: boolean }
  /** What it has taken it never gives back. */
  | { readonly kind: 'possessive'; readonly of: Shape };

const ATOM =
  /\[\^?(?:\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\x[0-9a-f]{2}|\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\x[0-9a-f]{2}|\\[^k]|[^()[\]\\|*+?{}]/uy;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(,?)(\d*)\})(\??)/y;
const OPENING = /\(\?(?::|=\(\?<\w+>|=|!)/y;
const BACK = /\)\)\\k<\w+>/y;

/** Reads what `compilePattern` writes, and nothing else. */
export function shapeOf(source: string): Shape {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found !== null) at += found[0].length;
    return found;
  };
  const ways = (): Shape => {
    const all: Shape[] = [];
    do all.push(sequence());
    while (source[at] === '|' && ++at > 0);
    return all.length === 1 && all[0] !== undefined ? all[0] : { kind: 'ways', ways: all };
  };
  const sequence = (): Shape => {
    const parts: Shape[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeated());
    return { kind: 'sequence', parts };
  };
  const repeated = (): Shape => {
    const opened = take(OPENING)?.[0];
    if (opened === undefined) {
      const atom = take(ATOM)?.[0];
      if (atom === undefined) throw new UnknownPattern(source.slice(at, at + 3));
      return quantified({ kind: 'char', atom });
    }
    const of = ways();
    if (opened.includes('<')) {
      if (take(BACK) === null) throw new UnknownPattern(opened);
      return { kind: 'possessive', of };
    }
    at++;
    if (opened === '(?:') return quantified(of);
    return { kind: 'look', of, negative: opened === '(?!' };
  };
  const quantified = (of: Shape): Shape => {
    const found = take(QUANTIFIER);
    if (found === null) return of;
    const [, sign, low, comma, high, lazy] = found;
    const min = sign === undefined ? Number(low) : sign === '+' ? 1 : 0;
    const bounded = sign === undefined ? (comma === '' ? min : high === '' ? Infinity : Number(high)) : Infinity;
    return { kind: 'repeat', of, min, max: sign === '?' ? 1 : bounded, lazy: lazy === '?' };
  };
  const whole = ways();
  if (at < source.length) throw new UnknownPattern(source.slice(at, at + 3));
  return whole;
}

/** Whether a text of any length may be taken. */
export function isUnbounded(shape: Shape): boolean {
  switch (shape.kind) {
    case 'char':
      return false;
    case 'sequence':
      return shape.parts.some(isUnbounded);
    case 'ways':
      return shape.ways.some(isUnbounded);
    case 'repeat':
      return shape.max === Infinity || isUnbounded(shape.of);
    case 'look':
    case 'possessive':
      return isUnbounded(shape.of);
    default:
      return shape satisfies never;
  }
}

/** Whether nothing at all may be taken. */
export function isNullable(shape: Shape): boolean {
  switch (shape.kind) {
    case 'char':
      return false;
    case 'sequence':
      return shape.parts.every(isNullable);
    case 'ways':
      return shape.ways.some(isNullable);
    case 'repeat':
      return shape.min === 0 || isNullable(shape.of);
    case 'look':
      return true;
    case 'possessive':
      return isNullable(shape.of);
    default:
      return shape satisfies never;
  }
}

/** In how many ways a bounded part can be tried at one place, at most. */
function choices(shape: Shape): number {
  switch (shape.kind) {
    case 'char':
      return 1;
    case 'sequence':
      return shape.parts.reduce((product, part) => product * choices(part), 1);
    case 'ways':
      return shape.ways.reduce((sum, way) => sum + choices(way), 0);
    case 'repeat':
      return shape.of.kind === 'char' && shape.max <= MOST_REPEATS ? shape.max - shape.min + 1 : Infinity;
    case 'look':
    case 'possessive':
      return choices(shape.of);
    default:
      return shape satisfies never;
  }
}

/** More ways than this at one place are left to the machine that counts. */
const MOST_CHOICES = 64;
const MOST_REPEATS = 1000;

const isRun = (shape: Shape | undefined): shape is Extract<Shape, { kind: 'repeat' }> =>
  shape?.kind === 'repeat' && shape.max === Infinity && shape.of.kind === 'char' && !shape.lazy;

/** The class of a run. */
const classOf = (shape: Shape | undefined): string | null =>
  isRun(shape) && shape.of.kind === 'char' ? shape.of.atom : null;

/** A sequence of one part is that part. */
export function onlyPart(shape: Shape): Shape {
  return shape.kind === 'sequence' && shape.parts.length === 1 && shape.parts[0] !== undefined ? shape.parts[0] : shape;
}

const partsOf = (way: Shape): readonly Shape[] => (way.kind === 'sequence' ? way.parts : [way]);

const fewChoices = (parts: readonly Shape[]): boolean =>
  parts.reduce((product, part) => product * choices(part), 1) <= MOST_CHOICES;

const mayBeEmpty = (shape: Shape): boolean =>
  shape.kind === 'repeat' &&
  shape.min === 0 &&
  !shape.lazy &&
  (shape.of.kind === 'char' || (shape.max === 1 && !isUnbounded(shape.of) && fewChoices([shape.of])));

/** Some bounded parts, then one run of a class, then what may be empty: nothing that comes after the run can fail, so nothing of it is tried again. */
function isDirect(way: Shape): boolean {
  const parts = partsOf(way);
  const first = parts.findIndex(isUnbounded);
  if (!fewChoices(first < 0 ? parts : parts.slice(0, first))) return false;
  const run = parts[first];
  if (run === undefined) return true;
  return isRun(run.kind === 'possessive' ? onlyPart(run.of) : run) && parts.slice(first + 1).every(mayBeEmpty);
}

/**
 * A run of a class that another alternative takes whole, then one more character or run, or a look for what is not of the class: where that fails the text is
 * gone through backwards once, and then taken by the other one.
 */
function isTaken(way: Shape, taken: ReadonlySet<string | null>): boolean {
  const parts = partsOf(way);
  const first = parts.findIndex(isUnbounded);
  const atom = classOf(parts[first]);
  const [next, ...after] = parts.slice(first + 1);
  if (first < 0 || atom === null || !taken.has(atom) || next === undefined || !fewChoices(parts.slice(0, first)))
    return false;
  if (next.kind === 'look') {
    const not = onlyPart(next.of);
    return next.negative && not.kind === 'char' && not.atom === opposite(atom) && after.length === 0;
  }
  return (next.kind === 'char' || isRun(next)) && after.every(mayBeEmpty);
}

const opposite = (atom: string): string => atom.replace(/^\\[pP]/, letter => (letter === '\\p' ? '\\P' : '\\p'));

/** Whether every alternative takes steps in proportion to what is taken of the text, and few where nothing is. */
export function isLinear(shape: Shape): boolean {
  const ways = shape.kind === 'ways' ? shape.ways : [shape];
  const direct = ways.filter(isDirect);
  const taken = new Set(direct.map(way => classOf(partsOf(way).find(isUnbounded))));
  return ways.every(way => direct.includes(way) || isTaken(way, taken));
}
