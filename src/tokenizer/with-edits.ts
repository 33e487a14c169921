// A tokenizer with what edits of its texts come to.
import { divergence } from './divergence.ts';
import { editSpan, retokenise } from './edit.ts';
import type { Tokenizer, TokenizerBase } from './interface.ts';
import { placeBetween } from './place.ts';
import { showing } from './showing.ts';

export function withEdits(base: TokenizerBase): Tokenizer {
  return {
    ...base,
    retokenise: (tokens, layout, edit) => retokenise(tokens, layout, edit, base),
    editSpan: (tokens, layout, edit) => editSpan(tokens, layout, edit, base),
    showing: (ids, text) => showing(base, ids, text),
    divergence: tokens => divergence(tokens, base),
    placeBetween: (tokens, from, to) => placeBetween(tokens, from, to, base.isSpecial),
  };
}
