// Where in the dialog a model was asked for: what came of it, its files, its error, is shown there and nowhere else.
import { createContext, useContext, useEffect, useRef } from 'react';
import { useModel, useStores } from '../../stores/react.ts';

/** A key of the catalogue or of the cache with its list, the name that was typed, the files of this computer, or a server. */
export type Place = 'name' | 'files' | 'server' | `offer ${string}` | `stored ${string}`;

export interface Asked {
  /** Null while nothing has been asked since the dialog was opened. */
  readonly place: Place | null;
  ask(place: Place): void;
}

export const AskedAt = createContext<Asked>({ place: null, ask: () => {} });

/** Whether this is the place, and the way to make it so. */
export function useAsked(place: Place | null): { readonly here: boolean; readonly ask: () => void } {
  const asked = useContext(AskedAt);
  return { here: asked.place === place, ask: () => place !== null && asked.ask(place) };
}

/** Calls `done` when a model that was asked for here has come; not when the load failed or was called off. */
export function useLoadedHere(place: Place | null, done: () => void): void {
  const { model } = useStores();
  const loaded = useModel(s => (s.load.status === 'ready' ? s.load.model : null));
  const before = useRef(loaded);
  useEffect(() => {
    if (loaded === null || loaded === before.current) return;
    before.current = loaded;
    if (place !== null && model.getState().failure === null) done();
  }, [loaded, place, done, model]);
}
