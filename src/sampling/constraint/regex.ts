// Regular expressions: the common part of what JavaScript, Python and Rust read, matched from the first character to the last. What is left out is refused
// by its name and place.
import { badConstraint, chars, EMPTY, either, others, type Pattern, type Range, repeat, sequence } from './pattern.ts';

const DIGITS: readonly Range[] = [[0x30, 0x39]];
const WORD: readonly Range[] = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
/** White space and ends of lines, as in ECMAScript. */
const SPACES: readonly Range[] = [
  [9, 13],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: readonly Range[] = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
];
const CLASSES = new Map<string, readonly Range[]>(
  Object.entries({
    d: DIGITS,
    w: WORD,
    s: SPACES,
    D: others(DIGITS),
    W: others(WORD),
    S: others(SPACES),
  }),
);
const CONTROLS = new Map(Object.entries({ n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 }));
/** Groups in groups. */
const MOST_DEPTH = 200;
/** Of a repetition; the states of the machine are counted besides. */
const MOST_TIMES = 100_000;

/** Throws `bad_constraint` with the place, counted in characters from 1. */
export function readRegex(source: string): Pattern {
  return new Reader(source).read();
}

class Reader {
  readonly #points: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#points = Array.from(source);
  }

  read(): Pattern {
    const whole = this.#alternatives();
    if (this.#at < this.#points.length) throw this.#wrong('a closing parenthesis has no opening one');
    return whole;
  }

  get #next(): string | undefined {
    return this.#points[this.#at];
  }

  #take(char: string): boolean {
    if (this.#next !== char) return false;
    this.#at++;
    return true;
  }

  #wrong(why: string, at = this.#at): Error {
    return badConstraint(why, `at character ${at + 1}`);
  }

  #alternatives(): Pattern {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return parts.length === 1 ? (parts[0] ?? EMPTY) : either(parts);
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    // The whole text is matched, so anchors at its ends say nothing new.
    if (this.#depth === 0) this.#take('^');
    for (let next = this.#next; next !== undefined && next !== '|' && next !== ')'; next = this.#next) {
      const after = this.#points[this.#at + 1];
      if (next === '$' && this.#depth === 0 && (after === undefined || after === '|')) this.#at++;
      else parts.push(this.#repeated(this.#atom()));
    }
    return parts.length === 1 ? (parts[0] ?? EMPTY) : sequence(parts);
  }

  #atom(): Pattern {
    const at = this.#at;
    const char = this.#points[this.#at++] ?? '';
    switch (char) {
      case '(':
        return this.#group(at);
      case '[':
        return chars(this.#class(at));
      case '.':
        return chars(others(LINE_ENDS));
      case '\\':
        return chars(this.#escape(at));
      case '^':
      case '$':
        throw this.#wrong(
          `${char} has a meaning only at the ${char === '^' ? 'beginning' : 'end'}; write \\${char} for the sign`,
          at,
        );
      case '*':
      case '+':
      case '?':
        throw this.#wrong(`${char} has nothing to repeat`, at);
      case '{':
        if (this.#count() !== null) throw this.#wrong('a repetition has nothing to repeat', at);
        return literal(char);
      default:
        return literal(char);
    }
  }

  #group(at: number): Pattern {
    if (this.#take('?')) {
      const kind = this.#points.slice(this.#at, this.#at + 2).join('');
      if (kind.startsWith(':')) this.#at++;
      else if (/^<[^=!]/.test(kind) || kind === 'P<') {
        const end = this.#points.indexOf('>', this.#at);
        if (end < 0) throw this.#wrong('the name of a group has no end', at);
        this.#at = end + 1;
      } else throw this.#wrong('groups that look ahead or behind, or change the rules, are not read', at);
    }
    if (++this.#depth > MOST_DEPTH) throw this.#wrong(`more than ${MOST_DEPTH} groups in each other`, at);
    const inner = this.#alternatives();
    this.#depth--;
    if (!this.#take(')')) throw this.#wrong('a parenthesis is not closed', at);
    return inner;
  }

  #repeated(atom: Pattern): Pattern {
    const at = this.#at;
    const times = this.#times();
    if (times === null) return atom;
    const [min, max] = times;
    if (min > max) throw this.#wrong(`at least ${min} is more than at most ${max}`, at);
    if (min > MOST_TIMES || (max > MOST_TIMES && max !== Number.POSITIVE_INFINITY))
      throw this.#wrong(`a repetition of more than ${MOST_TIMES}`, at);
    // As few as possible or as many: the same texts match.
    this.#take('?');
    if (this.#times() !== null) throw this.#wrong('a repetition of a repetition', at);
    return repeat(atom, min, max);
  }

  #times(): readonly [number, number] | null {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (!this.#take('{')) return null;
    const count = this.#count();
    if (count === null) this.#at--;
    return count;
  }

  /** Behind an opening brace; null where it is only that sign. */
  #count(): readonly [number, number] | null {
    const end = this.#points.indexOf('}', this.#at);
    if (end < 0 || end - this.#at > 24) return null;
    const inside = this.#points.slice(this.#at, end).join('');
    const [, least, comma, most] = /^(\d+)(,?)(\d*)$/.exec(inside) ?? [];
    if (least === undefined) return null;
    this.#at = end + 1;
    const min = Number(least);
    return [min, comma === '' ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most)];
  }

  #class(at: number): Range[] {
    const inverted = this.#take('^');
    const ranges: Range[] = [];
    while (!this.#take(']')) {
      if (this.#next === undefined) throw this.#wrong('a bracket is not closed', at);
      const from = this.#member();
      const begin = single(from);
      if (this.#next !== '-' || this.#points[this.#at + 1] === ']' || begin === null) {
        for (const each of from) ranges.push(each);
        continue;
      }
      const place = this.#at++;
      const end = single(this.#member());
      if (end === null || end < begin) throw this.#wrong('a range ends before it begins', place);
      ranges.push([begin, end]);
    }
    return inverted ? others(ranges) : ranges;
  }

  #member(): readonly Range[] {
    const at = this.#at;
    const char = this.#points[this.#at++] ?? '';
    if (char !== '\\') return point(char);
    if (this.#next === 'b') {
      this.#at++;
      return [[8, 8]];
    }
    return this.#escape(at);
  }

  /** Behind a backslash. */
  #escape(at: number): readonly Range[] {
    const char = this.#points[this.#at++];
    if (char === undefined) throw this.#wrong('a backslash stands at the end', at);
    const known = CLASSES.get(char);
    if (known !== undefined) return known;
    const control = CONTROLS.get(char);
    if (control !== undefined) return [[control, control]];
    if (char === 'x') return this.#code(2, at);
    if (char === 'u' && this.#take('{')) {
      const end = this.#points.indexOf('}', this.#at);
      const code = this.#code(end - this.#at, at);
      this.#at++;
      return code;
    }
    if (char === 'u') return this.#code(4, at);
    if (char === 'b' || char === 'B') throw this.#wrong('borders of words are not read', at);
    if (char === 'p' || char === 'P')
      throw this.#wrong('properties of Unicode are not read; write the characters in brackets', at);
    if (/[1-9k]/.test(char)) throw this.#wrong('repetitions of what a group has matched are not read', at);
    if (/[A-Za-z]/.test(char)) throw this.#wrong(`\\${char} is not known`, at);
    return point(char);
  }

  #code(digits: number, at: number): readonly Range[] {
    const hex = this.#points.slice(this.#at, this.#at + Math.max(0, digits)).join('');
    const code = /^[\da-f]+$/i.test(hex) && hex.length === digits && digits <= 8 ? Number.parseInt(hex, 16) : -1;
    if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw this.#wrong('no character has this code', at);
    this.#at += digits;
    return [[code, code]];
  }
}

const point = (char: string): Range[] => {
  const code = char.codePointAt(0) ?? 0;
  return [[code, code]];
};

const literal = (char: string): Pattern => chars(point(char));

/** The one code point that these are; null for a class. */
function single(ranges: readonly Range[]): number | null {
  const [first] = ranges;
  return ranges.length === 1 && first !== undefined && first[0] === first[1] ? first[0] : null;
}
