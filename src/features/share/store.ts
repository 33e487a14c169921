// Sharing: links and files out, links and files in. What comes in never takes the place of a person's own text: it is a new document.
import { createStore } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { inLine } from '../../lib/shapeless.ts';
import { wholeText, withoutNumbers } from '../../stores/document/change.ts';
import type { DocumentStore, DocumentToken } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { IDLE_TASK, type TaskNeeds, ViewTask } from '../../stores/gpu-work/view-task.ts';
import type { ModelStore } from '../../stores/model/types.ts';
import { isComing } from '../../stores/model/under-way.ts';
import type { GenerationStore } from '../../stores/run/generation-types.ts';
import type { SettingsStore } from '../../stores/run/settings.ts';
import type { DocumentsStore } from '../../stores/saved/documents.ts';
import type { ViewStore } from '../../stores/view.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { isLink, writeLink } from './link.ts';
import type { Reading } from './reading.ts';
import { readLink } from './readLink.ts';
import { MOST_FILE, readRunJson } from './readRunJson.ts';
import { Replay } from './replay.ts';
import { differencesOf, formatNeeded, runToShare, type SharedRun, wayToModel } from './sharedRun.ts';
import type { ShareStore, ShareStoreState } from './types.ts';

interface ShareOptions extends TaskNeeds {
  readonly client: Client;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly documents: DocumentsStore;
  readonly generation: GenerationStore;
  readonly settings: SettingsStore;
  readonly view: ViewStore;
}

/** One a page. */
export const shareStore = defineFeatureStore(stores => createShareStore({ ...stores, ...stores.work }));

function createShareStore(options: ShareOptions): Made<ShareStore> {
  const sharing = new Sharing(options);
  const store: ShareStore = createStore<ShareStoreState>()(() => ({
    pane: 'link',
    link: { status: 'none' },
    incoming: { status: 'none' },
    waiting: false,
    opened: null,
    task: IDLE_TASK,
    outcome: null,
    setPane: pane => store.setState({ pane }),
    makeLink: () => sharing.makeLink(),
    receive: fragment => sharing.receive(fragment),
    readFile: file => sharing.readFile(file),
    forget: () => sharing.forget(),
    open: () => sharing.open(),
    loadNeeded: () => sharing.loadNeeded(),
    back: () => sharing.back(),
    dismissOpened: () => store.setState({ opened: null }),
    replay: () => sharing.replay(),
    stopReplay: () => sharing.stopReplay(),
  }));
  sharing.store = store;
  return { store, dispose: sharing.watch() };
}

/** A dropped file that is a run by its looks; model folders hold JSON files too, but never one alone. */
export function isRunFile(files: readonly Pick<File, 'name'>[]): boolean {
  const [file] = files;
  const ofModel =
    /^(config|generation_config|tokenizer|tokenizer_config|vocab|special_tokens_map)\.json$|\.index\.json$/;
  return files.length === 1 && file !== undefined && /\.json$/i.test(file.name) && !ofModel.test(file.name);
}

class Sharing {
  store!: ShareStore;
  readonly #options: ShareOptions;
  readonly #task: ViewTask;
  /** Opens by itself when its model is there: a link that came before it, or a person's wish. */
  #opens = false;
  /** What came in is to be shown when the dialog that is open has been closed. */
  #shows = false;
  /** Links that were made: an older one has nothing to say any more. */
  #links = 0;
  /** The same of links and files that were read. */
  #readings = 0;
  /** A document is being made of what came in. */
  #opening = false;

  constructor(options: ShareOptions) {
    this.#options = options;
    this.#task = new ViewTask(options, task => this.store.setState({ task }));
  }

  watch(): () => void {
    const { model, document, view } = this.#options;
    const ends = [
      view.subscribe((now, before) => {
        if (before.dialog === 'models' && now.dialog !== 'models') queueMicrotask(() => this.#unasked());
        if (before.dialog !== now.dialog && this.#shows) queueMicrotask(() => this.#showNext());
      }),
      model.subscribe((now, before) => {
        if (now.load !== before.load || now.blocked !== before.blocked) this.#settle();
      }),
      document.subscribe((now, before) => {
        if (now.revision !== before.revision && this.store.getState().link.status !== 'none') {
          this.store.setState({ link: { status: 'none' } });
        }
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  async makeLink(): Promise<void> {
    const run = runToShare(this.#options);
    if (run === null) return;
    this.#links += 1;
    const links = this.#links;
    this.store.setState({ link: { status: 'making' } });
    const made = await writeLink(run);
    if (links !== this.#links || this.store.getState().link.status !== 'making') return;
    const link = made.ok
      ? ({ status: 'ready', fragment: `#${made.fragment}` } as const)
      : ({ status: 'too_long', length: made.length } as const);
    this.store.setState({ link });
  }

  async receive(fragment: string): Promise<void> {
    if (!isLink(fragment)) return;
    if (!(await this.#take('the link', 'link', readLink(fragment)))) return;
    if (this.store.getState().incoming.status === 'refused') this.#show();
    else {
      this.#opens = true;
      this.#settle();
    }
  }

  async readFile(file: File): Promise<void> {
    this.store.setState({ pane: 'open' });
    const read = async (): Promise<Reading<SharedRun>> => {
      if (file.size > MOST_FILE) return { ok: false, problem: { kind: 'too_large', limit: MOST_FILE } };
      return readRunJson(await file.text());
    };
    await this.#take(inLine(file.name), 'file', read());
  }

  /** False where something else came in meanwhile. */
  async #take(name: string, from: 'link' | 'file', coming: Promise<Reading<SharedRun>>): Promise<boolean> {
    this.#readings += 1;
    const readings = this.#readings;
    this.#task.reset();
    this.#opens = false;
    this.#shows = false;
    this.store.setState({ incoming: { status: 'reading', name }, outcome: null, waiting: false });
    const read = await coming.catch((): Reading<SharedRun> => ({ ok: false, problem: { kind: 'unreadable' } }));
    if (readings !== this.#readings) return false;
    this.store.setState({
      incoming: read.ok
        ? { status: 'ready', name, from, run: read.value }
        : { status: 'refused', name, problem: read.problem },
    });
    return true;
  }

  forget(): void {
    this.#readings += 1;
    this.#opens = false;
    this.#shows = false;
    this.#task.reset();
    this.store.setState({ incoming: { status: 'none' }, waiting: false, outcome: null });
  }

  /** Opens what waits as soon as its ids mean something here; asks where they do not. */
  #settle(): void {
    const { incoming } = this.store.getState();
    if (!this.#opens || incoming.status !== 'ready') return;
    const { load, blocked } = this.#options.model.getState();
    const differences = differencesOf(incoming.run, this.#options.model.getState());
    const onItsWay = isComing(this.#options.model.getState()) || (load.status === 'idle' && blocked === null);
    this.store.setState({ waiting: onItsWay });
    if (onItsWay) return;
    this.#opens = false;
    if (differences !== null && !differences.vocabulary) void this.open();
    else this.#show();
  }

  /** Models were looked at and none was asked for: the next one that comes was not loaded for this text. */
  #unasked(): void {
    const { load } = this.#options.model.getState();
    if (load.status === 'ready' || load.status === 'failed') this.#opens = false;
  }

  #show(): void {
    this.store.setState({ pane: 'open' });
    this.#shows = true;
    this.#showNext();
  }

  /** A dialog that a person has opened comes first. */
  #showNext(): void {
    const { view } = this.#options;
    const { dialog } = view.getState();
    if (!this.#shows || (dialog !== null && dialog !== 'share')) return;
    this.#shows = false;
    view.getState().open('share');
  }

  async open(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    try {
      await this.#openIncoming();
    } finally {
      this.#opening = false;
    }
  }

  async #openIncoming(): Promise<void> {
    const { incoming, opened: last } = this.store.getState();
    const { document, documents, settings, generation, model, view } = this.#options;
    const { tokenizer, text } = document.getState();
    const { acts, id } = documents.getState();
    if (incoming.status !== 'ready' || tokenizer === null || acts === null) return;
    const { run, from } = incoming;
    const differences = differencesOf(run, model.getState());
    const sameModel = differences !== null && differences.model === null && !differences.commit;
    const own = exactTokens(run, tokenizer, sameModel);
    const { settings: chosen, seed } = settings.getState();
    const here = { document: id, text, settings: chosen, seed, lastSeed: generation.getState().seed };
    // From one shared text to the next the way back stays that to the person's own.
    const before = last?.document === id ? last.before : here;
    this.#opens = false;
    // What may be asked stands above the text.
    view.getState().closeOf('share');
    const made = await acts.create({ text: run.text, tokens: own ?? wholeText(tokenizer, run.text), keep: true });
    // The settings of the document before stay as they are.
    if (!made) return;
    const exact = own !== null && document.getState().tokenizer?.fingerprint === tokenizer.fingerprint;
    // Ids of a bias are those of the other vocabulary.
    const shaped = exact ? run.settings : { ...run.settings, logit_bias: [] };
    settings.getState().restore({ settings: shaped, seed: run.seed });
    generation.getState().restore(run.lastSeed);
    const opened = { document: documents.getState().id, exact, from, model: run.model.name, before };
    this.store.setState({ opened, waiting: false });
  }

  loadNeeded(): void {
    const { incoming } = this.store.getState();
    if (incoming.status !== 'ready') return;
    const { model, view } = this.#options;
    const { cache, loadModel, inspect } = model.getState();
    const way = wayToModel(incoming.run.model, cache.models);
    const format = formatNeeded(incoming.run.model);
    view.getState().open('models');
    if (way.kind === 'files') return;
    this.#opens = true;
    if (way.source.kind === 'shipped' || way.stored) {
      view.getState().close();
      void loadModel(way.source, { format });
    } else void inspect(way.source, format); // its size is said before anything is fetched
  }

  async back(): Promise<void> {
    const { opened } = this.store.getState();
    const { documents, settings, generation } = this.#options;
    if (opened === null) return;
    const { before } = opened;
    const shared = settings.getState().settings;
    const { acts } = documents.getState();
    // One that cannot be had, or the shared one that stays, leaves all as it is.
    if (acts === null || !(await acts.open(before.document, before.text))) return;
    if (this.store.getState().opened === opened) this.store.setState({ opened: null });
    // A document that is kept has brought its own settings.
    if (settings.getState().settings !== shared) return;
    settings.getState().restore({ settings: before.settings, seed: before.seed });
    generation.getState().restore(before.lastSeed);
  }

  async replay(): Promise<void> {
    const { incoming } = this.store.getState();
    if (incoming.status !== 'ready') return;
    const { load } = this.#options.model.getState();
    const replay = new Replay(this.#options.client, incoming.run.tokens, load.status === 'ready' ? load : null);
    this.store.setState({ outcome: null });
    await this.#task.run(replay.outcome.total, (signal, progress) => replay.work(signal, progress));
    if (this.store.getState().task.status === 'done') this.store.setState({ outcome: replay.outcome });
  }

  stopReplay(): void {
    this.#task.stop();
  }
}

/** The shared ids as tokens of this vocabulary; null where they are of another one, or spell another text. */
function exactTokens(run: SharedRun, tokenizer: Tokenizer, sameModel: boolean): DocumentToken[] | null {
  if (run.fingerprint !== tokenizer.fingerprint || run.tokens.some(({ id }) => id >= tokenizer.vocabSize)) return null;
  const shown = tokenizer.showing(
    run.tokens.map(({ id }) => id),
    run.text,
  );
  if (shown === null) return null;
  return run.tokens.map(({ id, origin, draw, told }, i) => {
    const bare = { id, bytes: shown[i] ?? tokenizer.bytes(id), special: tokenizer.isSpecial(id), origin };
    const token: DocumentToken = draw === undefined ? (told ? { ...bare, told } : bare) : { ...bare, draw };
    return sameModel ? token : withoutNumbers(token);
  });
}
