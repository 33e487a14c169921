// Pre-tokenisation: how text is cut into pieces that BPE never merges across, and where such a cut is certain from two characters alone.
import { NucleusError } from '../lib/error.ts';
import { literalPattern } from './split.ts';

export type PretokenStep =
  /** Text becomes bytes here; with `regex`, GPT-2's pattern cuts first. */
  | { readonly type: 'bytes'; readonly regex: boolean }
  /** Cuts at matches. `pattern` is null when it cannot be said in JavaScript: the library may still know it. */
  | { readonly type: 'split'; readonly pattern: RegExp | null; readonly keep: 'all' | 'matches' | 'between' }
  | { readonly type: 'digits'; readonly individual: boolean };

/** The pattern of GPT-2's encoder.py. Every character of a text is in exactly one match. */
const GPT2_PATTERN = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

function bad(message: string): NucleusError {
  return new NucleusError('bad_tokenizer', message, { file: 'tokenizer.json' });
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw bad('pre_tokenizer is not an object');
  return Object.fromEntries(Object.entries(value));
}

/** The classes of Oniguruma, which are Unicode's: JavaScript's `\s` has U+FEFF and lacks U+0085, its `\d` is ASCII. */
const UNICODE_CLASSES: Readonly<Record<string, string>> = {
  '\\s': '\\p{White_Space}',
  '\\S': '\\P{White_Space}',
  '\\d': '\\p{Nd}',
  '\\D': '\\P{Nd}',
};

function withUnicodeClasses(pattern: string): string {
  return pattern.replace(/\\./gs, escaped => UNICODE_CLASSES[escaped] ?? escaped);
}

/** `(?i:...)`, which older engines lack: every letter becomes a class of both cases. */
function withoutCaseGroups(pattern: string): string {
  return pattern.replace(/\(\?i:([^()]*)\)/g, (_, inner: string) => {
    const both = inner.replace(/\\?[A-Za-z]/g, letter =>
      letter.startsWith('\\') ? letter : `[${letter.toLowerCase()}${letter.toUpperCase()}]`,
    );
    return `(?:${both})`;
  });
}

function compile(pattern: unknown): RegExp | null {
  const { Regex, String: literal } = fields(pattern);
  try {
    if (typeof Regex === 'string') return new RegExp(withUnicodeClasses(withoutCaseGroups(Regex)), 'gu');
    if (typeof literal === 'string') return new RegExp(literalPattern(literal), 'gu');
  } catch {
    return null;
  }
  return null;
}

/**
 * The steps of the `pre_tokenizer` of a tokenizer.json. `add_prefix_space` is left out on purpose: tokens are to spell the text
 * that was typed. Throws `bad_tokenizer` for a kind that byte-level tokenizers do not use.
 */
export function readPretokenizer(pretokenizer: unknown): PretokenStep[] {
  if (pretokenizer === undefined || pretokenizer === null) return [];
  const { type, pretokenizers, use_regex, pattern, behavior, invert, individual_digits } = fields(pretokenizer);
  switch (type) {
    case 'ByteLevel':
      return [{ type: 'bytes', regex: use_regex !== false }];
    case 'Digits':
      return [{ type: 'digits', individual: individual_digits === true }];
    case 'Split': {
      const keep = invert === true ? 'matches' : behavior === 'Removed' ? 'between' : 'all';
      return [{ type: 'split', pattern: compile(pattern), keep }];
    }
    case 'Sequence':
      return Array.isArray(pretokenizers) ? pretokenizers.flatMap(readPretokenizer) : [];
    default:
      throw bad(`the pre-tokenizer ${JSON.stringify(type)} is not supported`);
  }
}

function splitAll(text: string, pattern: RegExp): string[] {
  const pieces: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) pieces.push(text.slice(end, match.index));
    if (match[0] !== '') pieces.push(match[0]);
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}

function splitPiece(text: string, step: PretokenStep): string[] {
  switch (step.type) {
    case 'bytes':
      return step.regex ? (text.match(GPT2_PATTERN) ?? []) : [text];
    case 'digits':
      return text.match(step.individual ? /[^\d]+|\d/gu : /[^\d]+|\d+/gu) ?? [];
    case 'split':
      if (step.pattern === null) throw bad('the pattern of the pre-tokenizer is not supported');
      if (step.keep === 'matches') return (text.match(step.pattern) ?? []).filter(piece => piece !== '');
      if (step.keep === 'between') return text.split(step.pattern).filter(piece => piece !== '');
      return splitAll(text, step.pattern);
    default:
      return step satisfies never;
  }
}

/** The pieces of a text, in order. Throws `bad_tokenizer` for a pattern that JavaScript does not have. */
export function pretokenise(text: string, steps: readonly PretokenStep[]): string[] {
  let pieces = text === '' ? [] : [text];
  for (const step of steps) pieces = pieces.flatMap(piece => splitPiece(piece, step));
  return pieces;
}

/**
 * Whether a new piece surely starts between two neighbouring characters, whatever stands before and after them, so that the text on
 * both sides can be tokenised apart. False where it depends. Each argument is one code point.
 */
export type BoundaryRule = (before: string, after: string) => boolean;

const SPACE = /^\s$/u;

function characterClass(char: string): 'letter' | 'number' | 'other' {
  if (/^\p{L}$/u.test(char)) return 'letter';
  return /^\p{N}$/u.test(char) ? 'number' : 'other';
}

/**
 * GPT-2's pattern: a piece takes white space only at its start, and apart from that characters of one class. The exceptions are
 * contractions, which join an apostrophe to letters. After white space it depends: the last space of a run goes to the next word.
 */
function gpt2Boundary(before: string, after: string): boolean {
  if (SPACE.test(before)) return false;
  if (SPACE.test(after)) return true;
  const left = characterClass(before);
  const right = characterClass(after);
  return left !== right && !(before === "'" && right === 'letter');
}

/**
 * Patterns in the manner of GPT-4, Llama 3 and Qwen: punctuation may take line ends along, but no piece goes on with another space.
 * U+0085 and U+FEFF are white space in one definition and not in the other: nothing is certain beside them.
 */
function wordBoundary(before: string, after: string): boolean {
  return !/^[\s\u0085]$/u.test(before) && SPACE.test(after) && !/^[\n\r\ufeff]$/u.test(after);
}

/**
 * The rule for these steps. Proved for GPT-2's pattern, true for the patterns of GPT-4, Llama 3 and Qwen 2. `words` are added tokens that are found in
 * plain text before it is cut: one that spans such a place leaves no place certain.
 */
export function boundaryRule(steps: readonly PretokenStep[], words: readonly string[] = []): BoundaryRule {
  const [first] = steps;
  const cuts = steps.some(step => step.type === 'split' || (step.type === 'bytes' && step.regex));
  if (!cuts) return () => false;
  const rule = steps.length === 1 && first?.type === 'bytes' ? gpt2Boundary : wordBoundary;
  const spans = words.some(word => {
    const chars = Array.from(word);
    return chars.some((char, i) => i > 0 && rule(chars[i - 1] ?? '', char));
  });
  return spans ? () => false : rule;
}
