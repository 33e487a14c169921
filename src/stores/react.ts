// The hooks through which components read the stores. A selector returns a stored reference, never a new object.
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import { defined } from '../lib/assert.ts';
import type { DocumentStoreState } from './document/types.ts';
import type { FeatureStore } from './feature-store.ts';
import type { ModelStoreState } from './model/types.ts';
import type { AttentionTintState } from './run/attention-tint.ts';
import type { GenerationStoreState } from './run/generation-types.ts';
import type { PinsStoreState } from './run/pins-types.ts';
import type { RowsStoreState } from './run/rows-types.ts';
import type { ScoresStoreState } from './run/scores.ts';
import type { SettingsStoreState } from './run/settings.ts';
import type { DocumentsState } from './saved/documents.ts';
import type { Stores } from './stores.ts';
import type { VersionState } from './version.ts';
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

export function usePins<T>(select: (state: PinsStoreState) => T): T {
  return useStore(useStores().pins, select);
}

export function useView<T>(select: (state: ViewStoreState) => T): T {
  return useStore(useStores().view, select);
}

export function useDocuments<T>(select: (state: DocumentsState) => T): T {
  return useStore(useStores().documents, select);
}

export function useVersion<T>(select: (state: VersionState) => T): T {
  return useStore(useStores().version, select);
}

export function useAttentionTint<T>(select: (state: AttentionTintState) => T): T {
  return useStore(useStores().attentionTint, select);
}

/** The store of a feature: each wraps this in a hook of its own. */
export function useFeature<S, T>(feature: FeatureStore<StoreApi<S>>, select: (state: S) => T): T {
  return useStore(feature.of(useStores()), select);
}
