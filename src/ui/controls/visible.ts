// What a token looks like in a list: spaces, line ends and control characters made visible.

export interface Piece {
  readonly text: string;
  /** True for a sign that stands for something without a shape. */
  readonly glyph: boolean;
}

const GLYPHS: Readonly<Record<string, string>> = {
  ' ': '·',
  '\n': '↵',
  '\r': '␍',
  '\t': '⇥',
  '\u00a0': '⍽',
  '\u200b': '∅',
};

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

/** A string on one line, as a person types it in a field: line ends and tabs escaped. */
export function escapeLine(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t');
}

/** What a person typed in a field of one line, with `\n`, `\r`, `\t` and `\\` read as escapes. */
export function unescapeLine(text: string): string {
  return text.replace(/\\([nrt\\])/g, (_, c: string) => ({ n: '\n', r: '\r', t: '\t' })[c] ?? c);
}
