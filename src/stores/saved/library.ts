// All documents as records: their list, search, names, copies and removal. Knows nothing of the page.
import type { SavedStore } from './browser-store.ts';
import {
  type DocumentEntry,
  documentKey,
  entryKey,
  entryOf,
  idOfKey,
  readEntry,
  writeEntry,
} from './document-entry.ts';
import { type RawDocument, readDocuments, writeDocuments } from './document-files.ts';
import type { Imported, ListedDocument } from './documents.ts';
import { type KeyValue, stampOf } from './records.ts';
import { readSaved, type Saved } from './saved.ts';
import { readPage, writePage } from './saved-page.ts';
import { joinTail, tailKey } from './saved-tail.ts';
import { cleanTitle, copyTitle } from './title.ts';

export interface OpenedRecord {
  readonly saved: Saved;
  /** As it lies in the store, with its end. */
  readonly record: unknown;
  readonly stamp: string | null;
  /** Milliseconds since 1970; 0 where nobody knows. */
  readonly changed: number;
}

/** Pages whose tab was closed long ago are forgotten; their documents stay. */
const MOST_PAGES = 24;

export class Library {
  readonly #where: SavedStore;
  readonly #freshId: () => string;
  readonly #now: () => number;

  constructor(where: SavedStore, freshId: () => string, now: () => number) {
    this.#where = where;
    this.#freshId = freshId;
    this.#now = now;
  }

  /** Null where there is none, or nothing that can be read. */
  async read(id: string): Promise<OpenedRecord | null> {
    const { record, entry } = await this.raw(id);
    const saved = readSaved(record);
    return saved && { saved, record, stamp: stampOf(entry), changed: readEntry(entry)?.changed ?? 0 };
  }

  /**
   * The record with the end that follows it. The entry first: where another tab writes in between, the record is newer than its stamp says, and
   * nothing is written over it unseen.
   */
  async raw(id: string): Promise<RawDocument> {
    const { records } = this.#where;
    const entry = await records.get(entryKey(id));
    const tail = await records.get(tailKey(id));
    const record = await records.get(documentKey(id));
    return { id, record: joinTail(record, tail) ?? record, entry };
  }

  async list(): Promise<ListedDocument[]> {
    const { records } = this.#where;
    const entries = new Map((await records.all('entry:')).map(([key, value]) => [key, readEntry(value)]));
    const listed: ListedDocument[] = [];
    for (const key of await records.keys()) {
      const id = idOfKey(key, 'document:');
      if (id === null) continue;
      const known = entries.get(entryKey(id)) ?? entryIn(await this.#where.records.get(documentKey(id)));
      listed.push(
        known === null
          ? { id, title: '', words: '', changed: 0, tokens: 0, branches: 0, model: '', readable: false }
          : { ...known, id, readable: true },
      );
    }
    return listed.sort((a, b) => b.changed - a.changed || (a.id < b.id ? -1 : 1));
  }

  async find(ids: readonly string[], query: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const wanted = query.toLocaleLowerCase();
    const found = new Set<string>();
    for (const id of ids) {
      if (signal.aborted) break;
      const saved = readSaved((await this.raw(id)).record);
      const texts = saved === null ? [] : [saved.text, ...(saved.set?.branches ?? []).map(({ text }) => text ?? '')];
      if (texts.some(text => text.toLocaleLowerCase().includes(wanted))) found.add(id);
    }
    return found;
  }

  /** False where another tab wrote at the same time. */
  async rename(id: string, title: string): Promise<boolean> {
    const { record, entry } = await this.raw(id);
    const known = readEntry(entry) ?? entryIn(record);
    if (known === null || typeof record !== 'object' || record === null) return false;
    const named = { ...known, title: cleanTitle(title), stamp: this.#freshId() };
    return this.#put(
      [
        [documentKey(id), { ...record, title: named.title }],
        [tailKey(id), undefined],
        [entryKey(id), writeEntry(named)],
      ],
      id,
      stampOf(entry),
    );
  }

  /** The id of the copy; null where there is nothing to copy. */
  async duplicate(id: string): Promise<string | null> {
    const { record } = await this.raw(id);
    const saved = readSaved(record);
    if (saved === null) return null;
    const title = copyTitle(saved.title, saved.text);
    const [now, copy] = [this.#now(), this.#freshId()];
    const entry = entryOf({ ...saved, title, created: now }, now, this.#freshId());
    await this.#put(
      [
        [documentKey(copy), { ...Object(record), title, created: now }],
        [entryKey(copy), writeEntry(entry)],
      ],
      copy,
      null,
    );
    return copy;
  }

  async remove(id: string): Promise<void> {
    await this.#where.records.put([
      [documentKey(id), undefined],
      [tailKey(id), undefined],
      [entryKey(id), undefined],
    ]);
    this.#where.tell(id);
  }

  /** What was removed comes back as it was. */
  async putBack({ id, record, entry }: RawDocument): Promise<void> {
    const back: KeyValue[] = [[documentKey(id), record]];
    if (entry !== undefined) back.push([entryKey(id), entry]);
    await this.#put(back, id, null);
  }

  /**
   * These, or all, as a file; what cannot be read goes along as it lies there.
   * @param unwritten takes the place of its record, or comes first of all where it has none
   */
  async exported(ids: readonly string[] | 'all', unwritten: RawDocument | null): Promise<string> {
    const kept = ids === 'all' ? (await this.list()).map(({ id }) => id) : ids;
    const all = ids === 'all' && unwritten !== null ? [...new Set([unwritten.id, ...kept])] : kept;
    const raw: RawDocument[] = [];
    for (const id of all) raw.push(id === unwritten?.id ? unwritten : await this.raw(id));
    return writeDocuments(raw, this.#now());
  }

  /** What a file holds becomes documents; none takes the place of another one. */
  async imported(json: string): Promise<Imported> {
    const read = readDocuments(json);
    if (!read.ok) return { added: 0, refused: 0, why: read.why };
    for (const { record, entry } of read.documents) {
      const known = readEntry(entry) ?? entryIn(record, this.#now());
      if (known === null) continue;
      // What a person has allowed a document here is not for one that only has its id.
      const free = this.#freshId();
      const puts: KeyValue[] = [
        [documentKey(free), record],
        [entryKey(free), writeEntry({ ...known, stamp: this.#freshId() })],
      ];
      await this.#put(puts, free, null);
    }
    return { added: read.documents.length, refused: read.unreadable, why: null };
  }

  async #put(entries: readonly KeyValue[], id: string, stamp: string | null): Promise<boolean> {
    const done = await this.#where.records.put(entries, { key: entryKey(id), stamp });
    if (done) this.#where.tell(id);
    return done;
  }

  /** The texts that tabs kept before there were documents become documents, each once; pages of old tabs are forgotten. */
  async bringOver(): Promise<void> {
    const { records } = this.#where;
    const pages = (await records.all('page')).filter(([key]) => key === 'page' || key.startsWith('page:'));
    const made = new Map<string, string>();
    const puts: KeyValue[] = [];
    for (const [key, value] of pages) {
      const saved = readSaved(value);
      const page = readPage(value);
      // The page of a document has no text of its own.
      if (saved === null || page === null) continue;
      const same = JSON.stringify([saved.text, saved.tokens.map(token => token.id)]);
      const written = Number((await records.get(`written:${key}`)) ?? this.#now()) || this.#now();
      const id = made.get(same) ?? this.#freshId();
      if (!made.has(same)) {
        const whole = { ...Object(value), created: written };
        puts.push([documentKey(id), whole], [entryKey(id), writeEntry(entryOf(saved, written, this.#freshId()))]);
      }
      made.set(same, id);
      puts.push([key, writePage({ ...page, document: id, written })], [`written:${key}`, undefined]);
    }
    const old = pages
      .filter(([key]) => key !== 'page')
      .map(([key, value]) => ({ key, written: readPage(value)?.written ?? 0 }))
      .sort((a, b) => b.written - a.written)
      .slice(MOST_PAGES)
      .filter(({ key }) => !puts.some(([put]) => put === key));
    for (const { key } of old) puts.push([key, undefined]);
    if (puts.length > 0) await records.put(puts);
  }
}

/**
 * Of a document whose small record is damaged or gone: from the document itself, unless that is damaged too.
 * @param otherwise when it was changed, where it does not say when it was made
 */
function entryIn(record: unknown, otherwise = 0): DocumentEntry | null {
  const saved = readSaved(record);
  return saved && entryOf(saved, saved.created || otherwise, '');
}
