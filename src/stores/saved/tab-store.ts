// What a reload keeps, tab by tab: two tabs never write over each other, and a new tab begins with what was written last.
import { createStore, del, get, keys, setMany } from 'idb-keyval';
import * as v from 'valibot';
import type { SavedStore } from './persistence.ts';

const TAB_KEY = 'nucleus-tab';
/** Holds what was written while the page went away, when a database may be too slow. */
const PENDING_KEY = 'nucleus-pending';
/** Tabs whose text is kept after they were closed; the one written longest ago goes first. */
const MOST_TABS = 12;

interface Tab {
  readonly id: string;
  /** Whose text this tab begins with: its own after a reload, that of the tab it was duplicated from. */
  readonly from: string;
}

/** The store of this page. Tab ids live in sessionStorage, which a reload keeps and a duplicated tab copies. */
export function tabStore(): SavedStore {
  const store = createStore('nucleus-page', 'kept');
  let claimed: Promise<Tab> | null = null;
  const tab = () => {
    claimed ??= claimTab();
    return claimed;
  };
  const write = async (key: string, value: unknown, begins: boolean): Promise<void> => {
    const name = `${key}:${(await tab()).id}`;
    const entries: [string, unknown][] = [
      [name, value],
      [`written:${name}`, Date.now()],
    ];
    if (begins) entries.push([key, value]);
    await setMany(entries, store);
    session(storage => storage.removeItem(`${PENDING_KEY}:${key}`));
    await forgetOldest(store);
  };
  return {
    get: async key => {
      const pending = readSession(`${PENDING_KEY}:${key}`);
      if (pending === null) return (await get(`${key}:${(await tab()).from}`, store)) ?? get(key, store);
      const value = fromJson(pending);
      await write(key, value, true).catch(() => {});
      return value;
    },
    set: write,
    setNow: (key, value) => session(storage => storage.setItem(`${PENDING_KEY}:${key}`, toJson(value))),
  };
}

/** The id of before the reload, unless another tab holds it: then this one is a copy and takes an id of its own. */
async function claimTab(): Promise<Tab> {
  const from = readSession(TAB_KEY) ?? crypto.randomUUID();
  const id = (await hold(from)) ? from : crypto.randomUUID();
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

const ARRAYS = { Uint32Array, Uint16Array, Uint8Array, Float64Array } as const;
const TYPED_ARRAY = v.object({
  array: v.picklist(['Uint32Array', 'Uint16Array', 'Uint8Array', 'Float64Array']),
  /** JSON has null for what is no finite number. */
  values: v.array(v.nullable(v.number())),
});

/** JSON with typed arrays as `{ array: 'Uint32Array', values: [...] }`. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    const name = Object.keys(ARRAYS).find(each => part instanceof ARRAYS[each as keyof typeof ARRAYS]);
    return name === undefined ? part : { array: name, values: Array.from(part as Iterable<number>) };
  });
}

function fromJson(json: string): unknown {
  try {
    return JSON.parse(json, (_, part: unknown) => {
      if (typeof part !== 'object') return part;
      const typed = v.safeParse(TYPED_ARRAY, part);
      return typed.success
        ? ARRAYS[typed.output.array].from(typed.output.values.map(value => value ?? Number.NaN))
        : part;
    });
  } catch {
    return null;
  }
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

async function forgetOldest(store: ReturnType<typeof createStore>): Promise<void> {
  const marks = (await keys<string>(store)).filter(key => key.startsWith('written:'));
  if (marks.length <= MOST_TABS) return;
  const times = await Promise.all(marks.map(async mark => ({ mark, at: Number(await get(mark, store)) })));
  times.sort((a, b) => a.at - b.at);
  for (const { mark } of times.slice(0, times.length - MOST_TABS)) {
    await del(mark.slice('written:'.length), store);
    await del(mark, store);
  }
}
