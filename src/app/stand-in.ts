// A first visit over a slow network: until the model that ships is here, a recording of it has the numbers of the text that a page begins with.
import { idsOf, sharedLength } from '../stores/document/sequence.ts';
import { standDown } from '../stores/model/stand-in.ts';
import type { ModelState, OpenModel } from '../stores/model/types.ts';
import type { Stores } from '../stores/stores.ts';

/** A download that has taken so long, and takes longer still, is slow. Milliseconds, seconds. */
const SLOW_MS = 1_500;
const SLOW_SECONDS = 2;

/** How long it still takes; null where the model that ships is not being downloaded: a recording that a person opens, where no model can run, is none. */
function secondsLeft({ load, blocked }: ModelState): number | null {
  if (load.status !== 'loading' || blocked !== null || load.source.kind !== 'shipped') return null;
  const { phase, fromCache, secondsLeft: left } = load.progress;
  return phase === 'download' && !fromCache ? (left ?? Number.POSITIVE_INFINITY) : null;
}

/** The recorded text, or a beginning of it. */
function isOfIt({ model, tokenizer }: OpenModel, text: string): boolean {
  return model.recorded !== undefined && tokenizer.decode(Uint32Array.from(model.recorded.ids)).startsWith(text);
}

/**
 * Has a recording stand in once the download is slow, where `text` still stands in the page, and stand down once another text does: numbers of that come
 * with the model. Returns the end of it.
 */
export function standInWhenSlow(
  { model, document, work }: Pick<Stores, 'model' | 'document' | 'work'>,
  text: string,
): () => void {
  let off: (() => void) | null = null;
  let passed = false;
  let begun = false;
  const look = (): void => {
    const { status } = model.getState().load;
    begun ||= status === 'loading';
    // A later load is none of a first visit.
    if (begun && status !== 'loading') endLook();
    const left = secondsLeft(model.getState());
    if (left === null) return;
    off ??= work.later(SLOW_MS, () => {
      passed = true;
      look();
    });
    if (!passed || left <= SLOW_SECONDS || document.getState().text !== text) return;
    endLook();
    void model.getState().standIn(recording => isOfIt(recording, document.getState().text));
  };
  const follow = (): void => {
    const { load, coming } = model.getState();
    if (coming === null || load.status !== 'ready' || load.model.recorded === undefined) return;
    const ids = idsOf(document.getState().tokens);
    if (sharedLength(ids, Uint32Array.from(load.model.recorded.ids)) < ids.length) standDown(model);
  };
  const unsubscribe = model.subscribe(look);
  const endLook = (): void => {
    off?.();
    unsubscribe();
  };
  const endFollow = document.subscribe(follow);
  return () => {
    endLook();
    endFollow();
  };
}
