// The text of a record brought back to the document: with its tokens where the vocabulary in use is theirs.
import { between, wholePairs } from '../../lib/text-change.ts';
import type { DocumentStore, KeptHistory } from '../document/types.ts';
import type { Saved } from './saved.ts';
import { savedDocument } from './saved-document.ts';

/** `same`: the record is of the model in use, whose numbers it has. */
export function restoreText(document: DocumentStore, saved: Saved, same: boolean, history?: KeptHistory): void {
  const { tokenizer } = document.getState();
  const { text, selection, tokensOf } = saved;
  const own = tokenizer === null || tokensOf === null ? text : tokensOf;
  const made = tokenizer === null ? null : savedDocument({ ...saved, text: own }, tokenizer, same);
  document.getState().restore({ text: own, tokens: [], selection, ...made, history });
  if (own === text) return;
  // What was changed before the tokens were there is a step of Undo behind them, and behind what a vocabulary opens a text with.
  const shown = document.getState().text;
  const before = shown.length - own.length;
  if (!shown.endsWith(own)) {
    document.getState().restore({ text, tokens: [], selection, history });
    return;
  }
  const { start, end, insert } = wholePairs(own, between(own, text));
  document.getState().edit(before + start, before + end, insert);
  document.getState().select(before + selection.start, before + selection.end, selection.focus);
}
