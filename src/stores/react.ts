// The hooks through which components read the stores. A selector returns a stored reference, never a new object.
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { defined } from '../lib/assert.ts';
import type { AblationStoreState } from './ablation-types.ts';
import type { AttentionStoreState } from './attention-types.ts';
import type { DocumentStoreState } from './document-types.ts';
import type { ExpectedStoreState } from './expected.ts';
import type { FollowStoreState } from './follow-types.ts';
import type { GenerationStoreState } from './generation-types.ts';
import type { GrowthStoreState } from './growth-types.ts';
import type { LensStoreState } from './lens-types.ts';
import type { ModelStoreState } from './model-types.ts';
import type { PinsStoreState } from './pins-types.ts';
import type { RowsStoreState } from './rows-types.ts';
import type { ScoresStoreState } from './scores.ts';
import type { SettingsStoreState } from './settings.ts';
import type { ShareStoreState } from './share-types.ts';
import type { Stores } from './stores-types.ts';
import type { ViewStoreState } from './view.ts';

/** Provided once, by the app. */
export const StoresContext = createContext<Stores | null>(null);

/** All stores, for actions: `useStores().generation.getState().run()`. */
export function useStores(): Stores {
  return defined(useContext(StoresContext), 'StoresContext');
}

export function useModel<T>(select: (state: ModelStoreState) => T): T {
  return useStore(useStores().model, select);
}

export function useDocument<T>(select: (state: DocumentStoreState) => T): T {
  return useStore(useStores().document, select);
}

export function useSettings<T>(select: (state: SettingsStoreState) => T): T {
  return useStore(useStores().settings, select);
}

export function useGeneration<T>(select: (state: GenerationStoreState) => T): T {
  return useStore(useStores().generation, select);
}

export function useRows<T>(select: (state: RowsStoreState) => T): T {
  return useStore(useStores().rows, select);
}

export function useScores<T>(select: (state: ScoresStoreState) => T): T {
  return useStore(useStores().scores, select);
}

export function useExpected<T>(select: (state: ExpectedStoreState) => T): T {
  return useStore(useStores().expected, select);
}

export function usePins<T>(select: (state: PinsStoreState) => T): T {
  return useStore(useStores().pins, select);
}

export function useView<T>(select: (state: ViewStoreState) => T): T {
  return useStore(useStores().view, select);
}

export function useGrowth<T>(select: (state: GrowthStoreState) => T): T {
  return useStore(useStores().growth, select);
}

export function useLens<T>(select: (state: LensStoreState) => T): T {
  return useStore(useStores().lens, select);
}

export function useAblation<T>(select: (state: AblationStoreState) => T): T {
  return useStore(useStores().ablation, select);
}

export function useFollow<T>(select: (state: FollowStoreState) => T): T {
  return useStore(useStores().follow, select);
}

export function useAttention<T>(select: (state: AttentionStoreState) => T): T {
  return useStore(useStores().attention, select);
}

export function useShare<T>(select: (state: ShareStoreState) => T): T {
  return useStore(useStores().share, select);
}
