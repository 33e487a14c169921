// The pre-tokenizers of a tokenizer.json on text that knows where it comes from: any of them, in any order.
// Source: `pre_tokenizers` of the `tokenizers` library of Hugging Face, whose pieces these are to equal.
import { NucleusError } from '../../lib/error.ts';
import { type Aligned, slicedAt, sourceOf } from '../normal/aligned.ts';
import { byteAlphabet } from '../normal/in-bytes.ts';
import { readPattern, replaceText, withPrefix } from '../normal/normalizers.ts';
import type { Place } from '../place.ts';
import { gpt2Pieces } from './gpt2.ts';
import { literalPattern } from './pattern.ts';
import { type Behavior, isBehavior, rangesAt, type TextPattern } from './split.ts';

/** The stretch between two added tokens that a piece is of. */
interface Section extends Place {
  /** Where it begins in the whole text. */
  readonly from: number;
}

export type Cut = (piece: Aligned, section: Section) => Iterable<Aligned>;

type Fields = Readonly<Record<string, unknown>>;

function bad(message: string): NucleusError {
  return new NucleusError('bad_tokenizer', message, { file: 'tokenizer.json' });
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw bad('pre_tokenizer is not an object');
  return Object.fromEntries(Object.entries(value));
}

function cutAt(pattern: TextPattern, behavior: Behavior, invert = false): Cut {
  return function* cut(piece) {
    for (const [start, end] of rangesAt(piece.text, pattern, behavior, invert)) yield slicedAt(piece, start, end);
  };
}

/** Nothing of this tokenizer stands before the piece: no part of a word, and no space. */
function begins(piece: Aligned, section: Section): boolean {
  return section.left !== 'text' || piece.from > section.from;
}

function behaviorOf(behavior: unknown, of: string): Behavior {
  if (!isBehavior(behavior)) throw bad(`the behavior ${JSON.stringify(behavior)} of a ${of} is not supported`);
  return behavior;
}

const SPACES = /\p{White_Space}/gu;
const NUMBERS = /\p{N}/gu;
const PUNCTUATION = /[!-/:-@[-`{-~]|\p{P}/gu;
const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const OTHER = '[^\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}\\p{White_Space}]';
const WORDS = new RegExp(`${WORD}+|${OTHER}+`, 'gu');

function byteLevel({ add_prefix_space, use_regex }: Fields): Cut {
  return function* cut(piece, section) {
    const spaced = add_prefix_space === true && !piece.text.startsWith(' ') && begins(piece, section);
    const whole = spaced ? withPrefix(piece, ' ') : piece;
    if (use_regex === false) {
      if (whole.text !== '') yield byteAlphabet(whole);
      return;
    }
    let at = 0;
    for (const { length } of gpt2Pieces(whole.text)) {
      yield byteAlphabet(slicedAt(whole, at, at + length));
      at += length;
    }
  };
}

type Scheme = 'always' | 'first' | 'never';

/** Older files say `add_prefix_space`, and `str_rep` besides. */
export function schemeOf({ prepend_scheme, add_prefix_space }: Fields): Scheme {
  if (prepend_scheme === undefined || prepend_scheme === null) return add_prefix_space === false ? 'never' : 'always';
  const found = (['always', 'first', 'never'] as const).find(name => name === prepend_scheme);
  if (found === undefined) throw bad(`the prepend_scheme ${JSON.stringify(prepend_scheme)} is not supported`);
  return found;
}

function metaspace(fields: Fields): Cut {
  const { replacement, split } = fields;
  if (typeof replacement !== 'string' || Array.from(replacement).length !== 1)
    throw bad('a Metaspace has no replacement');
  const scheme = schemeOf(fields);
  const marked = replaceText(' ', replacement);
  const cut = cutAt(new RegExp(literalPattern(replacement), 'gu'), 'MergedWithNext');
  return function* space(piece, section) {
    const whole = marked(piece, section);
    // What the normalizer has taken from the front counts.
    const first = section.left === 'start' && sourceOf(piece, 0) === 0;
    const wanted = scheme === 'always' ? begins(piece, section) : scheme === 'first' && first;
    const led = wanted && !whole.text.startsWith(replacement) ? withPrefix(whole, replacement) : whole;
    if (split === false) yield led;
    else yield* cut(led, section);
  };
}

const CUTS: Readonly<Record<string, (fields: Fields) => Cut>> = {
  ByteLevel: byteLevel,
  Metaspace: metaspace,
  Digits: ({ individual_digits }) => cutAt(NUMBERS, individual_digits === true ? 'Isolated' : 'Contiguous'),
  Punctuation: ({ behavior }) =>
    cutAt(PUNCTUATION, behavior === undefined ? 'Isolated' : behaviorOf(behavior, 'Punctuation')),
  Whitespace: () => cutAt(WORDS, 'Removed', true),
  WhitespaceSplit: () => cutAt(SPACES, 'Removed'),
  BertPreTokenizer: () => inOrder([cutAt(SPACES, 'Removed'), cutAt(PUNCTUATION, 'Isolated')]),
  CharDelimiterSplit: ({ delimiter }) => {
    if (typeof delimiter !== 'string' || delimiter === '') throw bad('a CharDelimiterSplit has no delimiter');
    return cutAt(new RegExp(literalPattern(delimiter), 'gu'), 'Removed');
  },
  Split: ({ pattern, behavior, invert }) => {
    const kept = behaviorOf(behavior, 'Split');
    return cutAt(readPattern(pattern, 'Split of the pre-tokenizer').pattern, kept, invert === true);
  },
  Sequence: ({ pretokenizers }) => {
    if (!Array.isArray(pretokenizers)) throw bad('a Sequence of pre-tokenizers is not a list');
    return inOrder(pretokenizers.map(readCut));
  },
};

function inOrder(cuts: readonly Cut[]): Cut {
  const from = (step: number): Cut => {
    const cut = cuts[step];
    if (cut === undefined) return piece => [piece];
    const rest = from(step + 1);
    return function* each(piece, section) {
      for (const part of cut(piece, section)) yield* rest(part, section);
    };
  };
  return from(0);
}

/** Throws `bad_tokenizer` that names what is not done here. */
export function readCut(pretokenizer: unknown): Cut {
  if (pretokenizer === undefined || pretokenizer === null) return piece => [piece];
  const fields = fieldsOf(pretokenizer);
  const { type } = fields;
  const read = typeof type === 'string' && Object.hasOwn(CUTS, type) ? CUTS[type] : undefined;
  if (read === undefined) throw bad(`the pre-tokenizer ${JSON.stringify(type ?? null)} is not supported`);
  return read(fields);
}
