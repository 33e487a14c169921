// The way back from models that were loaded for columns: the one before, and the document in its ids.
import { type ModelSource, sourceKey } from '../../lib/model-source.ts';
import type { Stores } from '../../stores/stores.ts';
import { readyModel } from './drawing.ts';

/** The model that is ready is the one from `source`. */
export function inUse({ model }: Pick<Stores, 'model'>, source: ModelSource): boolean {
  const load = readyModel(model.getState());
  return load !== null && sourceKey(load.model.source) === sourceKey(source);
}

/** The model in use as it is, and the document in its ids, unless a person has changed the text by then. */
export function wayBack(stores: Stores, source: ModelSource): () => Promise<void> {
  const { document, documents, model, settings } = stores;
  const { id: opened } = documents.getState();
  const load = model.getState().wayBack();
  const { text, tokens, tokenizer, selection, branches, branch } = document.getState();
  const { logit_bias } = settings.getState().settings;
  const names = branches.map(({ id }) => id).join();
  return async () => {
    await load();
    // The settings and ids of another document are its own.
    if (!inUse(stores, source) || documents.getState().id !== opened) return;
    // Biases that another vocabulary has no token for are gone with it.
    if (logit_bias.length > 0) settings.getState().change({ logit_bias });
    const now = document.getState();
    // A server that is asked anew may number its tokens anew.
    const same = now.tokenizer?.fingerprint === tokenizer?.fingerprint;
    const untouched =
      same && now.text === text && now.branch === branch && now.branches.map(({ id }) => id).join() === names;
    if (untouched && tokens.length > 0)
      now.restore({ text, tokens, selection, set: { branches, branch }, history: now.leave() });
  };
}
