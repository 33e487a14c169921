// Words for the steps of the history and for where a token came from.
import type { ChangeKind, TokenOrigin } from '../../stores/document-types.ts';

export const CHANGE_WORDS: Readonly<Record<ChangeKind, string>> = {
  typing: 'typing',
  deleting: 'deleting',
  edit: 'edit',
  run: 'run',
  choice: 'choice',
  special: 'special token',
  retokenise: 're-tokenising',
  keep_tail: 'cut of the beginning',
  replace: 'new text',
};

export const ORIGIN_WORDS: Readonly<Record<TokenOrigin, string>> = {
  typed: 'typed',
  drawn: 'drawn by the sampler',
  chosen: 'chosen by you',
};
