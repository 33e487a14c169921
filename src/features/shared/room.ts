// The arrangement of this page: kept in the browser, and marked on the root element, where the style sheets read it. public/theme.js does the same
// before the first paint.
import { defineFeatureStore } from '../../stores/feature-store.ts';
import { useFeature, useStores } from '../../stores/react.ts';
import { COLUMNS, createRoomStore, type RoomStore, type RoomStoreState, type Shelf } from '../../stores/room.ts';

/** Where the browser has closed its storage a choice lasts for this visit. */
const browserShelf: Shelf = {
  get: name => {
    try {
      return localStorage.getItem(`nucleus.${name}`);
    } catch {
      return null;
    }
  },
  put: (name, value) => {
    try {
      if (value === null) localStorage.removeItem(`nucleus.${name}`);
      else localStorage.setItem(`nucleus.${name}`, value);
    } catch {
      // Storage is closed or full.
    }
  },
};

function mark({ widths, textSize }: RoomStoreState): void {
  const { style, dataset } = document.documentElement;
  for (const column of COLUMNS) {
    const share = widths[column];
    if (share === null) style.removeProperty(`--${column}`);
    else style.setProperty(`--${column}`, `${share * 100}vw`);
  }
  dataset.text = textSize;
}

/** One a page. */
export const roomStore = defineFeatureStore(() => {
  const store = createRoomStore(browserShelf);
  return { store, dispose: store.subscribe(mark) };
});

export function useRoom<T>(select: (state: RoomStoreState) => T): T {
  return useFeature(roomStore, select);
}

/** For actions: `useRoomStore().getState()`. */
export function useRoomStore(): RoomStore {
  return roomStore.of(useStores());
}
