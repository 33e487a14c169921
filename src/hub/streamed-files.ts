// ModelFiles over the cache and an origin: reads what is stored, fetches what is not, repairs what is damaged.

import { checkFirstBytes } from '../checkpoint/first-bytes.ts';
import { decidesNumbers } from '../checkpoint/formats.ts';
import { NucleusError } from '../lib/error.ts';
import { type ModelSource, sourceName } from '../lib/model-source.ts';
import { chunkSize, type ModelCache } from './cache.ts';
import { digestOf, type FileContent } from './content.ts';
import { FileChanged } from './download.ts';
import type { FilesNotice, FilesPhase, FilesProgress, ModelFiles } from './files.ts';
import { sha256 } from './hash.ts';
import { cancelled } from './http.ts';
import { acquireLock } from './lock.ts';
import type { Origin } from './origin.ts';
import type { CopyRecord, FileRecord } from './records.ts';
import { assertSmall } from './small-file.ts';
import type { SpareFiles } from './spare.ts';
import { noticeOf } from './store.ts';

export interface StreamedFilesInit {
  readonly key: string;
  readonly source: ModelSource;
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly size: number }[];
  /** The copy to read from and, unless it is whole, to store into; null to work from memory. */
  readonly copy: CopyRecord | null;
  /** Takes what is not stored; null where that is to be had again without a network. */
  readonly spare: SpareFiles | null;
  readonly cache: ModelCache;
  /** Null when there is nothing but the cache. */
  readonly origin: Origin | null;
  /** README.md, where the origin has it. */
  readonly card: { readonly name: string; readonly size: number } | null;
  readonly signal: AbortSignal;
  readonly chunkBytes: number;
  readonly onProgress: (progress: FilesProgress) => void;
  readonly onNotice: (notice: FilesNotice) => void;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** More than the front matter of any card. */
const CARD_BYTES = 16_384;

export class StreamedFiles implements ModelFiles {
  readonly key: string;
  readonly source: ModelSource;
  readonly name: string;
  readonly commit: string;
  readonly names: readonly string[];
  readonly totalBytes: number;
  readonly fromCache: boolean;
  readonly #init: StreamedFilesInit;
  readonly #sizes: ReadonlyMap<string, number>;
  /** Bytes of each file that have been here. */
  readonly #positions = new Map<string, number>();
  readonly #whole = new Map<string, Promise<Bytes>>();
  /** Of the files that were streamed to their ends. */
  readonly #contents = new Map<string, FileContent>();
  #reported = 0;
  #settled = false;
  #copy: CopyRecord | null;

  constructor(init: StreamedFilesInit) {
    this.#init = init;
    this.#copy = init.copy;
    this.#sizes = new Map(init.files.map(file => [file.name, file.size]));
    this.key = init.key;
    this.source = init.source;
    this.name = sourceName(init.source);
    this.commit = init.source.kind === 'hub' ? init.version : '';
    this.names = [...this.#sizes.keys()];
    this.totalBytes = init.files.reduce((sum, file) => sum + file.size, 0);
    this.fromCache = init.copy?.complete ?? false;
  }

  get stored(): boolean {
    return this.#copy?.complete ?? false;
  }

  get atHand(): boolean {
    return this.stored || this.source.kind === 'local' || this.#isSpare;
  }

  /** It is what a model that is not stored is read from next time. */
  get #isSpare(): boolean {
    const { cache, spare } = this.#init;
    return spare !== null && cache.spare === spare;
  }

  has(name: string): boolean {
    return this.#sizes.has(name);
  }

  size(name: string): number {
    const size = this.#sizes.get(name);
    if (size === undefined) throw new NucleusError('missing_file', `${name} is missing`, { file: name });
    return size;
  }

  bytes(name: string): Promise<Bytes> {
    let whole = this.#whole.get(name);
    if (!whole) {
      whole = this.#collect(name);
      this.#whole.set(name, whole);
      whole.catch(() => this.#whole.delete(name));
    }
    return whole;
  }

  async #collect(name: string): Promise<Bytes> {
    assertSmall(name, this.size(name));
    const out = new Uint8Array(this.size(name));
    let at = 0;
    for await (const piece of this.stream(name)) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  }

  async read(name: string, begin: number, end: number): Promise<Bytes> {
    const size = this.size(name);
    if (begin < 0 || end > size || begin > end) throw new RangeError(`${name} has no bytes ${begin} to ${end}`);
    const stored = await this.#readStored(name, begin, end);
    if (stored) return stored;
    const { origin } = this.#init;
    if (!origin) throw this.#damaged(name);
    return origin.range(name, begin, end);
  }

  async card(): Promise<string> {
    const { card, origin } = this.#init;
    if (!card || !origin) return '';
    return new TextDecoder().decode(await origin.range(card.name, 0, Math.min(card.size, CARD_BYTES)));
  }

  async #readStored(name: string, begin: number, end: number): Promise<Bytes | null> {
    const record = await this.#record(name);
    if (!this.#copy || !record || end > Math.min(record.hashes.length * record.chunkBytes, record.size)) return null;
    const out = new Uint8Array(end - begin);
    for (let index = Math.floor(begin / record.chunkBytes); index * record.chunkBytes < end; index++) {
      const chunk = await this.#init.cache.chunk(this.#copy, record, index);
      if (!chunk) return null;
      const first = index * record.chunkBytes;
      const from = Math.max(begin, first);
      out.set(chunk.subarray(from - first, end - first), from - begin);
    }
    return out;
  }

  async *stream(name: string): AsyncGenerator<Bytes> {
    this.size(name);
    const { signal } = this.#init;
    const free =
      this.#copy && !this.#copy.complete ? await acquireLock(`nucleus ${this.key} ${name}`, signal) : () => {};
    try {
      for (let given = 0, attempt = 0; ; attempt++) {
        try {
          for await (const piece of this.#pieces(name)) {
            if (signal.aborted) throw cancelled();
            given++;
            yield piece;
          }
          break;
        } catch (error) {
          if (!(error instanceof FileChanged)) throw error;
          await this.#drop(name);
          if (given > 0 || attempt > 0) throw error;
        }
      }
      await this.#finish();
      this.#settle();
    } finally {
      free();
    }
  }

  async *#pieces(name: string): AsyncGenerator<Bytes> {
    const record = await this.#trusted(name);
    const copy = this.#copy;
    if (copy && record) {
      for (let index = 0; index < record.hashes.length; index++) {
        if (this.#init.signal.aborted) throw cancelled();
        const chunk = (await this.#init.cache.chunk(copy, record, index)) ?? (await this.#repair(copy, record, index));
        this.#report('verify', name, index * record.chunkBytes + chunk.length);
        yield chunk;
      }
      if (record.done) {
        this.#contents.set(name, record);
        return;
      }
    }
    yield* this.#fetched(name, record);
  }

  /** The record of a file, without its chunks if the file on the server is another one by now. */
  async #trusted(name: string): Promise<FileRecord | null> {
    const record = await this.#record(name);
    const { origin } = this.#init;
    if (!record || record.done || record.hashes.length === 0 || !origin) return record;
    const now = await origin.validator(name);
    if (record.validator === '' || now === '' || now === record.validator) return record;
    await this.#drop(name);
    return null;
  }

  async #record(name: string): Promise<FileRecord | null> {
    if (!this.#copy) return null;
    try {
      return (await this.#init.cache.store.file(this.#copy.stamp, name)) ?? null;
    } catch (error) {
      await this.#giveUpStoring(error);
      return null;
    }
  }

  /** Chunk by chunk from the origin, each stored before it is handed out. */
  async *#fetched(name: string, before: FileRecord | null): AsyncGenerator<Bytes> {
    const { origin, spare } = this.#init;
    if (!origin) throw this.#damaged(name);
    const size = this.size(name);
    const chunkBytes = before?.chunkBytes ?? this.#init.chunkBytes;
    const hashes = [...(before?.hashes ?? [])];
    const phase = this.#isSpare ? 'verify' : 'download';
    const request = {
      chunkBytes,
      hashes: [...hashes],
      validator: before?.validator ?? '',
      onPosition: (position: number) => this.#report(phase, name, position),
    };
    // Before a server that takes its time answers: it is being asked.
    this.#report(phase, name, hashes.length * chunkBytes, true);
    for await (const { index, bytes, hash, validator } of origin.chunks(name, request)) {
      if (this.#init.signal.aborted) throw cancelled();
      if (index === 0) checkFirstBytes(name, bytes);
      hashes.push(hash);
      const done = hashes.length * chunkBytes >= size;
      await this.#store({ name, size, validator, chunkBytes, hashes: [...hashes], done }, { index, bytes });
      if (!this.#copy) spare?.add(name, index, bytes);
      yield bytes;
    }
    if (size === 0) await this.#store({ name, size, validator: '', chunkBytes, hashes: [], done: true });
    this.#contents.set(name, { name, size, chunkBytes, hashes });
  }

  async #store(record: FileRecord, chunk?: { readonly index: number; readonly bytes: Bytes }): Promise<void> {
    if (!this.#copy) return;
    try {
      // Deleted in another tab meanwhile: a person's wish, so go on from memory without a word.
      if (!(await this.#init.cache.store.put(this.#copy, record, chunk))) this.#copy = null;
    } catch (error) {
      await this.#giveUpStoring(error);
    }
  }

  /** From here on from memory; what was stored of an unfinished copy moves there. */
  async #giveUpStoring(error: unknown): Promise<void> {
    const copy = this.#copy;
    if (!copy) return;
    this.#init.onNotice(noticeOf(error));
    this.#copy = null;
    if (copy.complete) return;
    await this.#moveToMemory(copy).catch(() => {});
    await this.#init.cache.store.remove(copy.key, copy.stamp).catch(() => {});
  }

  async #moveToMemory(copy: CopyRecord): Promise<void> {
    const { cache, spare } = this.#init;
    for (const record of spare ? await cache.store.files(copy.stamp) : []) {
      for (let index = 0; index < record.hashes.length; index++) {
        const chunk = await cache.chunk(copy, record, index);
        if (chunk) spare?.add(record.name, index, chunk);
      }
    }
  }

  /** A damaged chunk anew from the origin; its hash must be the stored one. */
  async #repair(copy: CopyRecord, record: FileRecord, index: number): Promise<Bytes> {
    const { origin, cache } = this.#init;
    if (!origin) throw this.#damaged(record.name);
    const begin = index * record.chunkBytes;
    let bytes: Bytes;
    try {
      bytes = await origin.range(record.name, begin, begin + chunkSize(record, index));
    } catch (cause) {
      if (this.#init.signal.aborted) throw cancelled();
      const message = `${record.name} is damaged in the cache, and fetching the damaged part again failed`;
      throw new NucleusError('integrity', message, { file: record.name }, { cause });
    }
    if ((await sha256(bytes)) !== record.hashes[index])
      throw new FileChanged(record.name, `part ${index} is another one`);
    // If it cannot be stored, the next load repairs it again.
    await cache.store.put(copy, record, { index, bytes }).catch(() => {});
    return bytes;
  }

  #damaged(name: string): NucleusError {
    return new NucleusError('integrity', `${name} is damaged in the cache; open its files again`, { file: name });
  }

  async #drop(name: string): Promise<void> {
    if (this.#copy) await this.#init.cache.store.dropFile(this.#copy.stamp, name).catch(() => {});
  }

  /** Marks the copy as whole once every file is. */
  async #finish(): Promise<void> {
    const copy = this.#copy;
    if (!copy || copy.complete) return;
    const { store } = this.#init.cache;
    try {
      const done = new Set((await store.files(copy.stamp)).filter(file => file.done).map(file => file.name));
      if (!this.names.every(name => done.has(name))) return;
      this.#copy = (await store.finish(copy)) ? { ...copy, complete: true } : null;
    } catch (error) {
      await this.#giveUpStoring(error);
    }
  }

  async check(goOn: () => Promise<boolean>): Promise<void> {
    for (const name of this.names) {
      const record = await this.#record(name);
      const { length = 0 } = record?.hashes ?? [];
      for (let index = 0; index < length; index++) {
        const copy = this.#copy;
        if (!copy?.complete || !record) return;
        if (this.#init.cache.isVerified(copy, record, index)) continue;
        if (!(await goOn())) return;
        if ((await this.#init.cache.chunk(copy, record, index)) !== null) continue;
        // Deleted meanwhile, here or in another tab: a person's wish, nothing of it is fetched again.
        if ((await this.#record(name)) === null) return;
        await this.#repair(copy, record, index);
      }
    }
  }

  async digest(): Promise<string> {
    const missing = this.names.find(name => decidesNumbers(name) && !this.#contents.has(name));
    if (missing !== undefined) throw new NucleusError('internal', `${missing} has not been read to its end`);
    return digestOf([...this.#contents.values()]);
  }

  /** All of it has been here: from now on the name of opened files stands for these, and what is not stored is held. */
  #settle(): void {
    const { source, cache, spare } = this.#init;
    if (this.#settled || this.#contents.size < this.names.length) return;
    this.#settled = true;
    cache.spare = !this.#copy && spare?.whole ? spare : null;
    if (source.kind === 'local')
      cache.rememberLocal({ name: source.name, files: [...this.#contents.values()], copy: null });
  }

  /** A step of some size, the end of a file, or what is told `always`. */
  #report(phase: FilesPhase, name: string, position: number, always = false): void {
    this.#positions.set(name, position);
    let bytes = 0;
    for (const part of this.#positions.values()) bytes += part;
    const step = Math.max(65_536, this.totalBytes / 1000);
    if (!always && Math.abs(bytes - this.#reported) < step && position < this.size(name)) return;
    this.#reported = bytes;
    this.#init.onProgress({ phase, bytes, totalBytes: this.totalBytes, fromCache: phase === 'verify' });
  }
}
