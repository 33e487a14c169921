// What a view has made of a text with a model is about nothing once either is gone.
import { leads } from '../../stores/document/branches.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { numbersTag } from '../../stores/model/model.ts';
import type { Stores } from '../../stores/stores.ts';

/** Calls back when no branch begins with the text any more; null is no text. Returns the end of it. */
export function onTextGone(
  { document }: Pick<Stores, 'document'>,
  textOf: () => readonly DocumentToken[] | null,
  gone: () => void,
): () => void {
  return document.subscribe((now, before) => {
    const text = textOf();
    if (text === null || now.branches === before.branches) return;
    if (!now.branches.some(({ tokens }) => leads(text, tokens))) gone();
  });
}

/** Calls back when another model is ready than the one of before; the same one again is none. Returns the end of it. */
export function onOtherModel({ model }: Pick<Stores, 'model'>, other: () => void): () => void {
  let tag = numbersTag(model.getState());
  return model.subscribe((now, before) => {
    if (now.load === before.load || now.load.status !== 'ready' || numbersTag(now) === tag) return;
    tag = numbersTag(now);
    other();
  });
}
