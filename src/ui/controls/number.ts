// Numbers that people type: what a text says in the ways of common locales, whether a field takes it, and the sentence where it does not.

export interface Range {
  readonly min: number;
  readonly max: number;
  /** A whole step from a whole `min` makes a field of whole numbers. */
  readonly step: number;
  /** Between 0 and this nothing is taken. */
  readonly least?: number | undefined;
}

/** What a field makes of a text. `refused`: one sentence without its end, of the text as typed. */
export type Reading =
  | { readonly kind: 'empty' }
  /** `elsewhere`: the number that the same text is in other locales, so that the field says which it read. */
  | { readonly kind: 'read'; readonly value: number; readonly elsewhere: number | null }
  | { readonly kind: 'refused'; readonly why: string };

/** `value` on a multiple of `step` and in the range; 12 significant digits, so 0.1 + 0.2 is 0.3. */
export function snap(value: number, { min, max, step }: Range): number {
  const onGrid = Number((Math.round(value / step) * step).toPrecision(12));
  return Math.min(max, Math.max(min, onGrid));
}

/** Share of the way from `min` to `max`, in [0, 1]. */
export function shareOf(value: number, { min, max }: Range): number {
  return max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
}

/**
 * The number that a text is, for a field with this range. Never a number that the text is not: what has two meanings is decided by the
 * range where it leaves one (and then said), else refused.
 *
 * Digits may stand in groups of three, set apart by spaces of any width, apostrophes, underscores, commas or points (`1 000`, `1’000`,
 * `1,000`, `1.000`; also 12,34,567), and the mark before a fraction may be a point or a comma. One point or comma before exactly three
 * digits (`1.000`) can be either: in a field of whole numbers it groups, elsewhere the range decides.
 */
export function readNumber(text: string, range: Range): Reading {
  const typed = tidy(text);
  if (typed === '') return { kind: 'empty' };
  const meanings = meaningsOf(typed);
  const whole = isWhole(range);
  // A fraction has no place in a field of whole numbers, so the mark of a doubtful text groups there.
  const possible = whole && meanings.length > 1 ? meanings.filter(meaning => meaning.grouped) : meanings;
  const [first] = possible;
  if (first === undefined) return { kind: 'refused', why: `${quoted(text)} is not a number` };
  if (whole && possible.every(meaning => !meaning.whole)) {
    return { kind: 'refused', why: `${quoted(text)} is not a whole number` };
  }
  const taken = possible.filter(({ value }) => isTaken(value, range));
  const [only] = taken;
  if (taken.length > 1) {
    const [a, b] = taken.map(({ value }) => plain(value));
    return { kind: 'refused', why: `${quoted(text)} can mean ${a} or ${b}: write one of these` };
  }
  if (only === undefined) return { kind: 'refused', why: outside(typed, first.value, range) };
  const other = meanings.find(({ value }) => value !== only.value);
  return { kind: 'read', value: only.value, elsewhere: other?.value ?? null };
}

/** What the field says of a reading; null where there is nothing to say. @param stays the value in force, in words */
export function readingWords(text: string, reading: Reading, stays: string): string | null {
  if (reading.kind === 'refused') return `${reading.why}; ${stays} stays.`;
  if (reading.kind !== 'read' || reading.elsewhere === null) return null;
  return `${quoted(text)} was read as ${plain(reading.value)}, not as ${plain(reading.elsewhere)}.`;
}

interface Meaning {
  readonly value: number;
  readonly whole: boolean;
  /** Its points or commas set groups apart. */
  readonly grouped: boolean;
}

/** One sign for each kind of sign: spaces and digits of any width, apostrophes, minus. */
function tidy(text: string): string {
  return text
    .normalize('NFKC')
    .trim()
    .replace(/\s/gu, ' ')
    .replace(/[\u2019\u02bc\u00b4`]/g, "'")
    .replace(/^[-\u2212\u2013]\s*/, '-')
    .replace(/^\+/, '');
}

const SCIENTIFIC = /^-?(?:\d+[.,]?\d*|[.,]\d+)e[+-]?\d{1,3}$/i;
const BODY = /^(-?)([\d .,'_]*)$/;
/** Groups of three, and the Indian way: the last of three, those before it of two. None begins with a zero: 0.500 is a half. */
const GROUPED = /^[1-9]\d{0,2}(?:([ .,'_])\d{3})(?:\1\d{3})*$|^[1-9]\d?(?:,\d{2})+,\d{3}$/;

/** Every number that a text can be: none, one, or two. */
function meaningsOf(typed: string): Meaning[] {
  if (SCIENTIFIC.test(typed)) return finite(Number(typed.replace(',', '.')));
  const [, sign = '', body = ''] = BODY.exec(typed) ?? [];
  if (!/\d/.test(body)) return [];
  const meanings: Meaning[] = [];
  const add = (whole: string, fraction: string, grouped: boolean): void => {
    const value = Number(`${sign}${whole}.${fraction}0`);
    if (Number.isFinite(value))
      meanings.push({ value: value === 0 ? 0 : value, whole: /^0*$/.test(fraction), grouped });
  };
  if (/^\d+$/.test(body)) add(body, '', false);
  else if (GROUPED.test(body)) add(digitsOf(body), '', true);
  const mark = Math.max(body.lastIndexOf('.'), body.lastIndexOf(','));
  if (mark < 0) return meanings;
  const [before, fraction] = [body.slice(0, mark), body.slice(mark + 1)];
  const isFraction = /^\d*$/.test(fraction) && !before.includes(body[mark] ?? '');
  const isPlain = /^\d*$/.test(before);
  if (isFraction && (isPlain || GROUPED.test(before))) add(digitsOf(before) || '0', fraction, false);
  return meanings;
}

function finite(value: number): Meaning[] {
  return Number.isFinite(value) ? [{ value, whole: Number.isInteger(value), grouped: false }] : [];
}

const digitsOf = (body: string): string => body.replace(/\D/g, '');

function isWhole({ step, min }: Range): boolean {
  return Number.isInteger(step) && Number.isInteger(min);
}

function isTaken(value: number, { min, max, least = 0 }: Range): boolean {
  return value >= min && value <= max && (value === 0 || Math.abs(value) >= least);
}

function outside(typed: string, value: number, { min, max, least }: Range): string {
  const said = typed.length > 24 ? `${typed.slice(0, 23)}…` : typed;
  if (least !== undefined && value > 0 && value < least) return `${said} is neither 0 nor at least ${plain(least)}`;
  return `${said} is outside ${plain(min)} to ${plain(max)}`;
}

function quoted(text: string): string {
  const short = text.trim();
  return `“${short.length > 24 ? `${short.slice(0, 23)}…` : short}”`;
}

const GROUPS = new Intl.NumberFormat('en-US');

/** A whole number in groups, a fraction with its point: in the one locale of the page. */
function plain(value: number): string {
  return Number.isInteger(value) ? GROUPS.format(value) : String(value);
}
