// What a run waits for before it begins: the model, and the tokens of a long text.
import { fromWire, NucleusError } from '../../lib/error.ts';
import type { DocumentStore } from '../document/types.ts';
import type { ModelStore } from '../model/types.ts';
import { isComing } from '../model/under-way.ts';

/** Waits for a load under way. @throws NucleusError no_model, cancelled, or the error of the load */
export async function modelReady(model: ModelStore, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = (): boolean => {
      const { load, blocked } = model.getState();
      if (isComing(model.getState()) && !signal.aborted) return false;
      if (signal.aborted) reject(new NucleusError('cancelled', 'stopped before the model was there'));
      else if (load.status === 'ready') resolve();
      else if (load.status === 'failed') reject(fromWire(load.error));
      else reject(blocked === null ? new NucleusError('no_model', 'no model is loaded') : fromWire(blocked));
      return true;
    };
    if (look()) return;
    const done = (): void => {
      if (!look()) return;
      unsubscribe();
      signal.removeEventListener('abort', done);
    };
    const unsubscribe = model.subscribe(done);
    signal.addEventListener('abort', done);
  });
}

/** Waits for a long text that is getting its tokens. @throws NucleusError cancelled */
export async function textReady(document: DocumentStore, signal: AbortSignal): Promise<void> {
  if (document.getState().pending === null) return;
  await new Promise<void>((resolve, reject) => {
    const unsubscribe = document.subscribe(({ pending }) => {
      if (pending !== null) return;
      unsubscribe();
      resolve();
    });
    signal.addEventListener('abort', () => {
      unsubscribe();
      reject(new NucleusError('cancelled', 'stopped before the text had its tokens'));
    });
  });
}

/** Waits for ids that come from elsewhere. @throws NucleusError cancelled */
export async function spelled(document: DocumentStore, signal: AbortSignal): Promise<void> {
  const settled = document.getState().tokenizer?.later?.settle();
  if (settled === undefined) return;
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () =>
      reject(new NucleusError('cancelled', 'stopped before the text had its ids')),
    );
  });
  await Promise.race([settled, stopped]);
}
