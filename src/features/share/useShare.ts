// The hooks through which components read the store of sharing.
import { useFeature, useStores } from '../../stores/react.ts';
import { shareStore } from './store.ts';
import type { ShareStore, ShareStoreState } from './types.ts';

export function useShare<T>(select: (state: ShareStoreState) => T): T {
  return useFeature(shareStore, select);
}

/** For actions: `useShareStore().getState()`. */
export function useShareStore(): ShareStore {
  return shareStore.of(useStores());
}
