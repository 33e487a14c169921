// The open document: brought back at the start, fitted to each model that becomes ready, written as it changes, exchanged for another one.
import { keepLatest } from '../../lib/latest.ts';
import { sourceKey } from '../../lib/model-source.ts';
import { splitDigest } from '../../lib/weight-format.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import { sameSettings } from '../../sampling/same.ts';
import { sameToken } from '../../tokenizer/same-token.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { isTurn } from '../document/pending.ts';
import type { KeptHistory } from '../document/types.ts';
import { loadEnded } from '../model/load-ended.ts';
import { modelTag } from '../model/model.ts';
import { isRunning } from '../run/generation-types.ts';
import type { Stores } from '../stores.ts';
import { VIEW_CHOICES } from '../view.ts';
import type { NewDocument } from './documents.ts';
import { type Fitted, fittedOf, sameModel, UNFITTED } from './fitted.ts';
import type { OpenedRecord } from './library.ts';
import { asItWas, asKept, type Chosen, chosenOf, hasOwn } from './other-ids.ts';
import { restoreText } from './restore-text.ts';
import { readSaved, type Saved } from './saved.ts';
import type { SavedPage } from './saved-page.ts';
import type { Content, DocumentWriter } from './writer.ts';

/** The stores that a document is brought back to. */
export type Subjects = Pick<Stores, 'model' | 'document' | 'settings' | 'generation' | 'view' | 'pins' | 'documents'>;

/** Documents whose steps of Undo are kept while another one is open. */
const MOST_HISTORIES = 8;

/** What an opened document is known by. */
export interface Opening {
  readonly id: string;
  readonly title: string;
  readonly created: number;
}

export class OpenDocument {
  readonly #stores: Subjects;
  readonly #writer: DocumentWriter;
  readonly #histories = new Map<string, KeptHistory>();
  #ends: (() => void)[] = [];
  /** What lies in the store, as long as a person has not changed its text: its ids and numbers are of one model, and another one may be looked at. */
  #saved: Saved | null = null;
  /** It stands here in its own ids, with its own numbers: what is written is what stands here. */
  #own = false;
  /** It has done so since it was opened: that another model is here now is a person's choice, and nothing is said of it. */
  #stood = false;
  /** The record of `#saved`. */
  #record: unknown = null;
  /** Settings and seed of it, with what a person has changed of them beside other ids; null where nothing was. */
  #chosen: Chosen | null = null;
  /** The steps of Undo that came with it. */
  #steps: KeptHistory | undefined;
  /** Documents that were opened, counted. */
  #openings = 0;
  /** Its own model is looked for once the load under way has ended: until then nothing is said of it. */
  #waits = false;
  /** A person has changed the text since it was brought back. */
  #edited = false;
  /** The model that the text was fitted to last. */
  #last: Fitted = UNFITTED;
  /** The changes are the page's own. */
  #quiet = false;

  constructor(stores: Subjects, writer: DocumentWriter) {
    this.#stores = stores;
    this.#writer = writer;
  }

  /** From now on what a person changes is written. */
  watch(): void {
    const { document, settings, generation, view, pins, model } = this.#stores;
    const changed = (what: 'text' | 'content' | 'aside' | 'page'): void => {
      if (this.#quiet) return;
      // A text in other ids than its own is written over when a person changes it, not before; one without ids is joined to them when they come.
      if (what === 'text' && document.getState().tokenizer !== null) this.#forget();
      if (what === 'text') this.#edited = true;
      if (what === 'text') this.#writer.changed('content');
      else this.#writer.changed(what === 'aside' && this.#kept !== null ? 'page' : what);
    };
    this.#ends = [
      document.subscribe((now, before) => {
        if (isTurn(now, before)) return;
        // A name, or a branch that is gone; numbers that arrive are not kept.
        const branches = now.branches !== before.branches && now.tokens === before.tokens;
        if (now.revision !== before.revision || branches) changed('text');
        else if (now.selection !== before.selection) changed('aside');
      }),
      settings.subscribe((now, before) => {
        if (sameSettings(now.settings, before.settings) && now.seed === before.seed) return;
        const own = this.#chosen ?? this.#saved;
        if (!this.#quiet && this.#inOthers && own !== null) this.#chosen = chosenOf(own, now, before);
        changed('content');
      }),
      generation.subscribe((now, before) => {
        if (now.seed !== before.seed) changed('aside');
      }),
      view.subscribe((now, before) => {
        if (VIEW_CHOICES.some(name => now[name] !== before[name])) changed('page');
      }),
      pins.subscribe((now, before) => {
        // Those of other ids are not its own.
        if (now.pins !== before.pins) changed(this.#inOthers ? 'page' : 'content');
      }),
      model.subscribe((now, before) => {
        if (now.load !== before.load && now.load.status === 'ready') changed('page');
      }),
    ];
  }

  dispose(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  get running(): boolean {
    return isRunning(this.#stores.generation.getState().status);
  }

  /** Whose tokens and branches stay as they lie in the store. */
  get #kept(): Saved | null {
    return this.#own ? null : this.#saved;
  }

  /** It is shown in ids that are not its own. */
  get #inOthers(): boolean {
    const { tokenizer } = this.#stores.document.getState();
    return this.#kept !== null && tokenizer !== null && tokenizer.fingerprint !== this.#kept.fingerprint;
  }

  /** Everything of the document and the page that is written. */
  content(): Content {
    const { document, settings, generation, pins, model, view } = this.#stores;
    // Only where a long text has not got its tokens yet: they come faster than the delay of a write.
    document.getState().finish();
    const { text, tokens, tokenizer, selection, branches, branch } = document.getState();
    const { load, formats } = model.getState();
    const { settings: chosen, seed } = settings.getState();
    const ready = load.status === 'ready' ? load.model : null;
    // The address of a server is the person's own and is not kept.
    const source = ready === null || ready.source.kind === 'server' ? null : ready.source;
    const kept = this.#kept;
    const { theme, tint, side, panel, followStep, borders, whitespace, barScale } = view.getState();
    return {
      saved: {
        text,
        tokens,
        set: tokenizer === null ? null : { branches, branch },
        fingerprint: tokenizer?.fingerprint ?? '',
        model: this.#last.tag,
        source: this.#last.source,
        selection,
        settings: chosen,
        seed,
        lastSeed: generation.getState().seed,
        pins: pins.getState().saved(),
        tokensOf: null,
        kept: null,
        ...(kept === null ? {} : asKept(kept, this.#record, text)),
        ...(kept !== null && this.#inOthers ? asItWas({ ...kept, ...this.#chosen }) : {}),
      },
      page: {
        view: { theme, tint, side, panel, followStep, borders, whitespace, barScale },
        formats,
        source,
      },
    };
  }

  restorePage(page: SavedPage): void {
    this.#quietly(() => {
      this.#stores.view.getState().restore(page.view);
      this.#stores.model.getState().restoreFormats(page.formats);
    });
  }

  /** A document that has no record yet. */
  begin(opening: Opening, wanted: NewDocument): void {
    this.#quietly(() => {
      const { text, tokens = [] } = wanted;
      this.#forget();
      const selection = { start: text.length, end: text.length, focus: 'end' } as const;
      this.#stores.document.getState().restore({ text, tokens, selection });
      this.#opened(opening);
    });
  }

  /** A text that nobody has touched gives way to another one, as a step of its history. */
  replaceUntouched(text: string): void {
    this.endRun();
    const { document } = this.#stores;
    this.#quietly(() => {
      document.getState().setText(text);
      document.getState().selectToken('end');
    });
  }

  /** The document of a record, as far as the model in use goes. @param chosen its settings where some were changed already */
  enter(id: string, { saved, record, stamp, changed }: OpenedRecord, chosen: Chosen | null = null): void {
    const { settings, generation, pins } = this.#stores;
    const { title, created } = saved;
    this.#quietly(() => {
      this.#forget();
      this.#chosen = chosen;
      settings.getState().restore(chosen ?? saved);
      generation.getState().restore(saved.lastSeed);
      pins.getState().restore(saved.pins);
      this.#steps = this.#histories.get(id);
      this.#restore(saved, this.#steps);
      this.#histories.delete(id);
      this.#saved = saved;
      this.#record = record;
      const { tokenizer } = this.#stores.document.getState();
      this.#own = tokenizer !== null && saved.model === this.#last.tag;
      this.#stood = this.#own;
      this.#opened({ id, title, created }, stamp, changed);
    });
  }

  /** The record has been changed by another tab; what stood here is a step of Undo. */
  renew(id: string, record: OpenedRecord): void {
    const { document } = this.#stores;
    const { saved } = record;
    this.#hear();
    const { text, selection } = document.getState();
    document.getState().setText(saved.text);
    this.#histories.set(id, document.getState().leave());
    const { length } = saved.text;
    const caret = text === saved.text ? selection : { start: length, end: length, focus: 'end' as const };
    this.enter(id, { ...record, saved: { ...saved, selection: caret } });
  }

  /** A run belongs to the document that it writes. */
  endRun(): void {
    this.#quietly(() => {
      const { interrupt, stop } = this.#stores.generation.getState();
      interrupt();
      stop();
    });
  }

  /** Another document is about to be opened: a run ends here, also one that waits for a model, and the steps of Undo are put by. */
  leave(id: string): void {
    this.endRun();
    this.#histories.set(id, this.#stores.document.getState().leave());
    keepLatest(this.#histories, MOST_HISTORIES);
  }

  /** The text, the settings and the views come to the model that is there now. */
  fit(model: LoadedModel, tokenizer: Tokenizer): void {
    this.#keepOwn();
    const was = this.#saved?.model;
    if (this.#own && this.#saved !== null) this.#saved = { ...this.#saved, ...this.#beside() };
    this.#own = false;
    this.#quietly(() => this.#fit(model, tokenizer));
    // Brought back as it was, there is nothing to write.
    const same = was === modelTag(this.#stores.model.getState());
    this.#writer.changed(this.#saved === null && !same ? 'aside' : 'page');
  }

  /** What was drawn here under the model before this one stays the document's own: it waits for that model like a record. */
  #keepOwn(): void {
    const { document, model } = this.#stores;
    const { tag, source } = this.#last;
    if (this.#saved !== null || tag === '' || tag === modelTag(model.getState())) return;
    if (!hasOwn(document.getState().branches)) return;
    this.#record = { ...Object(this.#writer.whole().record), model: tag, source };
    this.#saved = readSaved(this.#record);
    this.#own = this.#saved !== null;
    this.#stood = true;
    this.#edited = false;
  }

  #fit(model: LoadedModel, tokenizer: Tokenizer): void {
    const { document, settings, view } = this.#stores;
    const { tokenizer: last } = document.getState();
    const now = fittedOf(this.#stores.model.getState());
    const edited = this.#edited;
    this.#hear();
    const saved = edited ? this.#withEdit() : this.#withCaret();
    document.getState().setTokenizer(tokenizer, sameModel(this.#last, now));
    // The same id is another token there.
    if (last?.fingerprint !== tokenizer.fingerprint) {
      view.getState().follow(null);
      if (last !== null) settings.getState().moveBiases(id => sameToken(last, tokenizer, id));
      else if (saved?.fingerprint && saved.fingerprint !== tokenizer.fingerprint)
        settings.getState().moveBiases(() => null);
    }
    settings.getState().setModelDefaults(model.defaults, [saved?.model, this.#last.tag].includes(now.tag));
    this.#last = now;
    if (saved === null) return;
    // An edit made before the tokens were there is one step behind those that came with them.
    this.#restore(saved, edited ? this.#steps : document.getState().leave());
    this.#edited = false;
    this.#saved = saved;
    this.#own = saved.model === now.tag;
    this.#stood ||= this.#own;
    // With the edit it is another text than lies in the store.
    if (this.#own && edited) this.#forget();
    if (!this.#stood && !this.#waits) this.#sayModel(saved, model);
  }

  /** From now on the document is what stands here, in ids of the model in use. */
  #forget(): void {
    this.#saved = null;
    this.#own = false;
    this.#record = null;
    this.#chosen = null;
    this.#edited = false;
    this.#steps = undefined;
  }

  /** What lies in the store, and the text that a person has made of it while no model was there. */
  #withEdit(): Saved | null {
    const { text, selection } = this.#stores.document.getState();
    const { settings, seed, pins } = this.#beside();
    const tokensOf = this.#saved?.tokensOf ?? this.#saved?.text ?? null;
    return this.#saved && { ...this.#saved, settings, seed, pins, text, selection, tokensOf };
  }

  /** What lies in the store, and the caret where a person has put it in the same text since. */
  #withCaret(): Saved | null {
    const { text, selection } = this.#stores.document.getState();
    return this.#saved?.text === text ? { ...this.#saved, selection } : this.#saved;
  }

  /** Has whoever watches tell what a person has done since: a caret that has just moved. */
  #hear(): void {
    this.#stores.document.setState({});
  }

  /** What stands beside the text. */
  #beside(): Pick<Saved, 'selection' | 'settings' | 'seed' | 'lastSeed' | 'pins'> {
    const { document, settings, generation, pins } = this.#stores;
    const { settings: chosen, seed } = settings.getState();
    const { selection } = document.getState();
    return { selection, settings: chosen, seed, lastSeed: generation.getState().seed, pins: pins.getState().saved() };
  }

  #restore(saved: Saved, history: KeptHistory | undefined): void {
    restoreText(this.#stores.document, saved, saved.model === this.#last.tag, history);
  }

  #opened({ id, title, created }: Opening, stamp: string | null = null, changed = 0): void {
    this.#openings += 1;
    this.#waits = false;
    this.#stores.view.getState().resetCandidates();
    this.#writer.opened(id, created, stamp, changed);
    this.#stores.documents.setState({ id, title });
  }

  /** A document opens with its own model where that is stored; else it is named. Nothing is downloaded. */
  async wantModel(): Promise<void> {
    const { model } = this.#stores;
    const opening = this.#openings;
    this.#waits = true;
    const loaded = await loadEnded(model);
    if (this.#openings !== opening) return;
    const saved = this.#saved;
    const there = saved === null || saved.model === '' || saved.model === modelTag(model.getState());
    this.#waits = loaded && !there;
    if (!loaded || there) return;
    const { source } = saved;
    const { asks } = model.getState();
    if (source === null || source.kind !== 'shipped') await model.getState().listCache();
    if (this.#openings !== opening) return;
    this.#waits = false;
    // What a person has chosen meanwhile stands, and nothing is said of it.
    this.#stood ||= model.getState().asks !== asks;
    if (this.#saved === null || model.getState().asks !== asks) return;
    const { files, format } = splitDigest(saved.model);
    const stored = model.getState().cache.models.find(({ digest, complete }) => complete && digest === files)?.source;
    const found = stored ?? (source?.kind === 'shipped' ? source : undefined);
    if (found !== undefined) return model.getState().loadModel(found, { format });
    const { load } = model.getState();
    if (load.status === 'ready') this.#sayModel(saved, load.model);
  }

  #sayModel({ source }: Saved, here: LoadedModel): void {
    if (source === null || sourceKey(source) === sourceKey(here.source)) return;
    // A question stands until it is answered.
    if (this.#stores.documents.getState().notice?.kind === 'unkept') return;
    this.#stores.documents.setState({ notice: { kind: 'model', source } });
  }

  #quietly(change: () => void): void {
    const before = this.#quiet;
    this.#quiet = true;
    try {
      change();
    } finally {
      this.#quiet = before;
    }
  }
}
