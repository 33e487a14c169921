// Where presets are kept: one list in the browser's database, changed in one step, so that two tabs take nothing from each other.
import { createStore, get, update } from 'idb-keyval';

export interface PresetRecords {
  read(): Promise<unknown>;
  /** Puts what `change` makes of the kept list in its place, in one step. */
  update(change: (kept: unknown) => unknown): Promise<void>;
}

const KEY = 'presets';

export function databaseRecords(): PresetRecords {
  const store = createStore('nucleus-presets', 'kept');
  return {
    // A browser may refuse the database at once.
    read: async () => get(KEY, store),
    update: async change => update(KEY, change, store),
  };
}
