// What the last visit left: brought back at the start, kept while the page is open, fitted to every model that becomes ready.
import { type CachedModel, sourceKey } from '../lib/model-source.ts';
import type { LoadedModel } from '../protocol/events.ts';
import { opened, withTokens } from '../stores/document/branches.ts';
import { wholeText } from '../stores/document/change.ts';
import { modelTag } from '../stores/model/model.ts';
import { DEFAULT_SOURCE } from '../stores/model/sources.ts';
import type { WantedModel } from '../stores/model/types.ts';
import { takeEarlyText } from '../stores/saved/early-text.ts';
import { createPersistence, type Persistence, type SavedStore } from '../stores/saved/persistence.ts';
import type { Saved } from '../stores/saved/saved.ts';
import { type SavedDocument, savedDocument } from '../stores/saved/saved-document.ts';
import { tabStore } from '../stores/saved/tab-store.ts';
import type { Stores } from '../stores/stores.ts';
import { sameToken } from '../tokenizer/same-token.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** The stores that a visit brings back. */
export type Subjects = Pick<Stores, 'model' | 'document' | 'settings' | 'generation' | 'view' | 'pins'>;

/** The model to open, if any, given what is stored. */
export type Wanted = (stored: readonly CachedModel[]) => WantedModel | null;

/** What a text is called that was typed before the last one had been read. */
const TYPED_FIRST = 'New text';

/** What a visit begins with, and what every model that becomes ready changes. */
export class Visit {
  readonly #stores: Subjects;
  readonly #where: SavedStore | undefined;
  #persistence: Persistence | null = null;
  #watches = false;
  #saved: Saved | null = null;
  /** Of the document after its text was brought back: an edit since then is worth more than what was kept. */
  #savedRevision = -1;
  /** A text was typed before what was kept had been read: both stay, side by side. */
  #typedFirst = false;
  #lastModel = '';

  /** @param where the last visit is kept; by itself in the browser. */
  constructor(stores: Subjects, where: SavedStore | undefined) {
    this.#stores = stores;
    this.#where = where;
  }

  /** @param linked the model of a shared text the page was opened with: it comes first where all of it is here. */
  async start(linked: Wanted): Promise<void> {
    const persistence = createPersistence(this.#stores, this.#where ?? tabStore());
    this.#persistence = persistence;
    const saved = await persistence.read();
    const { document } = this.#stores;
    const early = takeEarlyText();
    if (early !== null && document.getState().revision === 0) document.getState().setText(early);
    const typed = document.getState().revision > 0;
    if (saved !== null) this.#restore(saved);
    persistence.watch(typed);
    this.#watches = true;
    // As what is kept while a page goes: another tab may begin with it at any moment.
    if (early !== null) await persistence.flush();
    const { model } = this.#stores;
    await model
      .getState()
      .start(() => this.#firstSource([linked, () => (saved?.source ? { source: saved.source } : null)]));
  }

  /** Changes are written from now on. */
  get watches(): boolean {
    return this.#watches;
  }

  async flush(): Promise<void> {
    await this.#persistence?.flush();
  }

  dispose(): void {
    this.#persistence?.dispose();
  }

  /** The first of these of which all is cached, else the one that ships: nothing large is fetched unasked. */
  async #firstSource(wanted: readonly Wanted[]): Promise<WantedModel> {
    const { model } = this.#stores;
    for (const wish of wanted) {
      const first = wish(model.getState().cache.models);
      if (first?.source.kind === 'shipped') return first;
      if (model.getState().cache.status === 'unknown') await model.getState().listCache();
      const { models } = model.getState().cache;
      const stored = wish(models);
      if (stored !== null && models.some(each => each.key === sourceKey(stored.source) && each.complete)) return stored;
    }
    return { source: DEFAULT_SOURCE };
  }

  #restore(saved: Saved): void {
    const { view, settings, generation, document, pins, model } = this.#stores;
    const untouched = document.getState().revision === 0;
    view.getState().restore(saved.view);
    settings.getState().restore(saved);
    generation.getState().restore(saved.lastSeed);
    pins.getState().restore(saved.pins);
    model.getState().restoreFormats(saved.formats);
    this.#saved = saved;
    this.#typedFirst = !untouched && document.getState().text !== saved.text;
    if (this.#typedFirst) return;
    document.getState().restore({ text: saved.text, tokens: [], selection: saved.selection });
    this.#savedRevision = document.getState().revision;
  }

  /** What was typed before anything was read is the active text, and what was kept a branch beside it. */
  #restoreBeside(saved: Saved, tokenizer: Tokenizer, made: SavedDocument | null): void {
    const { document } = this.#stores;
    const own = made?.tokens ?? wholeText(tokenizer, saved.text);
    const kept = made?.set ?? { branches: [{ id: 1, name: '', began: Date.now(), tokens: own }], branch: 1 };
    if (own.length === 0 && kept.branches.length === 1) return;
    const { text, tokens, selection } = document.getState();
    const id = 1 + kept.branches.reduce((most, branch) => Math.max(most, branch.id), 0);
    const birth = () => ({ id, began: Date.now() });
    document
      .getState()
      .restore({ text, tokens, selection, set: opened({ ...kept, forgotten: null }, tokens, TYPED_FIRST, birth) });
  }

  /** What was kept as tokens of the vocabulary that is here now; of a text edited since then only the other branches. */
  #restoreTokens(saved: Saved, asSaved: boolean, made: SavedDocument | null): void {
    if (made === null) return;
    const { document } = this.#stores;
    if (asSaved) document.getState().restore({ text: saved.text, selection: saved.selection, ...made });
    else if (made.set !== undefined) {
      const { text, tokens, selection } = document.getState();
      const { branch } = made.set;
      const set = { branches: withTokens(made.set.branches, branch, tokens), branch };
      document.getState().restore({ text, tokens, selection, set });
    }
  }

  /** The text, the settings and the views come to the model that is there now. */
  modelReady(model: LoadedModel, tokenizer: Tokenizer): void {
    const { document, settings, view } = this.#stores;
    const { tokenizer: last } = document.getState();
    const tag = modelTag(this.#stores.model.getState());
    const saved = this.#saved;
    const asSaved = document.getState().revision === this.#savedRevision;
    document.getState().setTokenizer(tokenizer, tag === this.#lastModel);
    // The same id is another token there.
    if (last?.fingerprint !== tokenizer.fingerprint) {
      view.getState().follow(null);
      if (last !== null) settings.getState().moveBiases(id => sameToken(last, tokenizer, id));
      else if (saved?.fingerprint && saved.fingerprint !== tokenizer.fingerprint)
        settings.getState().moveBiases(() => null);
    }
    settings.getState().setModelDefaults(model.defaults, saved?.model === tag || tag === this.#lastModel);
    const made = saved === null ? null : savedDocument(saved, tokenizer, saved.model === tag);
    if (saved !== null && this.#typedFirst) this.#restoreBeside(saved, tokenizer, made);
    else if (saved !== null) this.#restoreTokens(saved, asSaved, made);
    this.#typedFirst = false;
    this.#saved = null;
    this.#lastModel = tag;
  }
}
