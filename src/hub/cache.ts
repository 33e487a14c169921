// The stored models as a person sees them: list, size, verify, delete. And reading a chunk with its hash checked.
import { NucleusError } from '../lib/error.ts';
import { type CachedModel, sourceName } from '../lib/model-source.ts';
import { digestOf, type FileContent, isWhole } from './content.ts';
import { sha256 } from './hash.ts';
import { cancelled } from './http.ts';
import type { CopyRecord, FileRecord } from './records.ts';
import type { SpareFiles } from './spare.ts';
import { ChunkStore } from './store.ts';

/** A local model that is stored, or was opened since the page came. */
export interface KnownLocal {
  readonly name: string;
  /** Every file of it, whole. */
  readonly files: readonly FileContent[];
  /** Where it is stored; null where it is not. */
  readonly copy: CopyRecord | null;
}

export class ModelCache {
  readonly store: ChunkStore;
  /** Chunks whose hash was right once in this session: `stamp/name/index`. */
  readonly #verified = new Set<string>();
  readonly #openedLocals: KnownLocal[] = [];
  /** All of the model that was opened last, where it is not stored. */
  spare: SpareFiles | null = null;

  constructor(store = new ChunkStore()) {
    this.store = store;
  }

  /** Stored local models that are whole, then those opened in this session: their names are taken. @throws what the browser's storage does. */
  async locals(): Promise<readonly KnownLocal[]> {
    const stored: KnownLocal[] = [];
    for (const copy of await this.store.copies()) {
      if (copy.source.kind !== 'local' || !copy.complete) continue;
      stored.push({ name: copy.source.name, files: await this.store.files(copy.stamp), copy });
    }
    return [...stored, ...this.openedLocals];
  }

  /** Local models opened in this session, stored or not. */
  get openedLocals(): readonly KnownLocal[] {
    return this.#openedLocals;
  }

  rememberLocal(model: KnownLocal): void {
    this.#openedLocals.push(model);
  }

  /** One entry a model, newest first. @throws NucleusError cache when the browser refuses. */
  async list(): Promise<readonly CachedModel[]> {
    return guarded(async () => {
      const models = new Map<string, CachedModel>();
      for (const copy of await this.store.copies()) {
        const files = await this.store.files(copy.stamp);
        const bytes = files.reduce((sum, file) => sum + storedBytes(file), 0);
        const digest = copy.complete && files.every(isWhole) ? await digestOf(files) : '';
        const other = models.get(copy.key);
        const shown = other?.complete ? other : describe(copy, digest);
        models.set(copy.key, { ...shown, bytes: bytes + (other?.bytes ?? 0) });
      }
      return [...models.values()].sort((a, b) => b.storedAt - a.storedAt);
    });
  }

  /** Bytes of all stored models. */
  async usage(): Promise<number> {
    return (await this.list()).reduce((sum, model) => sum + model.bytes, 0);
  }

  /** Deletes a model with every chunk. Deleting what is not there is no error. @throws NucleusError cache. */
  async delete(key: string): Promise<void> {
    await guarded(() => this.store.remove(key));
  }

  /**
   * Reads every stored chunk and compares its hash. `onProgress` gets bytes done and all of them.
   * @returns names of the damaged files; the next load fetches what is damaged again.
   * @throws NucleusError not_found for an unknown key, cancelled, cache.
   */
  async verify(
    key: string,
    signal: AbortSignal,
    onProgress?: (bytes: number, totalBytes: number) => void,
  ): Promise<readonly string[]> {
    return guarded(async () => {
      const copies = await this.store.copies(key);
      const copy = copies.find(found => found.complete) ?? copies[0];
      if (!copy) throw new NucleusError('not_found', `${key} is not in the cache`, { key });
      const files = await this.store.files(copy.stamp);
      const totalBytes = files.reduce((sum, file) => sum + storedBytes(file), 0);
      const damaged = new Set<string>();
      let bytes = 0;
      for (const file of files) {
        for (let index = 0; index < file.hashes.length; index++) {
          if (signal.aborted) throw cancelled();
          this.#verified.delete(`${copy.stamp}/${file.name}/${index}`);
          if (!(await this.chunk(copy, file, index))) damaged.add(file.name);
          bytes += chunkSize(file, index);
          onProgress?.(bytes, totalBytes);
        }
      }
      if (copy.complete)
        for (const { name } of copy.files) if (!files.some(file => file.name === name && file.done)) damaged.add(name);
      return [...damaged];
    });
  }

  /** Its hash was right once in this session. */
  isVerified({ stamp }: CopyRecord, { name }: FileRecord, index: number): boolean {
    return this.#verified.has(`${stamp}/${name}/${index}`);
  }

  /** A stored chunk; null when it is gone or its bytes are not those that were stored. Hashed once a session. */
  async chunk(copy: CopyRecord, file: FileRecord, index: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const id = `${copy.stamp}/${file.name}/${index}`;
    let bytes: Uint8Array<ArrayBuffer> | undefined;
    try {
      bytes = await this.store.chunk(copy.stamp, file.name, index);
    } catch {
      return null; // A browser may fail to read back a value it has stored: as good as gone.
    }
    if (!(bytes instanceof Uint8Array) || bytes.length !== chunkSize(file, index)) return null;
    if (this.#verified.has(id)) return bytes;
    if ((await sha256(bytes)) !== file.hashes[index]) return null;
    this.#verified.add(id);
    return bytes;
  }
}

/** Bytes of chunk `index`; the last is shorter. */
export function chunkSize(file: FileRecord, index: number): number {
  return Math.min(file.chunkBytes, file.size - index * file.chunkBytes);
}

function storedBytes(file: FileRecord): number {
  return Math.min(file.hashes.length * file.chunkBytes, file.size);
}

function describe(copy: CopyRecord, digest: string): CachedModel {
  const { key, source, version, complete, storedAt } = copy;
  const commit = source.kind === 'hub' ? version : '';
  return { key, name: sourceName(source), source, commit, digest, bytes: 0, complete, storedAt };
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NucleusError) throw error;
    const why = error instanceof Error ? `${error.name} ${error.message}`.trim() : String(error);
    throw new NucleusError('cache', `the browser's storage failed: ${why}`, {}, { cause: error });
  }
}
