// A load under way, whether its model is waited for or a recording stands in for it meanwhile.
import type { LoadingState, LoadProgress, LoadState, ModelState } from './types.ts';

type Ways = Pick<ModelState, 'load' | 'coming'>;

/** How it is with the model itself, whatever stands in for it. */
export const modelItself = ({ load, coming }: Ways): LoadState => coming ?? load;

/** Null where nothing is being loaded. */
export function loadUnderWay(state: Ways): LoadingState | null {
  const itself = modelItself(state);
  return itself.status === 'loading' ? itself : null;
}

export const isComing = (state: Ways): boolean => modelItself(state).status === 'loading';

/** A model is in use, or a recording that a person has opened; none that stands in. */
export const isHere = (state: Ways): boolean => modelItself(state).status === 'ready';

/** The same load farther on; nothing where none is under way. */
export function changedLoad(
  { load, coming }: Ways,
  change: { readonly progress: LoadProgress } | { readonly cancelling: true },
): Partial<Ways> {
  if (load.status === 'loading') return { load: { ...load, ...change } };
  return coming === null ? {} : { coming: { ...coming, ...change } };
}
