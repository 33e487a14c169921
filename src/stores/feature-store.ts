// The store of one feature: made when it is first asked for, ended with the page. The page's stores know no feature.
import type { Stores, Work } from './stores.ts';

/** A store, and the end of its subscriptions and timers. */
export interface Made<S> {
  readonly store: S;
  readonly dispose: () => void;
}

export interface FeatureStore<S> {
  /** The one store of this kind on a page. */
  of(stores: Stores): S;
}

/** @param make is called once a page, with the stores that all features share. */
export function defineFeatureStore<S>(make: (stores: Stores) => Made<S>): FeatureStore<S> {
  const made = new WeakMap<Work, S>();
  return {
    of: stores => {
      const known = made.get(stores.work);
      if (known !== undefined) return known;
      const { store, dispose } = make(stores);
      stores.work.onEnd(dispose);
      made.set(stores.work, store);
      return store;
    },
  };
}
