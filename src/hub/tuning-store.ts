// Where measurements of kernels are kept, a record an adapter: an IndexedDB store of their own.
import { del, get, set } from 'idb-keyval';
import { reopeningStore } from '../lib/database.ts';

/** What tuning needs of a store; a test passes a map. Every promise may reject: a browser can refuse. */
export interface TuningStore {
  get(key: string): Promise<unknown>;
  set(key: string, record: object): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

export function tuningStore(): TuningStore {
  const store = reopeningStore('nucleus-tuning', 'adapters');
  return {
    get: key => get<unknown>(key, store),
    set: (key, record) => set(key, record, store),
    delete: key => del(key, store),
  };
}
