// Commands that a reload brings back. Each change is made on the record as it lies, so that what one tab forbids no other one writes back.
import { createStore, get, update } from 'idb-keyval';
import { readLibrary } from './library.ts';
import type { Library } from './types.ts';

/** Where the record lies; a test has a variable. */
export interface LibraryRecord {
  read(): Promise<Library>;
  /** Puts what `change` makes of the kept library in its place, in one step. */
  change(change: (kept: Library) => Library): Promise<void>;
  /** Calls back when another tab has changed it. Returns the end of it. */
  hear(listener: () => void): () => void;
}

const KEY = 'library';
const NAME = 'nucleus-commands';

export function databaseRecord(): LibraryRecord {
  const store = createStore(NAME, 'kept');
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(NAME);
  return {
    read: async () => readLibrary(await get(KEY, store)),
    change: async change => {
      await update(KEY, kept => change(readLibrary(kept)), store);
      channel?.postMessage(null);
    },
    hear: listener => {
      channel?.addEventListener('message', listener);
      return () => {
        channel?.removeEventListener('message', listener);
        channel?.close();
      };
    },
  };
}
