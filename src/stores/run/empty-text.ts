// What a run begins with where the text is empty.
import { NucleusError } from '../../lib/error.ts';
import type { DocumentStore } from '../document/types.ts';
import type { ModelStore } from '../model/types.ts';

/**
 * An empty text starts from the beginning-of-text token, as a chip. True when one was put in.
 * @param append wraps the change of the document. @throws NucleusError empty_prompt
 */
export function beginEmptyText(
  { document, model }: { document: DocumentStore; model: ModelStore },
  append: (change: () => void) => void,
): boolean {
  const { load } = model.getState();
  const { tokens, insertSpecial } = document.getState();
  if (load.status !== 'ready' || tokens.length > 0) return false;
  const first = load.model.bosId ?? load.model.eosIds[0];
  if (first === undefined) throw new NucleusError('empty_prompt', 'the model has no beginning-of-text token');
  append(() => insertSpecial(0, first));
  return true;
}
