// A load under way, whether its model is waited for or a recording stands in for it meanwhile.
import type { LoadingState, LoadProgress, ModelState } from './types.ts';

type Ways = Pick<ModelState, 'load' | 'coming'>;

/** Null where nothing is being loaded. */
export function loadUnderWay({ load, coming }: Ways): LoadingState | null {
  return load.status === 'loading' ? load : coming;
}

export const isComing = (state: Ways): boolean => loadUnderWay(state) !== null;

/** A model is in use, or a recording that a person has opened; none that stands in. */
export const isHere = ({ load, coming }: Ways): boolean => load.status === 'ready' && coming === null;

/** The same load farther on; nothing where none is under way. */
export function changedLoad(
  { load, coming }: Ways,
  change: { readonly progress: LoadProgress } | { readonly cancelling: true },
): Partial<Ways> {
  if (load.status === 'loading') return { load: { ...load, ...change } };
  return coming === null ? {} : { coming: { ...coming, ...change } };
}
