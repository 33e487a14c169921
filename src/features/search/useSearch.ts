// The hooks through which components read the store of searches.
import { useFeature, useStores } from '../../stores/react.ts';
import { searchStore } from './store.ts';
import type { SearchStore, SearchStoreState } from './types.ts';

export function useSearch<T>(select: (state: SearchStoreState) => T): T {
  return useFeature(searchStore, select);
}

/** For actions: `useSearchStore().getState()`. */
export function useSearchStore(): SearchStore {
  return searchStore.of(useStores());
}
