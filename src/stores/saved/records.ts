// Records by key in the browser's database, written all or none, and only where nobody else has written meanwhile.
import { promisifyRequest } from 'idb-keyval';
import { reopeningStore } from '../../lib/database.ts';

/** A value of undefined takes the record away. */
export type KeyValue = readonly [key: string, value: unknown];

/** The record under `key` must carry this stamp, or not be there for null. */
interface Only {
  readonly key: string;
  readonly stamp: string | null;
}

/** Where records lie; the page has a database, a test a map. Everything may reject: full, closed, damaged. */
export interface Records {
  get(key: string): Promise<unknown>;
  keys(): Promise<string[]>;
  /** Those whose keys begin so. */
  all(prefix: string): Promise<KeyValue[]>;
  /** All of them or nothing. False, and nothing, where `only` does not hold. */
  put(entries: readonly KeyValue[], only?: Only): Promise<boolean>;
}

/** The stamp of a record; null where there is none, '' where it carries none. */
export function stampOf(record: unknown): string | null {
  if (record === undefined) return null;
  const stamp = typeof record === 'object' && record !== null && 'stamp' in record ? record.stamp : '';
  return typeof stamp === 'string' ? stamp : '';
}

const NAME = 'nucleus-page';
const STORE = 'kept';

export function databaseRecords(): Records {
  const work = reopeningStore(NAME, STORE);
  return {
    get: key => work('readonly', objects => promisifyRequest<unknown>(objects.get(key))),
    keys: () => work('readonly', async objects => (await promisifyRequest(objects.getAllKeys())).map(String)),
    all: prefix =>
      work('readonly', async objects => {
        const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
        const [keys, values] = await Promise.all([
          promisifyRequest(objects.getAllKeys(range)),
          promisifyRequest<unknown[]>(objects.getAll(range)),
        ]);
        return keys.map((key, i) => [String(key), values[i]] as const);
      }),
    put: (entries, only) => work('readwrite', objects => putAll(objects, entries, only)),
  };
}

function putAll(objects: IDBObjectStore, entries: readonly KeyValue[], only: Only | undefined): Promise<boolean> {
  const put = (): void => {
    for (const [key, value] of entries) {
      if (value === undefined) objects.delete(key);
      else objects.put(value, key);
    }
  };
  return new Promise((resolve, reject) => {
    const { transaction } = objects;
    let holds = true;
    transaction.oncomplete = () => resolve(holds);
    transaction.onabort = () => reject(transaction.error ?? new Error('the write was given up'));
    if (only === undefined) return put();
    const asked: IDBRequest<unknown> = objects.get(only.key);
    asked.onsuccess = () => {
      holds = stampOf(asked.result) === only.stamp;
      if (holds) put();
    };
  });
}
