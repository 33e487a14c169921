// What a person writes into a form of a view before it is sent: it outlives the view, which goes when another is looked at or the page takes its other shape.
import { useCallback } from 'react';
import { createStore } from 'zustand/vanilla';
import { defineFeatureStore } from '../../stores/feature-store.ts';
import { useFeature, useStores } from '../../stores/react.ts';

type Drafts = Readonly<Record<string, string>>;

/** One a page, as long as the page: by what each is for. */
const draftStore = defineFeatureStore(() => ({ store: createStore<Drafts>()(() => ({})), dispose: () => {} }));

export interface Draft {
  /** Null where there is none. */
  readonly draft: string | null;
  /** Null forgets it: it is not wanted any more. */
  readonly change: (draft: string | null) => void;
  /** Forgets it once these words have arrived where they were sent to; what was written since then stays. */
  readonly arrived: (words: string) => void;
}

/** The draft of `key`, which names the form and all that it is about, so that another question never finds it. What is refused stays: only `arrived` takes it away. */
export function useDraft(key: string): Draft {
  const store = draftStore.of(useStores());
  const draft = useFeature(draftStore, drafts => drafts[key] ?? null);
  const change = useCallback(
    (next: string | null): void => {
      const { [key]: _, ...others } = store.getState();
      store.setState(next === null ? others : { ...others, [key]: next }, true);
    },
    [store, key],
  );
  const arrived = useCallback(
    (words: string): void => {
      if (store.getState()[key] === words) change(null);
    },
    [store, key, change],
  );
  return { draft, change, arrived };
}
