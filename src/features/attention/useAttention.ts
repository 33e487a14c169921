// The hooks through which components read the store of attention.
import { useFeature, useStores } from '../../stores/react.ts';
import { attentionStore } from './store.ts';
import type { AttentionStore, AttentionStoreState } from './types.ts';

export function useAttention<T>(select: (state: AttentionStoreState) => T): T {
  return useFeature(attentionStore, select);
}

/** For actions: `useAttentionStore().getState()`. */
export function useAttentionStore(): AttentionStore {
  return attentionStore.of(useStores());
}
