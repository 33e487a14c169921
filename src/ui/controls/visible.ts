// What a token looks like in a list: spaces, line ends and characters without a shape made visible, piles of marks and long ones cut.
import { codeName, headOf, partsOf } from '../../lib/shapeless.ts';
import { GLYPHS } from '../../lib/typed-text.ts';

export interface Piece {
  readonly text: string;
  /** True for a sign that stands for something without a shape. */
  readonly glyph: boolean;
}

/** UTF-16 units of a token that are shown. */
const MOST_SHOWN = 160;
const MOST_BYTES = 32;

/** The head of a long text, no character cut in two, and how many units are left out. */
function cut(text: string): { readonly head: string; readonly left: number } {
  if (text.length <= MOST_SHOWN) return { head: text, left: 0 };
  const head = headOf(text, MOST_SHOWN);
  return { head, left: text.length - head.length };
}

/** Splits text into runs of ordinary text and of glyphs. */
export function visiblePieces(text: string): Piece[] {
  const { head, left } = cut(text);
  const pieces: { text: string; glyph: boolean }[] = [];
  const add = (shown: string, glyph: boolean): void => {
    const last = pieces.at(-1);
    if (last?.glyph === glyph) last.text += shown;
    else pieces.push({ text: shown, glyph });
  };
  // A mark without a character of its own would sit on what stands before.
  if (/^\p{M}/u.test(head)) add('\u25cc', false);
  for (const part of partsOf(head)) {
    const glyph = GLYPHS[part.text];
    if (glyph !== undefined) add(glyph, true);
    else if (part.kind === 'seen') add(part.text, false);
    else add(part.kind === 'shapeless' ? codeName(part.text) : `+${[...part.text].length} marks`, true);
  }
  if (left > 0) add(`…+${left}`, true);
  return pieces;
}

/** The same as one string. */
export function visibleLine(text: string): string {
  return visiblePieces(text)
    .map(piece => piece.text)
    .join('');
}

const SPOKEN: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\n': 'new line',
  '\r': 'carriage return',
  '\t': 'tab',
  '\u00a0': 'no-break space',
  '\u200b': 'zero-width space',
};

/** The same in words, for screen readers: `space fox`, `new line`. */
export function spokenText(text: string): string {
  const { head, left } = cut(text);
  let words = '';
  for (const part of partsOf(head)) {
    const name = SPOKEN[part.text] ?? (part.kind === 'shapeless' ? codeName(part.text) : undefined);
    words += name === undefined ? (part.kind === 'seen' ? part.text : ' more marks ') : ` ${name} `;
  }
  if (left > 0) words += ` and ${left} characters more`;
  return words.replace(/ {2,}/g, ' ').trim();
}

/** Bytes as hexadecimal pairs: `F0 9F 98 80`. */
export function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}

/** The same of the first bytes alone, for a line. */
export function shortHex(bytes: Uint8Array): string {
  if (bytes.length <= MOST_BYTES) return hexBytes(bytes);
  return `${hexBytes(bytes.subarray(0, MOST_BYTES))} …+${bytes.length - MOST_BYTES}`;
}
