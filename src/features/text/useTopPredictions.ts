// The hooks through which components read the store of top predictions.
import { useFeature, useStores } from '../../stores/react.ts';
import type { TopPredictionStore, TopPredictionStoreState } from './topPrediction.ts';
import { topPredictionStore } from './topPrediction.ts';

export function useTopPredictions<T>(select: (state: TopPredictionStoreState) => T): T {
  return useFeature(topPredictionStore, select);
}

/** For actions: `useTopPredictionStore().getState()`. */
export function useTopPredictionStore(): TopPredictionStore {
  return topPredictionStore.of(useStores());
}
