// The text of a list of tokens, spelled once: branches at rest keep their lists.
import { layoutTokens } from '../../tokenizer/text.ts';
import type { DocumentToken } from './types.ts';

const spelled = new WeakMap<readonly DocumentToken[], string>();

export function spelledText(tokens: readonly DocumentToken[]): string {
  const known = spelled.get(tokens);
  if (known !== undefined) return known;
  const { text } = layoutTokens(tokens.map(({ bytes }) => bytes));
  spelled.set(tokens, text);
  return text;
}

/** Whoever knows the text already says it. */
export function noteSpelled(tokens: readonly DocumentToken[], text: string): void {
  spelled.set(tokens, text);
}
