// The hooks through which components read the store of columns.
import { useFeature, useStores } from '../../stores/react.ts';
import { compareStore } from './store.ts';
import type { CompareStore, CompareStoreState } from './types.ts';

export function useCompare<T>(select: (state: CompareStoreState) => T): T {
  return useFeature(compareStore, select);
}

/** For actions: `useCompareStore().getState()`. */
export function useCompareStore(): CompareStore {
  return compareStore.of(useStores());
}
