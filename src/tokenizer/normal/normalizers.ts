// The normalizers of a tokenizer.json: how text is rewritten before it is cut.
// Source: the `tokenizers` library of Hugging Face, whose results these are to equal; all of them keep account of where each unit comes from.
import { NucleusError } from '../../lib/error.ts';
import { assertGrowth } from '../growth.ts';
import { compilePattern, literalPattern } from '../pretokens/pattern.ts';
import { stretches, type TextPattern } from '../pretokens/split.ts';
import { UnknownPattern } from '../pretokens/unknown-pattern.ts';
import { type Aligned, mapped, type Normalizer, Rewriting, sourceOf } from './aligned.ts';
import { readBertNormalizer } from './bert.ts';
import { readCharsmap } from './charsmap.ts';
import { byteAlphabet } from './in-bytes.ts';
import { precompiled } from './precompiled.ts';

type Fields = Readonly<Record<string, unknown>>;

function bad(message: string): NucleusError {
  return new NucleusError('bad_tokenizer', message, { file: 'tokenizer.json' });
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('a normalizer is not an object');
  return Object.fromEntries(Object.entries(value));
}

/**
 * What joins a character before it in a normal form: marks; the vowels and last consonants of Hangul, and the letters that NFKC makes them of; the halfwidth marks of
 * kana; the vowels of Kirat Rai.
 */
const JOINS = String.raw`\p{M}\u1160-\u11ff\u3133\u3135\u3136\u313a-\u313f\u314f-\u3163\uff9e\uff9f\uffa3\uffa5\uffa6\uffaa-\uffaf\uffc2-\uffdc\u{16d67}\u{16d68}`;
const CLUSTER = new RegExp(`[^${JOINS}]?[${JOINS}]*`, 'gsu');

function normalForm(form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Normalizer {
  return source => {
    const { text } = source;
    const whole = text.normalize(form);
    if (whole === text) return source;
    const out = new Rewriting(source);
    for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
      const made = cluster.normalize(form);
      if (made === cluster) out.keep(index, index + cluster.length);
      else if (Array.from(cluster, char => char.normalize(form)).join('') !== made) out.put(made, index);
      else {
        let at = index;
        for (const char of cluster) {
          out.put(char.normalize(form), at);
          at += char.length;
        }
      }
    }
    const done = out.done();
    if (done.text === whole) return done;
    // Only what a later Unicode joins comes here; the ids are right all the same.
    const coarse = new Rewriting(source);
    coarse.put(whole, 0);
    return coarse.done();
  };
}

/** White space at the ends. */
function strip(left: boolean, right: boolean): Normalizer {
  return (source, place) => {
    const { text } = source;
    let start = 0;
    let end = text.length;
    if (left && place.left !== 'text') while (start < end && /\p{White_Space}/u.test(text.charAt(start))) start++;
    if (right && place.right === 'end') while (end > start && /\p{White_Space}/u.test(text.charAt(end - 1))) end--;
    if (start === 0 && end === text.length) return source;
    const at = Uint32Array.from({ length: end - start }, (_, i) => sourceOf(source, start + i));
    return { text: text.slice(start, end), at, from: source.from, to: source.to };
  };
}

function prepend(prefix: string): Normalizer {
  return (source, place) => (source.text === '' || place.left === 'text' ? source : withPrefix(source, prefix));
}

/** `prefix` before all of it, from the place where it begins. */
export function withPrefix(source: Aligned, prefix: string): Aligned {
  const { text, at, from, to } = source;
  assertGrowth(prefix.length + text.length, to - from);
  const moved = new Uint32Array(prefix.length + text.length).fill(from, 0, prefix.length);
  if (at === null) for (let i = 0; i < text.length; i++) moved[prefix.length + i] = from + i;
  else moved.set(at, prefix.length);
  return { text: prefix + text, at: moved, from, to };
}

/** Every `pattern`, a text, becomes `content`. */
export function replaceText(pattern: string, content: string): Normalizer {
  return source => {
    // One unit for one: places stay.
    if (pattern.length === 1 && content.length === 1)
      return { ...source, text: source.text.replaceAll(pattern, content) };
    return replaced(source, new RegExp(literalPattern(pattern), 'gu'), content);
  };
}

function replaced(source: Aligned, pattern: TextPattern, content: string): Aligned {
  const out = new Rewriting(source);
  let end = 0;
  for (const { start, end: until, matches } of stretches(source.text, pattern)) {
    if (!matches) continue;
    out.keep(end, start);
    out.put(content, start);
    end = until;
  }
  out.keep(end, source.text.length);
  return out.done();
}

/** The pattern of a Replace or a Split: a text, or a regular expression. */
export function readPattern(
  pattern: unknown,
  of: string,
): { readonly pattern: TextPattern; readonly literal: string | null; readonly source: string } {
  const { Regex, String: literal } = fieldsOf(pattern ?? {});
  if (typeof literal === 'string' && typeof Regex !== 'string') {
    return { pattern: new RegExp(literalPattern(literal), 'gu'), literal, source: literal };
  }
  if (typeof Regex !== 'string') throw bad(`a ${of} has no pattern`);
  try {
    return { pattern: compilePattern(Regex), literal: null, source: Regex };
  } catch (thrown) {
    if (!(thrown instanceof UnknownPattern)) throw thrown;
    throw bad(`the pattern ${JSON.stringify(Regex)} of a ${of} is not supported, because of ${thrown.message}`);
  }
}

function readReplace({ pattern, content }: Fields): Normalizer {
  if (typeof content !== 'string') throw bad('a Replace has no content');
  const read = readPattern(pattern, 'Replace');
  if (read.literal !== null) return read.literal === '' ? source => source : replaceText(read.literal, content);
  return source => replaced(source, read.pattern, content);
}

/** Control characters that `nmt` leaves out, and what it takes for spaces. */
function nmt(code: number): '' | ' ' | null {
  if (NMT_OUT.has(code) || (code >= 1 && code <= 8) || (code >= 0x0e && code <= 0x1f)) return '';
  return NMT_SPACES.has(code) || (code >= 0x200b && code <= 0x200f) ? ' ' : null;
}

const NMT_OUT: ReadonlySet<number> = new Set([0x0b, 0x7f, 0x8f, 0x9f]);
const NMT_SPACES: ReadonlySet<number> = new Set([9, 10, 12, 13, 0x1680, 0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd]);

const NORMALIZERS: Readonly<Record<string, (fields: Fields) => Normalizer>> = {
  NFC: () => normalForm('NFC'),
  NFD: () => normalForm('NFD'),
  NFKC: () => normalForm('NFKC'),
  NFKD: () => normalForm('NFKD'),
  // Character by character: a sigma at the end of a word is like any other.
  Lowercase: () => source => mapped(source, char => char.toLowerCase()),
  StripAccents: () => source => mapped(source, char => (/^\p{M}$/u.test(char) ? '' : char)),
  Strip: ({ strip_left, strip_right }) => strip(strip_left !== false, strip_right !== false),
  Nmt: () => source => mapped(source, (char, code) => nmt(code) ?? char),
  Prepend: fields => {
    if (typeof fields.prepend !== 'string') throw bad('a Prepend has no text');
    return prepend(fields.prepend);
  },
  Replace: readReplace,
  ByteLevel: () => byteAlphabet,
  BertNormalizer: readBertNormalizer,
  Precompiled: ({ precompiled_charsmap }) => {
    if (typeof precompiled_charsmap !== 'string' || precompiled_charsmap === '') {
      throw bad('a Precompiled normalizer has no precompiled_charsmap');
    }
    return precompiled(readCharsmap(fromBase64(precompiled_charsmap), 'tokenizer.json'));
  },
  Sequence: ({ normalizers }) => {
    if (!Array.isArray(normalizers)) throw bad('a Sequence of normalizers is not a list');
    const steps = normalizers.map(readNormalizer);
    return (source, place) => steps.reduce((text, step) => step(text, place), source);
  },
};

function fromBase64(written: string): Uint8Array {
  try {
    return Uint8Array.from(atob(written), char => char.charCodeAt(0));
  } catch {
    throw bad('precompiled_charsmap is not base64');
  }
}

/** Throws `bad_tokenizer` that names what is not done here. */
export function readNormalizer(normalizer: unknown): Normalizer {
  if (normalizer === undefined || normalizer === null) return source => source;
  const fields = fieldsOf(normalizer);
  const read =
    typeof fields.type === 'string' && Object.hasOwn(NORMALIZERS, fields.type) ? NORMALIZERS[fields.type] : undefined;
  if (read === undefined) throw bad(`the normalizer ${JSON.stringify(fields.type ?? null)} is not supported`);
  return read(fields);
}
