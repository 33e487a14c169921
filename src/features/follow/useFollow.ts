// The hooks through which components read the store of the way of a token.
import { useFeature, useStores } from '../../stores/react.ts';
import { followStore } from './store.ts';
import type { FollowStore, FollowStoreState } from './types.ts';

export function useFollow<T>(select: (state: FollowStoreState) => T): T {
  return useFeature(followStore, select);
}

/** For actions: `useFollowStore().getState()`. */
export function useFollowStore(): FollowStore {
  return followStore.of(useStores());
}
