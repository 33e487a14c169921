// Where a text can lose its beginning without losing a part of a word.
import type { TokenLayout } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

/** White space stands there, or right before it. */
function isBlank(layout: TokenLayout, token: number): boolean {
  const at = layout.starts[token] ?? 0;
  return /\s/.test(layout.text.slice(Math.max(0, at - 1), at + 1));
}

/** A word surely starts there, as after a full stop where words have no spaces between them. */
function isBorder({ text, starts }: TokenLayout, token: number, { startsPretoken }: Tokenizer): boolean {
  const at = starts[token] ?? 0;
  const before = Array.from(text.slice(Math.max(0, at - 2), at)).at(-1) ?? '';
  const [after = ''] = text.slice(at, at + 2);
  return /[\p{L}\p{N}]/u.test(after) && startsPretoken(before, after);
}

/**
 * The first token from `from` on that begins a word; in a text without white space one after another sign; else one that begins with a whole character. It is
 * looked for among half of what follows.
 */
export function wordStart(from: number, layout: TokenLayout, tokenizer: Tokenizer): number {
  const { groups } = layout;
  const most = from + Math.floor((groups.length - from) / 2);
  const rules = [
    (token: number) => isBlank(layout, token),
    (token: number) => isBorder(layout, token, tokenizer),
    () => true,
  ];
  for (const rule of rules) {
    for (let token = from; token <= most; token++) if (groups[token] === token && rule(token)) return token;
  }
  return from;
}
