// BERT's normalizer: control characters out, white space to spaces, spaces around Chinese characters, accents and case away.
// Source: `BertNormalizer` of the `tokenizers` library of Hugging Face.

import { type Aligned, mapped, type Normalizer } from './aligned.ts';

const KEPT = /^[\t\n\r]$/;
const OUT = /^(?:\ufffd|\p{Cc}|\p{Cf}|\p{Co})$/u;
const SPACE = /^\p{White_Space}$/u;

/** The blocks of characters that BERT takes for Chinese. */
const CHINESE: readonly (readonly [number, number])[] = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
];

function cleaned(char: string): string {
  if (OUT.test(char) && !KEPT.test(char)) return '';
  return KEPT.test(char) || SPACE.test(char) ? ' ' : char;
}

function spaced(char: string, code: number): string {
  return CHINESE.some(([low, high]) => code >= low && code <= high) ? ` ${char} ` : char;
}

/** Canonical decomposition without its marks; two steps in one, as no mark that goes decides about another. */
function withoutAccents(source: Aligned): Aligned {
  return mapped(source, char => char.normalize('NFD').replaceAll(/\p{Mn}/gu, ''));
}

export function readBertNormalizer(fields: Readonly<Record<string, unknown>>): Normalizer {
  const { clean_text, handle_chinese_chars, strip_accents, lowercase } = fields;
  const lower = lowercase !== false;
  const bare = typeof strip_accents === 'boolean' ? strip_accents : lower;
  return source => {
    let text = source;
    if (clean_text !== false) text = mapped(text, cleaned);
    if (handle_chinese_chars !== false) text = mapped(text, spaced);
    if (bare) text = withoutAccents(text);
    return lower ? mapped(text, char => char.toLowerCase()) : text;
  };
}
