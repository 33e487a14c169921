// Where a text that becomes tokens stands: what a tokenizer puts before the first word, or takes from the ends, depends on it.

export interface Place {
  /** It is the beginning of all text; or it follows a special token; or it goes on from text that has tokens of its own. */
  readonly left: 'start' | 'special' | 'text';
  /** Nothing, or a special token, follows; or text that has tokens of its own. */
  readonly right: 'end' | 'text';
}

/** The place of a text that is to stand between tokens `[0, from)` and `[to, length)`. One special token in front is a beginning of text. */
export function placeBetween(
  tokens: { readonly length: number; at(index: number): { readonly id: number } | undefined },
  from: number,
  to: number,
  isSpecial: (id: number) => boolean,
): Place {
  const special = (index: number): boolean => isSpecial(tokens.at(index)?.id ?? -1);
  const begins = from === 0 || special(from - 1);
  const left = begins ? (from < 2 ? 'start' : 'special') : 'text';
  return { left, right: to >= tokens.length || special(to) ? 'end' : 'text' };
}

/** A text by itself. */
export const WHOLE: Place = { left: 'start', right: 'end' };
