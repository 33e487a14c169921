// What stands in a node of the tree: the first token, and as much of its run as there is room for.
import { inLine } from '../../lib/shapeless.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { shortHex, visibleLine } from '../../ui/controls/visible.ts';
import { textOfBytes } from '../shared/tokenFace.ts';

export interface RunLabel {
  /** The token that leads here, with its spaces as signs. */
  readonly first: string;
  /** The tokens after it, cut in the middle. */
  readonly rest: string;
}

/** Characters of each part at most. */
const MOST_FIRST = 16;
export const MOST_REST = 22;

/** A token on one line, spaces and line ends as signs. */
export function tokenLabel(token: DocumentToken): string {
  const text = textOfBytes(token.bytes);
  return text === null ? shortHex(token.bytes) : visibleLine(text);
}

/** The run on one line; bytes that are no text as a sign for it. */
export function runText(tokens: readonly DocumentToken[]): string {
  const bytes = new Uint8Array(tokens.reduce((sum, token) => sum + token.bytes.length, 0));
  let at = 0;
  for (const token of tokens) {
    bytes.set(token.bytes, at);
    at += token.bytes.length;
  }
  return inLine(new TextDecoder().decode(bytes));
}

/** @param most characters of the rest, at most */
export function runLabel(tokens: readonly DocumentToken[], most = MOST_REST): RunLabel {
  const [first, ...others] = tokens;
  if (first === undefined) return { first: '', rest: '' };
  const rest = runText(others).trimEnd();
  return { first: shortened(tokenLabel(first), MOST_FIRST), rest: shortened(rest, most) };
}

/** `text` with its middle left out where it is longer than `most`. */
export function shortened(text: string, most: number): string {
  const chars = [...text];
  if (chars.length <= most) return text;
  const head = Math.ceil((most - 1) / 3);
  return `${chars.slice(0, head).join('')}…${chars.slice(chars.length - (most - 1 - head)).join('')}`;
}

/** Columns of a monospaced face: ideographs and most pictures take two. */
export function columns(text: string): number {
  let sum = 0;
  for (const char of text)
    sum += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f300}-\u{3fffd}]/u.test(
      char,
    )
      ? 2
      : 1;
  return sum;
}
