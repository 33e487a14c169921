// Words for the steps of the history.
import type { ChangeKind } from '../../stores/document-types.ts';

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
