// How SentencePiece rewrites text before it is cut: its rules, extra spaces, the space in front, and the sign for spaces.
// Source: normalizer.cc of google/sentencepiece.
import { Trie } from '../models/trie.ts';
import { type Aligned, type Normalizer, Rewriting, slicedAt } from '../normal/aligned.ts';
import { type Charsmap, readCharsmap } from '../normal/charsmap.ts';
import { withPrefix } from '../normal/normalizers.ts';
import type { SentencePieceModel } from './model-file.ts';

export const SPACE_SIGN = '\u2581';

const utf8 = new TextEncoder();

/** Where the longest of some texts that begins at a place ends; -1 where none does. */
export type Longest = (text: string, at: number) => number;

export function longestOf(texts: readonly string[]): Longest {
  const trie = new Trie();
  for (const text of texts) trie.set(text, 1);
  return (text, at) => {
    let found = -1;
    let node = 0;
    for (let end = at; end < text.length; ) {
      node = trie.next(node, text.charCodeAt(end++));
      if (node < 0) break;
      if (trie.valueAt(node) >= 0) found = end;
    }
    return found;
  };
}

/** What stands at a place is rewritten to `text`; it ends at `end`. */
interface Rewritten {
  readonly text: string;
  readonly end: number;
}

/** Characters that a rule looks at, at most. */
const WINDOW = 32;

/** The end of so many bytes from `at` on. */
function endOfBytes(text: string, at: number, bytes: number): number {
  let end = at;
  for (let left = bytes; left > 0 && end < text.length; ) {
    const code = text.codePointAt(end) ?? 0;
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    end += code > 0xffff ? 2 : 1;
  }
  return end;
}

/** What the rules make of a character by itself; null where some rule goes on with the next one. */
type Alone = { readonly text: string } | null;

/** Words of the person's own stay; else the longest rule holds; else a character is itself. */
function rewriter(rules: Charsmap | null, own: Longest): (text: string, at: number) => Rewritten {
  const known = new Map<number, Alone>();
  const alone = (code: number, next: number): Alone => {
    const key = code * 0x200000 + next;
    const before = known.get(key);
    if (before !== undefined || rules === null) return before ?? null;
    const char = String.fromCodePoint(code);
    const goesOn = rules.begins(utf8.encode(char + String.fromCodePoint(next)));
    const rule = goesOn ? undefined : rules.prefixes(utf8.encode(char)).at(-1);
    const made = goesOn ? null : { text: rule === undefined ? char : rules.textAt(rule.place) };
    known.set(key, made);
    return made;
  };
  return (text, at) => {
    const word = own(text, at);
    if (word > at) return { text: text.slice(at, word), end: word };
    const code = text.codePointAt(at) ?? 0;
    const end = at + (code > 0xffff ? 2 : 1);
    if (rules === null) return { text: text.slice(at, end), end };
    const single = end < text.length ? alone(code, text.codePointAt(end) ?? 0) : null;
    if (single !== null) return { text: single.text, end };
    const rule = rules.prefixes(utf8.encode(text.slice(at, at + WINDOW).toWellFormed())).at(-1);
    if (rule === undefined) return { text: text.slice(at, end), end };
    return { text: rules.textAt(rule.place), end: endOfBytes(text, at, rule.length) };
  };
}

/** Without the signs for spaces at its end. */
function withoutEnd(done: Aligned, sign: string): Aligned {
  let end = done.text.length;
  while (end > 0 && done.text.charAt(end - 1) === sign) end--;
  return { ...slicedAt(done, 0, end), to: done.to };
}

/** Throws `bad_tokenizer` where the rules cannot be read. */
export function sentencePieceNormaliser(model: SentencePieceModel): Normalizer {
  const { charsmap, removeExtraSpaces, dummyPrefix, suffixSpace, escapeSpaces } = model;
  const rules = charsmap.length === 0 ? null : readCharsmap(charsmap, 'tokenizer.model');
  const read = rewriter(rules, longestOf(model.pieces.flatMap(({ type, text }) => (type === 'user' ? text : []))));
  const sign = escapeSpaces ? SPACE_SIGN : ' ';
  return (source, place) => {
    const { text } = source;
    const begins = place.left !== 'text';
    const ends = place.right === 'end';
    let at = 0;
    while (removeExtraSpaces && begins && at < text.length) {
      const next = read(text, at);
      if (next.text !== ' ') break;
      at = next.end;
    }
    const out = new Rewriting(source);
    if (at >= text.length) return out.done();
    let spaced = removeExtraSpaces && begins;
    while (at < text.length) {
      const next = read(text, at);
      const kept = spaced ? next.text.replace(/^ +/, '') : next.text;
      if (kept !== '') {
        out.put(kept.replaceAll(' ', sign), at);
        spaced = removeExtraSpaces && kept.endsWith(' ');
      } else if (!removeExtraSpaces) spaced = false;
      at = next.end;
    }
    let done = out.done();
    if (dummyPrefix && !suffixSpace && begins) done = withPrefix(done, sign);
    if (removeExtraSpaces && ends) done = withoutEnd(done, sign);
    return dummyPrefix && suffixSpace && ends ? withSuffix(done, sign) : done;
  };
}

function withSuffix({ text, at, from, to }: Aligned, suffix: string): Aligned {
  const moved = new Uint32Array(text.length + suffix.length).fill(to, text.length);
  if (at !== null) moved.set(at);
  else for (let i = 0; i < text.length; i++) moved[i] = from + i;
  return { text: text + suffix, at: moved, from, to };
}
