// A record of its own in the browser's database, changed in one step, so that two tabs take nothing from each other.
import { get, update } from 'idb-keyval';
import { reopeningStore } from '../../lib/database.ts';

/** Where the record lies; a test has a variable. */
export interface KeptRecord {
  read(): Promise<unknown>;
  /** Puts what `change` makes of the kept record in its place, in one step. */
  update(change: (kept: unknown) => unknown): Promise<void>;
}

export function databaseRecord(database: string, key: string): KeptRecord {
  const store = reopeningStore(database, 'kept');
  return {
    // A browser may refuse the database at once.
    read: async () => get(key, store),
    update: async change => update(key, change, store),
  };
}
