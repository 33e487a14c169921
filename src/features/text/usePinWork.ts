// The hooks through which components read what computes the lines of pinned tokens.
import { useFeature, useStores } from '../../stores/react.ts';
import { type PinLinesStore, type PinLinesStoreState, pinLinesStore } from './pinLines.ts';

export function usePinWork<T>(select: (state: PinLinesStoreState) => T): T {
  return useFeature(pinLinesStore, select);
}

/** For actions: `usePinLinesStore().getState()`. */
export function usePinLinesStore(): PinLinesStore {
  return pinLinesStore.of(useStores());
}
