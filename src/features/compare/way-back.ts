// The way back from models that were loaded for columns: the one before, and the document in its ids.
import { type ModelSource, sourceKey } from '../../lib/model-source.ts';
import { sameTokens } from '../../stores/document/branches.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import type { Stores } from '../../stores/stores.ts';
import { readyModel } from './drawing.ts';

/** The model that is ready is the one from `source`. */
export function inUse({ model }: Pick<Stores, 'model'>, source: ModelSource): boolean {
  const load = readyModel(model.getState());
  return load !== null && sourceKey(load.model.source) === sourceKey(source);
}

/** The model in use as it is, and the document in its ids, unless a person has changed the text by then or it no longer `stays`. */
export function wayBack(stores: Stores, source: ModelSource, stays: () => boolean): () => Promise<void> {
  const { document, model, settings } = stores;
  const load = model.getState().wayBack();
  const { text, tokens, tokenizer, selection, branches, branch } = document.getState();
  const { logit_bias } = settings.getState().settings;
  const names = branches.map(({ id }) => id).join();
  return async () => {
    await load();
    // The settings and ids of another document are its own.
    if (!inUse(stores, source) || !stays()) return;
    // Biases that another vocabulary has no token for are gone with it.
    if (logit_bias.length > 0) settings.getState().change({ logit_bias });
    const now = document.getState();
    // A server that is asked anew may number its tokens anew.
    const same = now.tokenizer?.fingerprint === tokenizer?.fingerprint;
    const untouched =
      same && now.text === text && now.branch === branch && now.branches.map(({ id }) => id).join() === names;
    // A document that is shown in ids of another model than its own counts as changed by what is put there.
    const there =
      sameAll(now.tokens, tokens) && branches.every((each, i) => sameAll(each.tokens, now.branches[i]?.tokens ?? []));
    if (untouched && tokens.length > 0 && !there)
      now.restore({ text, tokens, selection, set: { branches, branch }, history: now.leave() });
  };
}

function sameAll(a: readonly DocumentToken[], b: readonly DocumentToken[]): boolean {
  return a.length === b.length && sameTokens(a, b) === a.length;
}
