// One store of records in a database of the browser: opened when first used, again after the browser has closed it, and never waited for without end.
import { promisifyRequest, type UseStore } from 'idb-keyval';
import { within } from './within.ts';

/** A database that does not open within so many milliseconds is done without: another tab may hold it. A busy machine takes seconds. */
const OPEN_MS = 30_000;

/** With a version the store is made where it is missing. */
function open(database: string, store: string, version?: number): Promise<IDBDatabase> {
  const request = version === undefined ? indexedDB.open(database) : indexedDB.open(database, version);
  request.onupgradeneeded = () => {
    const { result } = request;
    if (!result.objectStoreNames.contains(store)) result.createObjectStore(store);
  };
  return promisifyRequest(request);
}

/** Whatever version it has; where another program has left one without the store, that is added and all else stays. */
async function openWith(database: string, store: string): Promise<IDBDatabase> {
  const db = await open(database, store);
  if (db.objectStoreNames.contains(store)) return db;
  db.close();
  return open(database, store, db.version + 1);
}

/**
 * A connection that comes back: browsers close them behind the page's back, and an open one would block another tab's upgrade.
 * On InvalidStateError it is reopened once. Rejects with a TimeoutError where the database does not open.
 */
export function reopeningStore(database: string, store: string): UseStore {
  let opened: Promise<IDBDatabase> | undefined;
  const connect = (): Promise<IDBDatabase> => {
    const opening = openWith(database, store).then(db => {
      db.onclose = forget;
      db.onversionchange = () => {
        forget();
        db.close();
      };
      return db;
    });
    const inTime = within(OPEN_MS, opening, () => new DOMException('the database does not open', 'TimeoutError'));
    const forget = (): void => {
      if (opened === inTime) opened = undefined;
    };
    inTime.catch(() => {
      forget();
      // One that opens later would be in the way of other tabs.
      opening.then(db => db.close()).catch(() => {});
    });
    return inTime;
  };
  return async (mode, use) => {
    for (let attempt = 0; ; attempt++) {
      opened ??= connect();
      try {
        return await use((await opened).transaction(store, mode).objectStore(store));
      } catch (error) {
        if (attempt > 0 || !(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
        opened = undefined;
      }
    }
  };
}
