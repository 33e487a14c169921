// Decimal numbers between bounds, as patterns over their digits. No exponents: what they would say can be written without.
import { chars, EMPTY, either, NOTHING, optional, type Pattern, repeat, sequence, text } from './pattern.ts';

/** Digits before the point and behind it: those that a number in a program holds. */
const MOST_DIGITS = 15;
/** Digits behind those of a bound: few, so that none is rounded to it when it is read. */
const DIGITS_BEHIND_BOUND = 6;

export interface Bounds {
  readonly min: number | null;
  readonly max: number | null;
  /** The bounds themselves are ruled out. */
  readonly above: boolean;
  readonly below: boolean;
}

const digits = (from: number, to: number): Pattern => (from > to ? NOTHING : chars([[48 + from, 48 + to]]));
const DIGIT = digits(0, 9);

/** Whole numbers within bounds; those without a bound have up to 15 digits. */
export function integers({ min, max, above, below }: Bounds): Pattern {
  const least = min === null ? null : above ? Math.floor(min) + 1 : Math.ceil(min);
  const most = max === null ? null : below ? Math.ceil(max) - 1 : Math.floor(max);
  const parts: Pattern[] = [];
  if (most === null || most >= 0) parts.push(naturals(Math.max(0, least ?? 0), most));
  if (least === null || least < 0)
    parts.push(sequence([text('-'), naturals(Math.max(1, -(most ?? -1)), least === null ? null : -least)]));
  return either(parts);
}

/** Whole numbers of plain notation; beyond it the text of a number has an exponent. */
const MOST = 10 ** MOST_DIGITS - 1;

/** From `from` to `to`, both not negative; up to 15 digits for null. */
function naturals(from: number, to: number | null): Pattern {
  const last = Math.min(to ?? MOST, MOST);
  if (from > last) return NOTHING;
  const [low, high] = [String(from), String(last)];
  const parts: Pattern[] = [];
  for (let length = low.length; length <= high.length; length++) {
    const first = length === low.length ? low : `1${'0'.repeat(length - 1)}`;
    const end = length === high.length ? high : '9'.repeat(length);
    parts.push(sameLength(first, end));
  }
  return either(parts);
}

/** Of as many digits, from `low` to `high`. */
function sameLength(low: string, high: string): Pattern {
  if (low === '') return EMPTY;
  if (zeros(low) && /^9+$/.test(high)) return repeat(DIGIT, low.length, low.length);
  const [a, b] = [Number(low[0]), Number(high[0])];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (a === b) return sequence([digits(a, a), sameLength(lowRest, highRest)]);
  const rest = lowRest.length;
  return either([
    sequence([digits(a, a), sameLength(lowRest, '9'.repeat(rest))]),
    sequence([digits(a + 1, b - 1), repeat(DIGIT, rest, rest)]),
    sequence([digits(b, b), sameLength('0'.repeat(rest), highRest)]),
  ]);
}

const FRACTION = sequence([text('.'), repeat(DIGIT, 1, MOST_DIGITS)]);

/** Numbers within bounds, with up to 15 digits before the point and behind it. */
export function numbers({ min, max, above, below }: Bounds): Pattern {
  const parts: Pattern[] = [];
  if (max === null || max > 0 || (max === 0 && !below)) {
    const low = min === null || min < 0 ? { value: 0, open: false } : { value: min, open: above };
    parts.push(magnitudes(low, max === null ? null : { value: max, open: below }));
  }
  if (min === null || min < 0) {
    // -0 is the number 0, so it is left out.
    const low = max === null || max >= 0 ? { value: 0, open: true } : { value: -max, open: below };
    parts.push(sequence([text('-'), magnitudes(low, min === null ? null : { value: -min, open: above })]));
  }
  return either(parts);
}

interface End {
  readonly value: number;
  readonly open: boolean;
}

interface Decimal {
  readonly whole: number;
  readonly fraction: string;
}

function decimal(value: number): Decimal {
  const whole = Math.trunc(value);
  const [, fraction = ''] = /\.(\d+)$/.exec(plain(value)) ?? [];
  return { whole, fraction };
}

/** Without an exponent. */
function plain(value: number): string {
  const written = String(value);
  return written.includes('e') ? value.toFixed(20).replace(/0+$/, '') : written;
}

/** Not negative, from one end to the other. */
function magnitudes(low: End, high: End | null): Pattern {
  const from = decimal(low.value);
  if (high === null)
    return either([
      sequence([naturals(from.whole, from.whole), atLeast(from.fraction, low.open)]),
      wholes(from.whole + 1, null),
    ]);
  const to = decimal(high.value);
  if (low.value > high.value) return NOTHING;
  if (from.whole === to.whole) {
    const both = between(from.fraction, to.fraction, low.open, high.open);
    return sequence([naturals(from.whole, from.whole), both]);
  }
  return either([
    sequence([naturals(from.whole, from.whole), atLeast(from.fraction, low.open)]),
    wholes(from.whole + 1, to.whole - 1),
    sequence([naturals(to.whole, to.whole), atMost(to.fraction, high.open)]),
  ]);
}

const wholes = (from: number, to: number | null): Pattern => sequence([naturals(from, to), optional(FRACTION)]);

const atLeast = (fraction: string, open: boolean): Pattern => between(fraction, null, open, false);
const atMost = (fraction: string, open: boolean): Pattern => between('', fraction, false, open);

/** What may stand behind the whole part: nothing, or a point and digits, which as a fraction are from `low` to `high`; null: below 1. */
function between(low: string, high: string | null, lowOpen: boolean, highOpen: boolean): Pattern {
  const length = Math.max(low.length, high?.length ?? 0);
  const [from, to] = [low.padEnd(length, '0'), high === null ? null : high.padEnd(length, '0')];
  const bare = zeros(from) && !lowOpen && !(to !== null && zeros(to) && highOpen);
  const behind = fractionOf({ from, to, lowOpen, highOpen, room: DIGITS_BEHIND_BOUND + length, first: true });
  return either([...(bare ? [EMPTY] : []), sequence([text('.'), behind])]);
}

const zeros = (fraction: string): boolean => /^0*$/.test(fraction);

interface Fraction {
  /** Digits that the number is still equal to; null once it is surely above or below. */
  readonly from: string | null;
  readonly to: string | null;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
  /** Digits that may still come. */
  readonly room: number;
  /** A digit has to come. */
  readonly first: boolean;
}

function fractionOf({ from, to, lowOpen, highOpen, room, first }: Fraction): Pattern {
  if (from === null && to === null) return repeat(DIGIT, first ? 1 : 0, room);
  // Equal to a bound that is ruled out, and what comes could only be more.
  if (to !== null && zeros(to) && highOpen) return NOTHING;
  // Ended here, the digits that do not come count as zeros.
  const ends = !first && (from === null || (zeros(from) && !lowOpen));
  if (room === 0) return ends ? EMPTY : NOTHING;
  const [a, b] = [from === null ? 0 : Number(from[0] ?? 0), to === null ? 9 : Number(to[0] ?? 0)];
  const rest = { lowOpen, highOpen, room: room - 1, first: false };
  const next = (digit: number): Pattern =>
    sequence([
      digits(digit, digit),
      fractionOf({
        ...rest,
        from: from === null || digit > a ? null : from.slice(1),
        to: to === null || digit < b ? null : to.slice(1),
      }),
    ]);
  const parts: Pattern[] = ends ? [EMPTY] : [];
  if (a === b && (from !== null || to !== null)) parts.push(next(a));
  else if (a < b) {
    parts.push(sequence([digits(a + (from === null ? 0 : 1), b - (to === null ? 0 : 1)), repeat(DIGIT, 0, room - 1)]));
    if (from !== null) parts.push(next(a));
    if (to !== null) parts.push(next(b));
  }
  return either(parts);
}
