// Chunks and their records in one IndexedDB store, so that a chunk and the record that vouches for it are one transaction.
//
// Keys:  ['copy', model key, stamp] -> CopyRecord      one download of a model; a refreshed one lies beside the old until it is whole
//        ['file', stamp, name]      -> FileRecord
//        ['chunk', stamp, name, i]  -> Uint8Array

import { get, promisifyRequest, type UseStore } from 'idb-keyval';
import { reopeningStore } from '../lib/database.ts';
import type { FilesNotice } from './files.ts';
import { type CopyRecord, type FileRecord, readCopy, readFile } from './records.ts';

const DATABASE = 'nucleus-models';
const STORE = 'models';

/** 16 MiB: far under the browsers' limit of a value, near the top speed of the disk, little to repeat after a cut. */
export const CHUNK_BYTES = 16 * 1024 * 1024;

/** Another tab has stored other files under a name that was free a moment ago. */
export class NameTaken extends Error {}

/** Everything whose key begins with `prefix`: a list sorts above every number and text. */
function under(...prefix: string[]): IDBKeyRange {
  return IDBKeyRange.bound(prefix, [...prefix, []]);
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
      promisifyRequest<unknown[]>(store.getAll(key === undefined ? under('copy') : under('copy', key))),
    ).then(found => found.flatMap(value => readCopy(value) ?? []));
  }

  files(stamp: string): Promise<readonly FileRecord[]> {
    return this.#store('readonly', store => promisifyRequest<unknown[]>(store.getAll(under('file', stamp)))).then(
      found => found.flatMap(value => readFile(value) ?? []),
    );
  }

  async file(stamp: string, name: string): Promise<FileRecord | undefined> {
    return readFile(await get<unknown>(['file', stamp, name], this.#store)) ?? undefined;
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
      withCopies(store, fresh.key, all => {
        taken = fresh.source.kind === 'local' && all.some(found => found.copy?.complete);
        if (taken) return;
        const unfinished = all.filter(found => !found.copy?.complete);
        const same = unfinished.find(
          found => fresh.version !== '' && found.copy?.version === fresh.version && sameFiles(found.copy, fresh),
        );
        for (const found of unfinished) if (found !== same) removeCopy(store, fresh.key, found.stamp);
        if (same?.copy) copy = same.copy;
        else store.put(fresh, ['copy', fresh.key, fresh.stamp]);
      });
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
      withCopies(store, copy.key, found => {
        there = found.some(other => other.stamp === copy.stamp);
        if (!there) return;
        for (const other of found) if (other.stamp !== copy.stamp) removeCopy(store, copy.key, other.stamp);
        store.put({ ...copy, complete: true }, ['copy', copy.key, copy.stamp]);
      });
      await done;
      return there;
    });
  }

  /** Removes one copy, or all copies of a model, with every chunk. */
  async remove(key: string, stamp?: string): Promise<void> {
    await this.#store('readwrite', async store => {
      const done = completed(store.transaction);
      withCopies(store, key, found => {
        for (const copy of found) if (stamp === undefined || copy.stamp === stamp) removeCopy(store, key, copy.stamp);
      });
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

/** A copy as it lies there: `copy` is null where its record cannot be read, so that it can only be removed. */
interface FoundCopy {
  readonly stamp: string;
  readonly copy: CopyRecord | null;
}

/** Calls `use` with the copies of a model, within the transaction of `store`. */
function withCopies(store: IDBObjectStore, key: string, use: (found: readonly FoundCopy[]) => void): void {
  const keys = store.getAllKeys(under('copy', key));
  const values = store.getAll(under('copy', key));
  values.onsuccess = () => {
    const records: unknown[] = values.result;
    use(
      keys.result.map((path, i) => ({ stamp: Array.isArray(path) ? String(path[2]) : '', copy: readCopy(records[i]) })),
    );
  };
}

function removeCopy(store: IDBObjectStore, key: string, stamp: string): void {
  store.delete(['copy', key, stamp]);
  store.delete(under('file', stamp));
  store.delete(under('chunk', stamp));
}

/** What a failed write means for a person. Chromium leaves the message of a full disk empty: the name tells. */
export function noticeOf(error: unknown): FilesNotice {
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'cache_full' : 'cache_unavailable';
}
