// The hooks through which components read the store of the grown tree.
import { useFeature, useStores } from '../../stores/react.ts';
import { growthStore } from './growth.ts';
import type { GrowthStore, GrowthStoreState } from './growthTypes.ts';

export function useGrowth<T>(select: (state: GrowthStoreState) => T): T {
  return useFeature(growthStore, select);
}

/** For actions: `useGrowthStore().getState()`. */
export function useGrowthStore(): GrowthStore {
  return growthStore.of(useStores());
}
