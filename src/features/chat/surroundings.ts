// What a conversation asks of model, text and runs around it.
import type { LoadedModel } from '../../protocol/events.ts';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import type { Stores } from '../../stores/stores.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { replyRoom } from './fit.ts';
import type { Shown } from './types.ts';

interface ReadyModel {
  readonly model: LoadedModel;
  readonly tokenizer: Tokenizer;
}

/** Null while there is no model, or no tokenizer of it. */
export function readyModel({ model, document }: Pick<Stores, 'model' | 'document'>): ReadyModel | null {
  const load = modelItself(model.getState());
  const { tokenizer } = document.getState();
  return load.status === 'ready' && tokenizer !== null ? { model: load.model, tokenizer } : null;
}

/** Tokens that a prompt may have, so that a reply fits behind it. */
export function promptRoom({ model, settings }: Pick<Stores, 'model' | 'settings'>): number {
  const allowed = tokensAllowed(model.getState());
  return allowed - replyRoom(allowed, settings.getState().settings.max_new_tokens);
}

/** Stop strings of a reply: what ends it in the template, unless it ends the text anyway. */
export function replyEnds(shown: Shown | null, ready: ReadyModel | null): readonly string[] {
  const end = shown?.prompt.end ?? '';
  const id = ready?.tokenizer.idOf(end);
  return end === '' || (id !== undefined && ready?.model.eosIds.includes(id)) ? [] : [end];
}
