// The way back from models that were loaded for columns: the one before, and the document and the biases in its ids.
import { type ModelSource, sourceKey } from '../../lib/model-source.ts';
import { sameTokens } from '../../stores/document/branches.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import type { Stores } from '../../stores/stores.ts';
import { readyModel } from './drawing.ts';
import { Meanwhile } from './meanwhile.ts';

/** The model that is ready is the one from `source`. */
export function inUse({ model }: Pick<Stores, 'model'>, source: ModelSource): boolean {
  const load = readyModel(model.getState());
  return load !== null && sourceKey(load.model.source) === sourceKey(source);
}

interface WayBack {
  readonly go: () => Promise<void>;
  /** Nothing is minded any more. */
  readonly end: () => void;
}

/** The model in use as it is, and the document in its ids, unless a person has changed the text by then or it no longer `stays`. Biases and caret that a person changes meanwhile stay so. */
export function wayBack(stores: Stores, source: ModelSource, stays: () => boolean): WayBack {
  const { document, model, settings } = stores;
  const load = model.getState().wayBack();
  const { text, tokens, tokenizer, selection, branches, branch } = document.getState();
  const names = branches.map(({ id }) => id).join();
  const meanwhile = new Meanwhile(stores);
  const go = async (): Promise<void> => {
    await load();
    // The settings and ids of another document are its own.
    if (!inUse(stores, source) || !stays()) return;
    const now = document.getState();
    const logit_bias = meanwhile.biases(now);
    if (logit_bias.length > 0) settings.getState().change({ logit_bias });
    // A server that is asked anew may number its tokens anew.
    const same = now.tokenizer?.fingerprint === tokenizer?.fingerprint;
    const untouched =
      same && now.text === text && now.branch === branch && now.branches.map(({ id }) => id).join() === names;
    if (!untouched) return;
    const caret = meanwhile.caret(now);
    // A document that is shown in ids of another model than its own counts as changed by what is put there.
    const there =
      sameAll(now.tokens, tokens) && branches.every((each, i) => sameAll(each.tokens, now.branches[i]?.tokens ?? []));
    if (tokens.length > 0 && !there)
      now.restore({ text, tokens, selection, set: { branches, branch }, history: now.leave() });
    if (caret !== null) now.select(caret.start, caret.end, caret.focus);
  };
  return { go, end: meanwhile.end };
}

function sameAll(a: readonly DocumentToken[], b: readonly DocumentToken[]): boolean {
  return a.length === b.length && sameTokens(a, b) === a.length;
}
