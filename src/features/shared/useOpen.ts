// A view opens its store before it is first painted, so that it never shows what was true when it was closed.
import { useLayoutEffect } from 'react';
import type { StoreApi } from 'zustand/vanilla';

export function useOpen(store: StoreApi<{ enter: () => void; leave: () => void }>): void {
  useLayoutEffect(() => {
    store.getState().enter();
    return () => store.getState().leave();
  }, [store]);
}
