// What a person does with documents, and the beginning of a visit: the library of records and the open document, joined.
import { freshId } from '../../lib/fresh-id.ts';
import type { ModelSource } from '../../lib/model-source.ts';
import { within } from '../../lib/within.ts';
import { withoutNumbers } from '../document/change.ts';
import { modelTag } from '../model/model.ts';
import type { SavedStore } from './browser-store.ts';
import type { RawDocument } from './document-files.ts';
import type { DocumentActs, DocumentNotice, DocumentsStore, NewDocument } from './documents.ts';
import { type FirstChoices, settingsWith, unchosen } from './first-choices.ts';
import { Library, type OpenedRecord } from './library.ts';
import { OpenDocument, type Opening, type Subjects } from './open-document.ts';
import { readPage, type SavedPage } from './saved-page.ts';
import { cleanTitle } from './title.ts';
import { DocumentWriter } from './writer.ts';

/** A database that says nothing for so long is done without. */
const READ_MS = 5000;

export class Documents {
  readonly open: OpenDocument;
  readonly #writer: DocumentWriter;
  readonly #library: Library;
  readonly #documents: DocumentsStore;
  readonly #stores: Subjects;
  readonly #where: SavedStore;
  /** Answers whether a document that cannot be kept is left; null while nobody is asked. */
  #leaves: ((leaves: boolean) => void) | null = null;
  #removed: { readonly raw: RawDocument; readonly wasOpen: boolean } | null = null;
  #endHearing: () => void = () => {};
  /** Acts follow one another. */
  #last: Promise<unknown> = Promise.resolve();
  /** Those under way that open another document. */
  #comings = 0;

  /** @param now milliseconds since 1970 */
  constructor(stores: Subjects, where: SavedStore, newId: () => string = freshId, now: () => number = Date.now) {
    this.#stores = stores;
    this.#where = where;
    this.#documents = stores.documents;
    this.#library = new Library(where, newId, now);
    const { documents } = stores;
    this.#writer = new DocumentWriter({
      where,
      documents,
      content: () => this.open.content(),
      stale: id => void this.#heard(id),
      freshId: newId,
      now,
    });
    this.open = new OpenDocument(stores, this.#writer);
    this.#fresh = () => ({ id: newId(), title: '', created: now() });
  }

  readonly #fresh: () => Opening;

  /**
   * Brings back where this tab was; gives the models of its document and its page, the likelier first. Never rejects.
   * @param early what was typed on a page that went before anything watched @param first as this page began
   */
  async begin(early: string | null, first: FirstChoices): Promise<readonly ModelSource[]> {
    const { document } = this.#stores;
    // What another tab writes while this one reads is heard, and looked at once it has begun.
    const meanwhile = new Set<string>();
    let isHere = false;
    this.#endHearing = this.#where.hear(heard => {
      if (isHere) void this.#heard(heard);
      else meanwhile.add(heard);
    });
    const read = await within(READ_MS, this.#read(), () => new Error('the browser does not answer')).catch(() => null);
    if (early !== null && document.getState().revision === 0) document.getState().setText(early);
    const typed = document.getState().revision > 0;
    const { page = null, opened = null } = read ?? {};
    if (page !== null) this.open.restorePage({ ...page, view: unchosen(page.view, first, this.#stores) });
    const id = page?.document ?? null;
    if (id !== null && opened !== null && (!typed || document.getState().text === opened.saved.text)) {
      const chosen = settingsWith(opened.saved, first, this.#stores);
      this.open.enter(id, opened, chosen);
      if (chosen !== null) this.#writer.changed('content');
    } else {
      const fresh = this.#fresh();
      const begun = typed ? null : (page?.begun ?? null);
      if (begun === null) this.#adopt(fresh);
      else this.open.begin({ ...fresh, id: id ?? fresh.id }, { text: begun });
      if (typed) this.#writer.changed('content');
    }
    this.open.watch();
    this.#writer.start();
    isHere = true;
    this.#documents.setState({ acts: this.#acts() });
    for (const heard of meanwhile) void this.#heard(heard);
    // As what is kept while a page goes: another tab may begin with it at any moment.
    if (early !== null) await this.#writer.flush();
    // What was in use here comes before what the document was written with.
    return [page?.source, opened?.saved.source].filter(source => source != null);
  }

  /** The text that stands in the field is that of a new document. */
  #adopt(fresh: Opening): void {
    this.#writer.opened(fresh.id, fresh.created, null, 0);
    this.#documents.setState({ id: fresh.id, title: '' });
  }

  /** The page as this tab left it, and its document; null where it has no record that can be read. */
  async #read(): Promise<{ readonly page: SavedPage | null; readonly opened: OpenedRecord | null }> {
    const { records } = this.#where;
    const tab = await this.#where.tab();
    await this.#library.bringOver().catch(() => {});
    await this.#writer.takeKept().catch(() => {});
    const page = readPage(await records.get(`page:${tab.from}`)) ?? readPage(await records.get('page'));
    const id = page?.document ?? null;
    return { page, opened: id === null ? null : await this.#library.read(id) };
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  dispose(): void {
    this.open.dispose();
    this.#writer.dispose();
    this.#endHearing();
  }

  /** Another tab has written or removed a document. The open one follows where nothing has been changed here meanwhile. */
  async #heard(id: string): Promise<void> {
    this.#turn();
    if (id !== this.#writer.id || this.#writer.unwritten || this.open.running) return;
    const read = await this.#library.read(id).catch(() => null);
    if (read === null || read.stamp === this.#writer.stored) return;
    if (id !== this.#writer.id || this.#writer.unwritten || this.open.running) return;
    this.open.renew(id, read);
  }

  #turn(): void {
    this.#documents.setState(state => ({ turn: state.turn + 1 }));
  }

  #acts(): DocumentActs {
    const inTurn = async <T>(act: () => Promise<T>, refused: T): Promise<T> => {
      // Whoever asks for something else has answered.
      this.#leaves?.(false);
      const done = this.#last.then(act).catch(() => {
        this.#documents.setState({ notice: { kind: 'full' } });
        return refused;
      });
      this.#last = done;
      await done;
      this.#turn();
      return done;
    };
    const toAnother = async <T>(act: () => Promise<T>, refused: T): Promise<T> => {
      const done = inTurn(act, refused);
      this.#comes(1);
      try {
        return await done;
      } finally {
        this.#comes(-1);
      }
    };
    return {
      create: (wanted = { text: '' }) => {
        const { document, model } = this.#stores;
        const { tokenizer } = document.getState();
        const tag = modelTag(model.getState());
        return toAnother(() => this.#create(wanted, tokenizer?.fingerprint, tag), false);
      },
      open: (id, begun) => toAnother(() => this.#open(id, begun), false),
      rename: (id, title) => inTurn(() => this.#rename(id, title), undefined),
      duplicate: id => toAnother(() => this.#duplicate(id), undefined),
      remove: id => toAnother(() => this.#remove(id), undefined),
      putBack: () => toAnother(() => this.#putBack(), undefined),
      list: async () => {
        await this.#writer.flush();
        return this.#library.list();
      },
      find: (ids, query, signal) => this.#library.find(ids, query, signal),
      exported: async ids => {
        await this.#writer.flush();
        const unwritten = this.#writer.unwritten ? this.#writer.whole() : null;
        return this.#library.exported(ids, unwritten).catch(() => {
          this.#say({ kind: 'full' });
          return null;
        });
      },
      imported: async json => {
        const imported = await this.#library.imported(json);
        this.#turn();
        return imported;
      },
      refuse: words => this.#say({ kind: 'refused', words }),
      loseIt: () => this.#leaves?.(true),
      dismiss: () => {
        this.#leaves?.(false);
        this.#documents.setState({ notice: null });
      },
    };
  }

  #comes(more: 1 | -1 | 0): void {
    this.#comings += more;
    this.#documents.setState({ coming: this.#comings > 0 && this.#leaves === null });
  }

  /** At once, or once a question that stands has its answer. */
  #say(notice: DocumentNotice): void {
    const say = (): void => this.#documents.setState({ notice });
    if (this.#leaves === null) say();
    else this.#last = this.#last.then(say);
  }

  /** @param fingerprint @param tag vocabulary and model that its tokens are of */
  async #create(wanted: NewDocument, fingerprint: string | undefined, tag: string): Promise<boolean> {
    if (this.#writer.untouched && !wanted.keep) {
      this.open.replaceUntouched(wanted.text);
      this.#writer.changed('page');
      return true;
    }
    if (!(await this.#leave())) return false;
    const { document, model } = this.#stores;
    const { text, tokens = [] } = wanted;
    const same = document.getState().tokenizer?.fingerprint === fingerprint;
    const kept = tag === modelTag(model.getState()) ? tokens : tokens.map(withoutNumbers);
    this.open.begin({ ...this.#fresh(), title: cleanTitle(wanted.title ?? '') }, { text, tokens: same ? kept : [] });
    if (wanted.keep) this.#writer.changed('content');
    return true;
  }

  /** What is open is kept before another one takes its place. False where the browser refuses it and the person stays. */
  async #leave(): Promise<boolean> {
    this.open.endRun();
    // What the write itself has to say stays.
    this.#documents.setState({ notice: null });
    await this.#writer.flush();
    if (this.#writer.unwritten && !(await this.#losesIt())) return false;
    this.open.leave(this.#writer.id);
    return true;
  }

  /** Asks a person whether to go on without what cannot be kept. Once it is kept after all there is nothing to ask, and no reason to go. */
  #losesIt(): Promise<boolean> {
    return new Promise(resolve => {
      const ends = this.#documents.subscribe(({ failed }) => {
        if (!failed) this.#leaves?.(false);
      });
      this.#leaves = leaves => {
        ends();
        this.#leaves = null;
        this.#comes(0);
        // Not over what has come to be said meanwhile.
        this.#documents.setState(({ notice }) => (notice?.kind === 'unkept' ? { notice: null } : {}));
        resolve(leaves);
      };
      this.#documents.setState({ notice: { kind: 'unkept' } });
      this.#comes(0);
    });
  }

  async #open(id: string, begun?: string): Promise<boolean> {
    if (id === this.#writer.id) return true;
    const read = await this.#library.read(id);
    if (read === null && begun === undefined) {
      this.#documents.setState({ notice: { kind: 'unreadable' } });
      return false;
    }
    if (!(await this.#leave())) return false;
    if (read === null) this.open.begin({ ...this.#fresh(), id }, { text: begun ?? '' });
    else {
      this.open.enter(id, read);
      void this.open.wantModel();
    }
    return true;
  }

  async #rename(id: string, title: string): Promise<void> {
    if (id !== this.#writer.id) return void (await this.#library.rename(id, title));
    this.#documents.setState({ title: cleanTitle(title) });
    this.#writer.changed('content');
    await this.#writer.flush();
  }

  async #duplicate(id: string): Promise<void> {
    if (id === this.#writer.id) {
      if (this.#writer.untouched) this.#writer.changed('content');
      await this.#writer.flush();
      // What lies there is not what stands here.
      if (this.#writer.unwritten) return this.#documents.setState({ notice: { kind: 'full' } });
    }
    const copy = await this.#library.duplicate(id);
    if (copy !== null) await this.#open(copy);
  }

  async #remove(id: string): Promise<void> {
    const wasOpen = id === this.#writer.id;
    const { title } = this.#documents.getState();
    if (wasOpen) {
      this.open.leave(id);
      await this.#writer.flush();
    }
    const raw = await this.#library.raw(id);
    const listed = await this.#library.list();
    await this.#library.remove(id);
    if (wasOpen) {
      const next = listed.find(each => each.id !== id && each.readable);
      const read = next === undefined ? null : await this.#library.read(next.id);
      if (next === undefined || read === null) this.open.begin(this.#fresh(), { text: '' });
      else this.open.enter(next.id, read);
    }
    const gone = listed.find(each => each.id === id);
    this.#removed = raw.record === undefined && raw.entry === undefined ? null : { raw, wasOpen };
    const name = (wasOpen ? title : gone?.title) || gone?.words || '';
    if (this.#removed !== null) this.#documents.setState({ notice: { kind: 'deleted', title: name } });
  }

  async #putBack(): Promise<void> {
    const removed = this.#removed;
    if (removed === null) return;
    try {
      await this.#library.putBack(removed.raw);
    } catch {
      return this.#documents.setState({ notice: { kind: 'full', removed: true } });
    }
    this.#removed = null;
    this.#documents.setState({ notice: null });
    if (removed.wasOpen) await this.#open(removed.raw.id);
  }
}
