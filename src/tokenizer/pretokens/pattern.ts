// Patterns of a tokenizer.json, which are Oniguruma's, as JavaScript's. Only what surely means the same is translated; all else is refused.
// Source: Oniguruma's doc/RE (its own syntax, UTF-8). Its classes are Unicode's: JavaScript's `\s` has U+FEFF and lacks U+0085, its `\d` is ASCII.

import { Machine } from './machine.ts';
import { PROVED } from './published.ts';
import { isLinear, shapeOf } from './shape.ts';
import type { TextPattern } from './split.ts';
import { UnknownPattern } from './unknown-pattern.ts';

const CLASSES: Readonly<Record<string, string>> = {
  s: '\\p{White_Space}',
  S: '\\P{White_Space}',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  f: '\\f',
  v: '\\v',
};

/** What `\w` is in a set of brackets; by itself it takes the numbers of Latin-1 too. */
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
const WORD_ALONE = `${WORD}\\xb2\\xb3\\xb9\\xbc-\\xbe`;

const CATEGORY = /^(?:L[ulmto]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?)$/;

/** What is not letters for a regular expression, made literal. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, char => (char === '-' ? '\\x2d' : `\\${char}`));
}

/** A property by the name that both know: a general category or a script. */
function property(name: string, negated: boolean): string {
  const letter = negated ? '\\P' : '\\p';
  if (CATEGORY.test(name)) return `${letter}{${name}}`;
  const script = `${letter}{Script=${name}}`;
  try {
    new RegExp(script, 'u');
  } catch {
    throw new UnknownPattern(`\\p{${name}}`);
  }
  return script;
}

/** Two letters that without regard to case are one character too, such as U+00DF. */
const LIGATURES = /ss|st|ff|fi|fl/i;

/** Letters that count as one without regard to case: of ASCII letters, U+017F is an s too and U+212A a k. */
function bothCases(letter: string): string {
  const more = { s: '\\u017f', k: '\\u212a' }[letter.toLowerCase()] ?? '';
  return `[${letter.toLowerCase()}${letter.toUpperCase()}${more}]`;
}

/** Reads a pattern from left to right and writes the other one. */
class Translation {
  readonly #source: string;
  #at = 0;
  /** Atomic groups so far: a possessive quantifier becomes one, by a lookahead that is then repeated. */
  #atomic = 0;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): string {
    const out = this.#alternatives(false);
    if (this.#at < this.#source.length) throw new UnknownPattern(')');
    return out;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(pattern.source, 'uy');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#source);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #alternatives(anyCase: boolean): string {
    let out = '';
    for (;;) {
      if (this.#at >= this.#source.length || this.#source[this.#at] === ')') return out;
      if (this.#take(/\|/) !== null) out += '|';
      else out += this.#repeated(anyCase);
    }
  }

  /** One character, class or group with its quantifier. */
  #repeated(anyCase: boolean): string {
    const group = this.#take(/\(\?[:=!]|\(\?i:|\((?!\?)/);
    if (group !== null) {
      const start = this.#at;
      const inner = this.#alternatives(anyCase || group[0] === '(?i:');
      const source = this.#source.slice(start, this.#at);
      if (this.#take(/\)/) === null) throw new UnknownPattern(group[0]);
      if (group[0] === '(?i:' && LIGATURES.test(source)) throw new UnknownPattern(`(?i:${source})`);
      const looks = group[0] === '(?=' || group[0] === '(?!';
      const whole = `${looks ? group[0] : '(?:'}${inner})`;
      return looks ? whole : this.#quantified(whole);
    }
    return this.#quantified(this.#take(/\[/) === null ? this.#character(anyCase) : this.#set(anyCase));
  }

  #quantified(atom: string): string {
    const found = this.#take(/(?:[*+?]|\{\d+(?:,\d*)?\})([?+]?)/);
    if (found === null) return atom;
    const [whole, mode] = found;
    if (mode !== '' && whole.startsWith('{')) throw new UnknownPattern(whole);
    if (this.#take(/[*+?]|\{\d*,?\d*\}/) !== null) throw new UnknownPattern(`${whole} twice`);
    if (mode !== '+') return atom + whole;
    const name = `atomic${this.#atomic++}`;
    return `(?=(?<${name}>${atom}${whole.slice(0, -1)}))\\k<${name}>`;
  }

  #character(anyCase: boolean): string {
    if (this.#take(/\./) !== null) return '[^\\n]';
    const escaped = this.#escape();
    if (escaped !== null) return escaped;
    const [char] = this.#take(/[^()[\\^$*+?{]/) ?? [];
    if (char === undefined) throw new UnknownPattern(this.#source.slice(this.#at, this.#at + 3));
    return this.#literal(char, anyCase);
  }

  #literal(char: string, anyCase: boolean): string {
    if (anyCase && /[A-Za-z]/.test(char)) return bothCases(char);
    // Other letters have their own cases, some of them longer than one character.
    if (anyCase && char.toLowerCase() !== char.toUpperCase()) throw new UnknownPattern(`(?i:${char})`);
    return literalPattern(char);
  }

  /** What a backslash begins, null where there is none. A class of words needs brackets unless it is in some. */
  #escape(inSet = false): string | null {
    if (this.#source[this.#at] !== '\\') return null;
    const named = this.#take(/\\([pP])\{(\^?)(\w+)\}/);
    if (named !== null) return property(named[3] ?? '', (named[1] === 'P') !== (named[2] === '^'));
    if (this.#take(/\\w/) !== null) return inSet ? WORD : `[${WORD_ALONE}]`;
    if (!inSet && this.#take(/\\W/) !== null) return `[^${WORD_ALONE}]`;
    const code = this.#take(/\\x([0-7][0-9A-Fa-f])|\\x\{([0-9A-Fa-f]{1,6})\}|\\u([0-9A-Fa-f]{4})/);
    if (code !== null) return `\\u{${code[1] ?? code[2] ?? code[3]}}`;
    const letter = this.#take(/\\([A-Za-z])/);
    if (letter !== null) {
      const known = CLASSES[letter[1] ?? ''];
      if (known === undefined) throw new UnknownPattern(letter[0]);
      return known;
    }
    const other = this.#take(/\\([^A-Za-z0-9])/);
    if (other === null) throw new UnknownPattern(this.#source.slice(this.#at, this.#at + 3));
    return literalPattern(other[1] ?? '');
  }

  /** A set in brackets, after the first of them. */
  #set(anyCase: boolean): string {
    return `${this.#take(/\^/) === null ? '[' : '[^'}${this.#members(anyCase)}]`;
  }

  /** Up to the closing bracket. A set within a set adds its members, unless it is all but them; intersections are not known to both. */
  #members(anyCase: boolean): string {
    let out = '';
    if (this.#source[this.#at] === ']') throw new UnknownPattern('[]');
    while (this.#take(/\]/) === null) {
      if (this.#take(/\[(?![:^])/) !== null) {
        out += this.#members(anyCase);
        if (this.#take(/-(?!\])/) !== null) throw new UnknownPattern('a range of sets');
        continue;
      }
      const [char] = this.#take(/&(?!&)|[^\]\\[&]/) ?? [];
      if (char === undefined) {
        const escaped = this.#escape(true);
        if (escaped === null) throw new UnknownPattern(this.#source.slice(this.#at, this.#at + 2) || '[');
        out += escaped;
      } else if (anyCase && /\p{L}/u.test(char)) throw new UnknownPattern(`(?i:[${char}])`);
      // A hyphen between two characters is a range in both, at an end it is itself in both.
      else out += char === '-' ? this.#hyphen(out) : literalPattern(char);
    }
    return out;
  }

  #hyphen(before: string): string {
    const atEnd = before === '' || this.#source[this.#at] === ']';
    if (atEnd) return literalPattern('-');
    const afterClass =
      /(?:\\[pP]\{\w+(?:=\w+)?\})$/.test(before) || /^(?:\\[pPsSdDwW]|\[)/.test(this.#source.slice(this.#at));
    if (afterClass) throw new UnknownPattern('a range of classes');
    return '-';
  }
}

/** Groups and sets within each other, at most. */
const MOST_NESTED = 100;
const MOST_LENGTH = 20_000;

function assertFlat(source: string): void {
  if (source.length > MOST_LENGTH) throw new UnknownPattern(`its length (${source.length} characters)`);
  let depth = 0;
  for (const char of source) {
    if (char === '(' || char === '[') depth++;
    else if (char === ')' || char === ']') depth--;
    if (depth > MOST_NESTED) throw new UnknownPattern('groups within groups');
  }
}

/**
 * The pattern, to be found in a text in time that grows with the text alone: by the browser's regular expressions where its shape says so, or it is published and known;
 * else by a machine that tries nothing twice. Throws `UnknownPattern`.
 */
export function compilePattern(source: string): TextPattern {
  assertFlat(source);
  const translated = new Translation(source).whole();
  const shape = shapeOf(translated);
  if (!PROVED.includes(source) && !isLinear(shape)) return new Machine(shape);
  try {
    return new RegExp(translated, 'gu');
  } catch {
    throw new UnknownPattern(source);
  }
}
