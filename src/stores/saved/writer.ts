// Writes the open document as it changes: a moment after each change, at the latest a second later while a run streams, at once when the page goes.
import * as v from 'valibot';
import type { SavedStore } from './browser-store.ts';
import { documentKey, entryKey, entryOf, writeEntry } from './document-entry.ts';
import type { RawDocument } from './document-files.ts';
import { type DocumentsStore, MOST_TEXT } from './documents.ts';
import { stampOf } from './records.ts';
import { type ToSave, writeSaved } from './saved.ts';
import type { SavedPage } from './saved-page.ts';
import { joinTail, type TailBase, tailBase, writeTail } from './saved-tail.ts';
import { asCopy, entriesOf, pageEntries, titleIn, WRITE, type Write, type WrittenDocument } from './write.ts';

/** A change is written this long after it, so that a word is one write. */
export const WRITE_DELAY_MS = 400;
/** While changes go on, as in a run, a write comes this long after the first of them. */
export const MOST_DELAY_MS = 800;
/** After a write that the browser refused. */
const AGAIN_MS = 5000;
/** Tokens of a document that is written as text while a page goes: more would hold it up and find no room. */
const MOST_KEPT = 16_384;

/** What is there to be written, before the document has its name and place. */
export interface Content {
  readonly saved: Omit<ToSave, 'title' | 'created'>;
  readonly page: Pick<SavedPage, 'view' | 'formats' | 'source'>;
}

export interface WriterOptions {
  readonly where: SavedStore;
  readonly documents: DocumentsStore;
  readonly content: () => Content;
  /** Another tab has written the document, and this one has changed nothing but the caret. */
  readonly stale: (id: string) => void;
  readonly freshId: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class DocumentWriter {
  readonly #options: WriterOptions;
  #id = '';
  #created = 0;
  /** When its content was changed last: a caret that moves does not make a document newer. */
  #changedAt = 0;
  /** Stamp of the record as this tab knows it; null while there is none. */
  #stored: string | null = null;
  /** The whole record as this tab wrote it last; null where it has not. */
  #base: TailBase | null = null;
  /** Taken, and not yet in the database. */
  #under: Write | null = null;
  /** What that was made from. */
  #taken: ToSave | null = null;
  #next: string | null = null;
  #content = false;
  #aside = false;
  /** The page as it was written last. */
  #page = '';
  #delay: ReturnType<typeof setTimeout> | undefined;
  #most: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #started = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#started = true;
    if (this.#content || this.#aside) this.#later();
    globalThis.addEventListener?.('pagehide', this.#onHide);
    globalThis.addEventListener?.('visibilitychange', this.#onHide);
    // A run goes on in a hidden tab, and a frozen one may be discarded without another word. It is an event of the document that does not bubble.
    globalThis.addEventListener?.('freeze', this.#onHide, true);
  }

  dispose(): void {
    this.#rest();
    this.#started = false;
    globalThis.removeEventListener?.('pagehide', this.#onHide);
    globalThis.removeEventListener?.('visibilitychange', this.#onHide);
    globalThis.removeEventListener?.('freeze', this.#onHide, true);
  }

  get id(): string {
    return this.#id;
  }

  /** Stamp of the record; null while the document has none. */
  get stored(): string | null {
    return this.#stored;
  }

  /** Nobody has changed anything in it, and it has no record. */
  get untouched(): boolean {
    return this.#stored === null && !this.unwritten;
  }

  /** Something of its content has not been written. */
  get unwritten(): boolean {
    return this.#content || this.#underStamp !== null;
  }

  get #underStamp(): string | null {
    return this.#under?.document?.stamp ?? null;
  }

  opened(id: string, created: number, stamp: string | null, changed: number): void {
    this.#id = id;
    this.#created = created;
    this.#stored = stamp;
    this.#base = null;
    this.#changedAt = changed;
    this.#next = null;
    this.#content = false;
    this.#aside = false;
    this.changed('page');
  }

  /** `content`: what the document is; `aside`: caret and last seed, which alone make no document; `page`: how it is looked at. */
  changed(what: 'content' | 'aside' | 'page'): void {
    if (what === 'content') this.#content = true;
    if (what === 'aside') this.#aside = true;
    if (this.#started) this.#later();
  }

  #later(): void {
    clearTimeout(this.#delay);
    this.#delay = setTimeout(this.#due, WRITE_DELAY_MS);
    this.#most ??= setTimeout(this.#due, MOST_DELAY_MS);
  }

  #rest(): void {
    clearTimeout(this.#delay);
    clearTimeout(this.#most);
    this.#most = undefined;
  }

  /** One write: what changes meanwhile, as in a run, is due by itself, not at once. */
  readonly #due = (): void => {
    this.#rest();
    this.#writing = this.#writing.then(async () => void (await this.#writeNext()));
  };

  /** Writes at once what has not been written. Never rejects. */
  flush(): Promise<void> {
    this.#rest();
    this.#writing = this.#writing.then(() => this.#writeAll());
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      const done = await this.#writeNext();
      if (done === false) return;
      if (done === null) break;
    }
    // Not after each: what was kept may be the next of them.
    this.#options.where.forgetKept();
  }

  /** Null where there is nothing to write. False where that could not be made, or the browser refused: it is tried again. Never rejects. */
  async #writeNext(): Promise<boolean | null> {
    let done = false;
    try {
      const write = this.#take();
      if (write === null) return null;
      done = await this.#commit(write);
    } catch {
      // One state that makes no record must not end all later writes without a word.
      this.#options.documents.setState({ failed: true });
    }
    if (!done) {
      clearTimeout(this.#delay);
      this.#delay = setTimeout(() => void this.flush(), AGAIN_MS);
    }
    return done;
  }

  /** Null where there is nothing to write. What is taken is on its way. */
  #take(): Write | null {
    if (!this.#started || this.#id === '') return null;
    const { write, named } = this.#gather();
    if (write === null) return null;
    if (this.#content) this.#changedAt = this.#options.now();
    this.#content = false;
    this.#aside = false;
    this.#under = write;
    this.#taken = named;
    this.#next = null;
    this.#page = JSON.stringify({ ...write.page, written: 0 });
    return write;
  }

  #gather(): { readonly write: Write | null; readonly named: ToSave } {
    const { content, documents, freshId, now } = this.#options;
    const whole = this.#content || (this.#aside && this.#stored !== null);
    const { saved, page } = content();
    const kept = { ...page, document: this.#id, begun: this.untouched ? saved.text : null, written: now() };
    const named = { ...saved, title: documents.getState().title, created: this.#created };
    if (whole && saved.text.length > MOST_TEXT) {
      // It could not be read back: the record before it stays, and so does the person.
      documents.setState({ failed: true });
      return { write: null, named };
    }
    if (!whole && JSON.stringify({ ...kept, written: 0 }) === this.#page) return { write: null, named };
    this.#next ??= freshId();
    const write = {
      id: this.#id,
      document: whole ? this.#written(named, this.#next) : null,
      page: kept,
      begins: this.#content,
      after: this.#underStamp === null ? [this.#stored] : [this.#stored, this.#underStamp],
    };
    return { write, named };
  }

  #written(named: ToSave, stamp: string): WrittenDocument {
    const changed = this.#content || this.#changedAt === 0 ? this.#options.now() : this.#changedAt;
    const entry = writeEntry(entryOf({ ...named, ...named.kept }, changed, stamp));
    // An end follows a record that surely lies there, of the tokens that stand here.
    const settled = named.kept !== null || this.#under?.document?.record ? null : this.#base;
    const tail = settled === null ? null : writeTail(settled, named);
    return { record: tail === null ? { ...Object(writeSaved(named)), stamp } : null, tail, entry, stamp };
  }

  /** The open document as it would lie in the store. */
  whole(): RawDocument {
    const { named } = this.#gather();
    const stamp = this.#options.freshId();
    const record = { ...Object(writeSaved(named)), stamp };
    return { id: this.#id, record, entry: writeEntry(entryOf(named, this.#options.now(), stamp)) };
  }

  /** False where the browser refused. */
  async #commit(write: Write): Promise<boolean> {
    const { where, documents } = this.#options;
    const before = this.#stored;
    try {
      const as = await this.#put(write, [before]);
      if (as.why !== null) this.#base = null;
      if (as.why !== null && this.#id === write.id) {
        this.#id = as.id;
        documents.setState({ id: as.id, title: as.title, notice: { kind: 'copied', title: as.title, why: as.why } });
        this.#page = '';
      }
      const done = write.document !== null && as.passed === undefined;
      if (done && this.#id === as.id) this.#settle(write.document, as.why === null);
      this.#under = null;
      if (done) where.tell(as.id);
      documents.setState(state => ({ failed: false, turn: state.turn + 1 }));
      return true;
    } catch {
      // Full, closed or damaged: the page works on, says so, and tries again.
      this.#under = null;
      this.#content ||= write.document !== null;
      this.#page = '';
      documents.setState({ failed: write.document !== null });
      return false;
    }
  }

  /** It lies in the database now; not `asIs`: under another id and name. */
  #settle({ record, stamp }: WrittenDocument, asIs: boolean): void {
    this.#stored = stamp;
    if (record !== null && this.#taken !== null) this.#base = asIs ? tailBase(record, this.#taken, stamp) : null;
  }

  /** Where the record is not the one it was made from, another tab has written: then this becomes a document of its own. */
  async #put(
    write: Write,
    after: readonly (string | null)[],
  ): Promise<{
    readonly id: string;
    readonly title: string;
    readonly why: 'changed' | 'deleted' | null;
    readonly passed?: true;
  }> {
    const { where, freshId } = this.#options;
    const tab = await where.tab();
    const title = this.#options.documents.getState().title;
    if (write.document === null) {
      await where.records.put(pageEntries(write, tab.id, write.id));
      return { id: write.id, title, why: null };
    }
    for (const stamp of after) {
      const only = { key: entryKey(write.id), stamp };
      if (await where.records.put(entriesOf(write, tab.id), only)) return { id: write.id, title, why: null };
    }
    if (!write.begins) {
      await where.records.put(pageEntries(write, tab.id, write.id));
      this.#options.stale(write.id);
      return { id: write.id, title, why: null, passed: true };
    }
    if (write.document.record === null) {
      // The end alone makes no document: all of it is written, and comes here again.
      this.#base = null;
      this.changed('content');
      return { id: write.id, title, why: null, passed: true };
    }
    const there = await where.records.get(entryKey(write.id));
    const why = there === undefined ? 'deleted' : 'changed';
    const copy = why === 'deleted' ? write : asCopy(write, freshId());
    await where.records.put(entriesOf(copy, tab.id), { key: entryKey(copy.id), stamp: null });
    return { id: copy.id, title: titleIn(copy), why };
  }

  /** A page that goes takes its open transactions with it, so what is under way is kept like what was not begun. */
  readonly #onHide = (): void => {
    if (!this.#started || this.#id === '') return;
    const next = sizable(this.#gather());
    const under = this.#under;
    if (next !== null && (under === null || next.document !== null)) this.#options.where.keepNow(next);
    // Where nothing of the content is newer than the write under way, that holds more.
    else if (under !== null) this.#options.where.keepNow(next?.id === under.id ? { ...under, page: next.page } : under);
    void this.flush();
  };

  /** What a page of this tab kept while it went is written now: all of it, or where the page was, if the document had arrived. */
  async takeKept(): Promise<void> {
    const { where } = this.#options;
    const kept = v.safeParse(WRITE, where.kept());
    where.forgetKept();
    if (!kept.success) return;
    const write = await this.#whole(kept.output);
    if (write === null) return;
    const there = stampOf(await where.records.get(entryKey(write.id)));
    await this.#put(there === write.document?.stamp ? { ...write, document: null } : write, write.after);
  }

  /** With the record that its end follows; null where that has given way to another one. */
  async #whole(write: Write): Promise<Write | null> {
    const { document } = write;
    if (document === null || document.record !== null) return write;
    const record = joinTail(await this.#options.where.records.get(documentKey(write.id)), document.tail);
    return record === null ? null : { ...write, document: { ...document, record, tail: null } };
  }
}

/** Nothing where the text of it would be too large. */
function sizable({ write, named }: { readonly write: Write | null; readonly named: ToSave }): Write | null {
  return write?.document?.record && (named.kept ?? named).tokens.length > MOST_KEPT ? null : write;
}
