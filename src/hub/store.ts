// Chunks and their records in one IndexedDB store, so that a chunk and the record that vouches for it are one transaction.
//
// Keys:  ['copy', model key, stamp] -> CopyRecord      one download of a model; a refreshed one lies beside the old until it is whole
//        ['file', stamp, name]      -> FileRecord
//        ['chunk', stamp, name, i]  -> Uint8Array

import { get, promisifyRequest, type UseStore } from 'idb-keyval';
import type { ModelSource } from '../lib/model-source.ts';
import type { FilesNotice } from './files.ts';

const DATABASE = 'nucleus-models';
const STORE = 'models';

/** 16 MiB: far under the browsers' limit of a value, near the top speed of the disk, little to repeat after a cut. */
export const CHUNK_BYTES = 16 * 1024 * 1024;

export interface CopyRecord {
  readonly key: string;
  /** Tells the copies of one model apart. */
  readonly stamp: string;
  readonly source: ModelSource;
  /** The commit at the Hub; for shipped files a digest of their sizes and ETags; '' for opened files. */
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly size: number }[];
  /** Every file is there. */
  readonly complete: boolean;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

export interface FileRecord {
  readonly name: string;
  readonly size: number;
  /** ETag or date of the file on its server. */
  readonly validator: string;
  readonly chunkBytes: number;
  /** SHA-256 of each stored chunk. */
  readonly hashes: readonly string[];
  readonly done: boolean;
}

/** Another tab has stored other files under a name that was free a moment ago. */
export class NameTaken extends Error {}

/** Everything whose key begins with `prefix`: a list sorts above every number and text. */
function under(...prefix: string[]): IDBKeyRange {
  return IDBKeyRange.bound(prefix, [...prefix, []]);
}

/**
 * A connection that comes back: browsers close them behind the page's back, and an open one would block another tab's upgrade.
 * On InvalidStateError it is reopened once.
 */
export function reopeningStore(database: string, store: string): UseStore {
  let open: Promise<IDBDatabase> | undefined;
  const connect = (): Promise<IDBDatabase> => {
    const request = indexedDB.open(database);
    request.onupgradeneeded = () => request.result.createObjectStore(store);
    const opened = promisifyRequest(request).then(db => {
      const forget = (): void => {
        if (open === opened) open = undefined;
      };
      db.onclose = forget;
      db.onversionchange = () => {
        forget();
        db.close();
      };
      return db;
    });
    opened.catch(() => {
      if (open === opened) open = undefined;
    });
    return opened;
  };
  return async (mode, use) => {
    for (let attempt = 0; ; attempt++) {
      open ??= connect();
      try {
        return await use((await open).transaction(store, mode).objectStore(store));
      } catch (error) {
        if (attempt > 0 || !(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
        open = undefined;
      }
    }
  };
}

/** Resolves when the transaction is on disk. A full disk shows in `onabort` alone, never as an error of a request. */
function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException('the transaction was aborted', 'AbortError'));
  });
}

export class ChunkStore {
  readonly #store: UseStore;

  constructor(database = DATABASE) {
    this.#store = reopeningStore(database, STORE);
  }

  /** The copies of one model, or of all. */
  copies(key?: string): Promise<readonly CopyRecord[]> {
    return this.#store('readonly', store =>
      promisifyRequest<CopyRecord[]>(store.getAll(key === undefined ? under('copy') : under('copy', key))),
    );
  }

  files(stamp: string): Promise<readonly FileRecord[]> {
    return this.#store('readonly', store => promisifyRequest<FileRecord[]>(store.getAll(under('file', stamp))));
  }

  file(stamp: string, name: string): Promise<FileRecord | undefined> {
    return get<FileRecord>(['file', stamp, name], this.#store);
  }

  chunk(stamp: string, name: string, index: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return get<Uint8Array<ArrayBuffer>>(['chunk', stamp, name, index], this.#store);
  }

  /**
   * The unfinished copy of the same version where there is one, else `fresh`, stored. Unfinished copies of other versions go.
   * @throws NameTaken when `fresh` is of opened files and others are stored under their name; DOMException as `put`.
   */
  begin(fresh: CopyRecord): Promise<CopyRecord> {
    return this.#store('readwrite', async store => {
      const done = completed(store.transaction);
      let copy = fresh;
      let taken = false;
      const request = store.getAll(under('copy', fresh.key));
      request.onsuccess = () => {
        const all = request.result as CopyRecord[];
        taken = fresh.source.kind === 'local' && all.some(found => found.complete);
        if (taken) return;
        const unfinished = all.filter(found => !found.complete);
        const same = unfinished.find(
          found => fresh.version !== '' && found.version === fresh.version && sameFiles(found, fresh),
        );
        for (const found of unfinished) if (found !== same) removeCopy(store, found);
        if (same) copy = same;
        else store.put(fresh, ['copy', fresh.key, fresh.stamp]);
      };
      await done;
      if (taken) throw new NameTaken(fresh.key);
      return copy;
    });
  }

  /**
   * Stores a chunk and the record that now vouches for it, both or neither. False when the copy was deleted meanwhile.
   * @throws DOMException QuotaExceededError when the disk is full.
   */
  put(
    copy: CopyRecord,
    record: FileRecord,
    chunk?: { readonly index: number; readonly bytes: Uint8Array },
  ): Promise<boolean> {
    return this.#store('readwrite', async store => {
      const done = completed(store.transaction);
      let there = true;
      const request = store.getKey(['copy', copy.key, copy.stamp]);
      request.onsuccess = () => {
        there = request.result !== undefined;
        if (!there) return;
        if (chunk) store.put(chunk.bytes, ['chunk', copy.stamp, record.name, chunk.index]);
        store.put(record, ['file', copy.stamp, record.name]);
      };
      await done;
      return there;
    });
  }

  /** Forgets a file and its chunks. */
  async dropFile(stamp: string, name: string): Promise<void> {
    await this.#store('readwrite', async store => {
      const done = completed(store.transaction);
      store.delete(['file', stamp, name]);
      store.delete(under('chunk', stamp, name));
      await done;
    });
  }

  /** Marks a copy as whole and removes every other copy of the model. False when the copy was deleted meanwhile. */
  finish(copy: CopyRecord): Promise<boolean> {
    return this.#store('readwrite', async store => {
      const done = completed(store.transaction);
      let there = false;
      const request = store.getAll(under('copy', copy.key));
      request.onsuccess = () => {
        const found = request.result as CopyRecord[];
        there = found.some(other => other.stamp === copy.stamp);
        if (!there) return;
        for (const other of found) if (other.stamp !== copy.stamp) removeCopy(store, other);
        store.put({ ...copy, complete: true }, ['copy', copy.key, copy.stamp]);
      };
      await done;
      return there;
    });
  }

  /** Removes one copy, or all copies of a model, with every chunk. */
  async remove(key: string, stamp?: string): Promise<void> {
    await this.#store('readwrite', async store => {
      const done = completed(store.transaction);
      const request = store.getAll(under('copy', key));
      request.onsuccess = () => {
        for (const copy of request.result as CopyRecord[])
          if (stamp === undefined || copy.stamp === stamp) removeCopy(store, copy);
      };
      await done;
    });
  }

  /** Every key: for tests that nothing is left behind. */
  keys(): Promise<readonly IDBValidKey[]> {
    return this.#store('readonly', store => promisifyRequest<IDBValidKey[]>(store.getAllKeys()));
  }
}

function sameFiles(a: CopyRecord, b: CopyRecord): boolean {
  return (
    a.files.length === b.files.length &&
    a.files.every((file, i) => file.name === b.files[i]?.name && file.size === b.files[i]?.size)
  );
}

function removeCopy(store: IDBObjectStore, copy: CopyRecord): void {
  store.delete(['copy', copy.key, copy.stamp]);
  store.delete(under('file', copy.stamp));
  store.delete(under('chunk', copy.stamp));
}

/** What a failed write means for a person. Chromium leaves the message of a full disk empty: the name tells. */
export function noticeOf(error: unknown): FilesNotice {
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'cache_full' : 'cache_unavailable';
}
