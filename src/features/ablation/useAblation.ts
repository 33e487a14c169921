// The hooks through which components read the store of ablation.
import { useFeature, useStores } from '../../stores/react.ts';
import { ablationStore } from './store.ts';
import type { AblationStore, AblationStoreState } from './types.ts';

export function useAblation<T>(select: (state: AblationStoreState) => T): T {
  return useFeature(ablationStore, select);
}

/** For actions: `useAblationStore().getState()`. */
export function useAblationStore(): AblationStore {
  return ablationStore.of(useStores());
}
