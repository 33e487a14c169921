// What a token looks like in a list: spaces, line ends and control characters made visible.
import { GLYPHS } from '../../lib/typed-text.ts';

export interface Piece {
  readonly text: string;
  /** True for a sign that stands for something without a shape. */
  readonly glyph: boolean;
}

/** A control character as its code, anything else as it is. */
function glyphOf(char: string): string | undefined {
  const known = GLYPHS[char];
  if (known !== undefined) return known;
  const code = char.codePointAt(0) ?? 0;
  return code < 32 || (code >= 127 && code < 160) ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : undefined;
}

/** Splits text into runs of ordinary text and of glyphs. */
export function visiblePieces(text: string): Piece[] {
  const pieces: { text: string; glyph: boolean }[] = [];
  for (const char of text) {
    const glyph = glyphOf(char);
    const last = pieces.at(-1);
    if (last && last.glyph === (glyph !== undefined)) last.text += glyph ?? char;
    else pieces.push({ text: glyph ?? char, glyph: glyph !== undefined });
  }
  return pieces;
}

/** The same in words, for screen readers: `space fox`, `new line`. */
export function spokenText(text: string): string {
  return text
    .replace(/ /g, ' space ')
    .replace(/\n/g, ' new line ')
    .replace(/\t/g, ' tab ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Bytes as hexadecimal pairs: `F0 9F 98 80`. */
export function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}
