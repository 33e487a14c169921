// The `Precompiled` normalizer of a tokenizer.json: the rules of SentencePiece, applied to whole graphemes where they are short.
// Source: `spm_precompiled` of Hugging Face, whose ids this is to equal: it takes the shortest rule that fits the beginning, for all of a grapheme.
import { type Aligned, type Normalizer, Rewriting } from './aligned.ts';
import type { Charsmap } from './charsmap.ts';

const utf8 = new TextEncoder();
/** Bytes of a grapheme from which it is taken apart. */
const LONG = 6;

function isAscii(text: string, at: number): boolean {
  return text.charCodeAt(at) < 0x80;
}

/** Stretches [start, end) that may hold graphemes of several characters: an ASCII character between two others is one by itself, but for CR LF. */
function* complexStretches(text: string): Generator<readonly [number, number]> {
  for (let at = 0; at < text.length; ) {
    if (text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10) {
      yield [at, at + 2];
      at += 2;
    } else if (isAscii(text, at) && (at + 1 >= text.length || isAscii(text, at + 1))) at++;
    else {
      const start = at;
      while (at < text.length && !(isAscii(text, at) && (at + 1 >= text.length || isAscii(text, at + 1)))) at++;
      // One more, which may belong to the character before it.
      if (at < text.length && text.charCodeAt(at) !== 13) at++;
      yield [start, at];
    }
  }
}

export function precompiled(rules: Charsmap): Normalizer {
  const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const known = new Map<string, string | null>();
  const transform = (chunk: string): string | null => {
    const before = known.get(chunk);
    if (before !== undefined) return before;
    const [first] = rules.prefixes(utf8.encode(chunk));
    const made = first === undefined ? null : rules.textAt(first.place);
    if (chunk.length <= LONG && known.size < 100_000) known.set(chunk, made);
    return made;
  };
  const characters = (out: Rewriting, chunk: string, start: number): void => {
    let at = start;
    for (const char of chunk) {
      const made = transform(char);
      if (made === null) out.keep(at, at + char.length);
      else out.put(made, at);
      at += char.length;
    }
  };
  return (source: Aligned) => {
    const { text } = source;
    const out = new Rewriting(source);
    let end = 0;
    for (const [start, stop] of complexStretches(text)) {
      characters(out, text.slice(end, start), end);
      for (const { segment, index } of segments.segment(text.slice(start, stop))) {
        const whole = utf8.encode(segment).length < LONG ? transform(segment) : null;
        if (whole === null) characters(out, segment, start + index);
        else out.put(whole, start + index);
      }
      end = stop;
    }
    characters(out, text.slice(end), end);
    return out.done();
  };
}
