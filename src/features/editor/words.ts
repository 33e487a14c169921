// Words for the steps of the history, and for an edit that went wrong.
import type { ChangeKind } from '../../stores/document/types.ts';
import type { FieldFault } from './field.ts';

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
  answers: 'choice of an answer',
  rename: 'renaming',
  remove: 'deletion of a branch',
  chat: 'turn of the chat',
  answer: 'answer from outside',
};

/** @param behind tokens behind the caret, at least one */
export function fromHereWords(behind: number): string {
  const [rest, stay] = behind === 1 ? ['The token', 'stays'] : [`The ${behind} tokens`, 'stay'];
  return `Goes on from the caret. ${rest} behind it ${stay} as a branch`;
}

export function faultWords({ kind, message }: FieldFault): string {
  return kind === 'read_anew'
    ? `The last edit could not be made in place (${message}), so the whole text was read anew. No word is lost.`
    : `The last edit could not be read (${message}). Your words stay in the field, but what is tinted and run is the text before them. Edit on to try again, and copy them before you reload the page.`;
}
