// Where a page of the browser keeps things: the records of all tabs, which tab this one is, and what the tabs tell each other.
import { freshId } from '../../lib/fresh-id.ts';
import { databaseRecords, type Records } from './records.ts';
import { fromJson, toJson } from './typed-json.ts';

const TAB_KEY = 'nucleus-tab';
/** Holds what was written while the page went away, when a database may be too slow. */
const PENDING_KEY = 'nucleus-pending';
const CHANNEL = 'nucleus-documents';

interface Tab {
  readonly id: string;
  /** Where this tab begins: where it was itself before a reload, or the tab it was duplicated from. */
  readonly from: string;
}

/** All that keeping needs of its surroundings; a test has a map. */
export interface SavedStore {
  readonly records: Records;
  /** The tab of this page; always the same. */
  tab(): Promise<Tab>;
  /** Keeps a value within this call, for the next page of this tab: this one may be gone a moment later. Never throws. */
  keepNow(value: unknown): void;
  /** What was kept so; null where nothing was. */
  kept(): unknown;
  forgetKept(): void;
  /** Says to other tabs that a document was written or removed. */
  tell(id: string): void;
  /** What other tabs say. What it returns ends that, and what is told, for good. */
  hear(listener: (id: string) => void): () => void;
}

/** The store of this page. Tab ids live in sessionStorage, which a reload keeps and a duplicated tab copies. */
export function browserStore(): SavedStore {
  let claimed: Promise<Tab> | null = null;
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
  return {
    records: databaseRecords(),
    tab: () => {
      claimed ??= claimTab();
      return claimed;
    },
    keepNow: value => session(storage => storage.setItem(PENDING_KEY, toJson(value))),
    kept: () => {
      const pending = readSession(PENDING_KEY);
      return pending === null ? null : fromJson(pending);
    },
    forgetKept: () => session(storage => storage.removeItem(PENDING_KEY)),
    tell: id => channel?.postMessage(id),
    hear: listener => {
      const heard = ({ data }: MessageEvent<unknown>): void => {
        if (typeof data === 'string') listener(data);
      };
      channel?.addEventListener('message', heard);
      return () => {
        channel?.removeEventListener('message', heard);
        channel?.close();
      };
    },
  };
}

/** The id of before the reload, unless another tab holds it: then this one is a copy and takes an id of its own. */
async function claimTab(): Promise<Tab> {
  const from = readSession(TAB_KEY) ?? freshId();
  const id = (await hold(from)) ? from : freshId();
  if (id !== from) await hold(id);
  // Without it every reload is a new tab, which begins with what was written last.
  session(storage => storage.setItem(TAB_KEY, id));
  return { id, from };
}

/** Works on sessionStorage where it is allowed and has room. */
function session(work: (storage: Storage) => void): void {
  try {
    work(sessionStorage);
  } catch {
    // Then only the database keeps.
  }
}

function readSession(key: string): string | null {
  let value: string | null = null;
  session(storage => {
    value = storage.getItem(key);
  });
  return value;
}

/** Holds the lock of a tab for as long as the page lives; false when another page holds it. A browser without locks says true. */
function hold(id: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise(resolve => {
    navigator.locks
      .request(`${TAB_KEY}:${id}`, { ifAvailable: true }, lock => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<never>(() => {});
      })
      .catch(() => resolve(true));
  });
}
