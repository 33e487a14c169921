// When the model that work is about is gone.
import { numbersTag } from './model.ts';
import type { ModelStore } from './types.ts';

/** Calls back when the model is gone or another one has come in its place; not while the same one is opened again after a loss. Returns the end of it. */
export function onModelGone(model: ModelStore, gone: () => void): () => void {
  let tag = numbersTag(model.getState());
  return model.subscribe((now, before) => {
    const next = numbersTag(now);
    const coming = now.loss.kind === 'reopening' && now.load.status !== 'ready';
    if (now.load === before.load || coming || next === tag) return;
    tag = next;
    gone();
  });
}
