// JSON as text: strings, white space, any value.
import { numbers } from './numbers.ts';
import {
  chars,
  EMPTY,
  either,
  inBoth,
  type List,
  optional,
  others,
  type Pattern,
  type Range,
  repeat,
  sequence,
  text,
} from './pattern.ts';

const ENDLESS = Number.POSITIVE_INFINITY;
/** Rules that every grammar of JSON has, behind the whole text. */
export const ANY: Pattern = { kind: 'rule', rule: 1 };
export const SPACE: Pattern = { kind: 'rule', rule: 2 };
const CHARACTER: Pattern = { kind: 'rule', rule: 3 };
/** What a string holds as it is. */
const PLAIN: readonly Range[] = others([
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);
const HEX = chars([
  [0x30, 0x39],
  [0x41, 0x46],
  [0x61, 0x66],
]);
const SHORT: Readonly<Record<number, string>> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** One character of a string, in any of its spellings; what is written as two surrogates is not among them. */
const CHARACTER_SPELT: Pattern = either([
  chars(PLAIN),
  sequence([
    text('\\'),
    either([
      chars(Array.from('"\\/bfnrt', (char): Range => [char.charCodeAt(0), char.charCodeAt(0)])),
      sequence([
        text('u'),
        either([
          sequence([
            chars([
              [0x30, 0x39],
              [0x41, 0x43],
              [0x45, 0x46],
              [0x61, 0x63],
              [0x65, 0x66],
            ]),
            HEX,
          ]),
          sequence([
            chars([
              [0x44, 0x44],
              [0x64, 0x64],
            ]),
            chars([[0x30, 0x37]]),
          ]),
        ]),
        HEX,
        HEX,
      ]),
    ]),
  ]),
]);

const quoted = (inner: Pattern): Pattern => sequence([text('"'), inner, text('"')]);

/** A string of so many characters. */
export const stringOf = (min: number, max: number): Pattern => quoted(repeat(CHARACTER, min, max));

/** A string that a pattern matches, each character in its shortest spelling. */
export const stringLike = (pattern: Pattern): Pattern => quoted(escaped(pattern));

function escaped(pattern: Pattern): Pattern {
  switch (pattern.kind) {
    case 'text':
      return text(JSON.stringify(pattern.text).slice(1, -1));
    case 'chars': {
      const special = inBoth(pattern.ranges, others(PLAIN)).flatMap(([lo, hi]) =>
        Array.from({ length: hi - lo + 1 }, (_, i) =>
          text(SHORT[lo + i] ?? `\\u${(lo + i).toString(16).padStart(4, '0')}`),
        ),
      );
      const plain = chars(inBoth(pattern.ranges, PLAIN));
      return special.length === 0 ? plain : either([plain, ...special]);
    }
    case 'sequence':
      return { ...pattern, parts: pattern.parts.map(escaped) };
    case 'either':
      return { ...pattern, parts: pattern.parts.map(escaped) };
    case 'repeat':
      return { ...pattern, part: escaped(pattern.part) };
    default:
      return pattern;
  }
}

interface Branch {
  word: boolean;
  readonly next: Map<string, Branch>;
}

/** Any string in its shortest spelling but these. */
export function stringExcept(words: readonly string[]): Pattern {
  const root: Branch = { word: false, next: new Map() };
  for (const word of words) {
    let at = root;
    for (const char of word) {
      const next: Branch = at.next.get(char) ?? { word: false, next: new Map() };
      at.next.set(char, next);
      at = next;
    }
    at.word = true;
  }
  return quoted(escaped(exceptFrom(root)));
}

const ANY_CHARACTER = chars(others([]));

function exceptFrom({ word, next }: Branch): Pattern {
  const taken = Array.from(next.keys(), (char): Range => [char.codePointAt(0) ?? 0, char.codePointAt(0) ?? 0]);
  return either([
    ...(word ? [] : [EMPTY]),
    sequence([chars(others(taken)), repeat(ANY_CHARACTER, 0, ENDLESS)]),
    ...Array.from(next, ([char, branch]) => sequence([text(char), exceptFrom(branch)])),
  ]);
}

/** Nothing, a space, or a new line with its indentation: enough for every layout in use, and no run can go on in it for ever. */
const SPACE_SPELT: Pattern = either([
  EMPTY,
  text(' '),
  sequence([text('\n'), either([repeat(text(' '), 0, 32), repeat(text('\t'), 1, 8)])]),
]);

/** What stands between a pair of brackets, with its separators. */
export function bracketed(brackets: '[]' | '{}', inner: Pick<List, 'items' | 'rest' | 'closed'>): Pattern {
  const list: Pattern = { kind: 'list', ...inner, separator: sequence([text(','), SPACE]) };
  return sequence([text(brackets.charAt(0)), SPACE, list, SPACE, text(brackets.charAt(1))]);
}

/** A name and its value. */
export const member = (name: Pattern, value: Pattern): Pattern =>
  sequence([name, text(':'), optional(text(' ')), value]);

/** The rules of `ANY`, `SPACE` and what strings are made of. */
export const SHARED_RULES: readonly Pattern[] = [
  either([
    text('null'),
    text('true'),
    text('false'),
    numbers({ min: null, max: null, above: false, below: false }),
    stringOf(0, ENDLESS),
    bracketed('[]', { items: [], rest: ANY, closed: false }),
    bracketed('{}', { items: [], rest: member(stringOf(0, ENDLESS), ANY), closed: false }),
  ]),
  SPACE_SPELT,
  CHARACTER_SPELT,
];

/** A value as `JSON.stringify` writes it. */
export const literal = (value: unknown): Pattern => text(JSON.stringify(value));
