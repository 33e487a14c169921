// Where in the dialog a model was asked for: what came of it, its files, its error, is shown there and nowhere else.
import { createContext, useContext } from 'react';

/** A key of the catalogue or of the cache with its list, the name that was typed, the files of this computer and one of several models among them, a server, or somewhere outside of the dialog. */
export type Place =
  | 'name'
  | 'files'
  | 'server'
  | 'outside'
  | `offer ${string}`
  | `stored ${string}`
  | `several ${string}`;

export interface Asked {
  /** Null while nothing has been asked since the dialog was opened. */
  readonly place: Place | null;
  ask(place: Place): void;
}

export const AskedAt = createContext<Asked>({ place: null, ask: () => {} });

/**
 * Whether this is the place, and the way to make it so. A place of null is that of what was there when the dialog was opened, a failed load: what is asked
 * from within it counts as asked outside.
 */
export function useAsked(place: Place | null): { readonly here: boolean; readonly ask: () => void } {
  const asked = useContext(AskedAt);
  return { here: asked.place === place, ask: () => asked.ask(place ?? 'outside') };
}
