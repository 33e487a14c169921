// The hooks through which components read the store of the lens.
import { useFeature, useStores } from '../../stores/react.ts';
import { lensStore } from './store.ts';
import type { LensStore, LensStoreState } from './types.ts';

export function useLens<T>(select: (state: LensStoreState) => T): T {
  return useFeature(lensStore, select);
}

/** For actions: `useLensStore().getState()`. */
export function useLensStore(): LensStore {
  return lensStore.of(useStores());
}
