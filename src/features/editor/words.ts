// Words for the steps of the history.
import type { ChangeKind } from '../../stores/document/types.ts';

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
  switch: 'switch of branch',
  force: 'forced text',
  grown: 'grown branch',
  rename: 'renaming',
  remove: 'deletion of a branch',
  shared: 'opening of a shared text',
};
