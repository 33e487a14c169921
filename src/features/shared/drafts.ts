// What a person writes into a form of a view before it is sent: it outlives the view, which goes when another is looked at or the page takes its other shape.
import { useCallback } from 'react';
import { createStore } from 'zustand/vanilla';
import { defineFeatureStore } from '../../stores/feature-store.ts';
import { useFeature, useStores } from '../../stores/react.ts';

type Drafts = Readonly<Record<string, string>>;

/** One a page, as long as the page: by what each is for. */
const draftStore = defineFeatureStore(() => ({ store: createStore<Drafts>()(() => ({})), dispose: () => {} }));

/**
 * The draft of `key`, which names the form and all that it is about, so that another question never finds it; null where there is none.
 * Null forgets it: it was sent, or is not wanted any more.
 */
export function useDraft(key: string): readonly [string | null, (draft: string | null) => void] {
  const store = draftStore.of(useStores());
  const draft = useFeature(draftStore, drafts => drafts[key] ?? null);
  const change = useCallback(
    (next: string | null): void => {
      const { [key]: _, ...others } = store.getState();
      store.setState(next === null ? others : { ...others, [key]: next }, true);
    },
    [store, key],
  );
  return [draft, change];
}
