// The stores of one page, made and joined: what one subject has to hear of another is written here and nowhere else.
import { checkCapability, currentFacts } from '../client/capability.ts';
import { type Client, createClient } from '../client/client.ts';
import type { NucleusError } from '../lib/error.ts';
import { type ModelSource, type Origins, sourceKey } from '../lib/model-source.ts';
import { freshSeed } from '../lib/rng.ts';
import type { LoadedModel } from '../protocol/events.ts';
import { createTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';
import { createAblationStore } from './ablation.ts';
import { createAttentionStore } from './attention.ts';
import { withTokens } from './branches.ts';
import { DEFAULT_SOURCE } from './catalogue.ts';
import { createDocumentStore } from './document.ts';
import { createExpectedStore } from './expected.ts';
import { createFollowStore } from './follow.ts';
import { createGenerationStore } from './generation.ts';
import { isRunning } from './generation-types.ts';
import { createGrowthStore } from './growth.ts';
import type { Kept } from './kept.ts';
import { type KeptDocument, keptDocument } from './kept-document.ts';
import { GpuLane } from './lane.ts';
import { createLensStore } from './lens.ts';
import { createModelStore, modelTag } from './model.ts';
import { createPersistence, type KeptStore } from './persistence.ts';
import { createPinsStore } from './pins.ts';
import { PrefillCost } from './prefill-cost.ts';
import { createRowsStore, SETTLE_MS } from './rows.ts';
import { createScoresStore } from './scores.ts';
import { createSettingsStore } from './settings.ts';
import { createShareStore } from './share.ts';
import { sourceOfKey } from './shared-run.ts';
import type { DocumentStore, GenerationStore, Stores } from './stores-types.ts';
import { tabStore } from './tab-store.ts';
import { createViewStore } from './view.ts';

/** Fragments of the page's address that hold shared texts. */
export interface SharedLinks {
  /** The one the page was opened with, taken out of the address; '' when there is none. */
  take(): string;
  /** Called with each that comes while the page is open. Returns the unsubscriber. */
  follow(take: (fragment: string) => void): () => void;
}

export interface StoresOptions {
  readonly origins: Origins;
  /** Stands in the editor on a first visit; ends at a real choice. */
  readonly firstText: string;
  readonly links?: SharedLinks;
  /** The rest has the page's own as default. */
  readonly client?: Client;
  readonly kept?: KeptStore;
  readonly checkCapability?: () => NucleusError | null;
  readonly makeTokenizer?: (model: LoadedModel) => Tokenizer;
  readonly requestFrame?: (callback: () => void) => void;
  readonly freshSeed?: () => number;
  readonly persist?: () => void;
  readonly now?: () => number;
  readonly later?: (ms: number, callback: () => void) => () => void;
}

/** Only asked for while a person acts: a browser that asks back would else do so unbidden. */
function persistStorage(): void {
  if (navigator.userActivation?.isActive) navigator.storage?.persist?.().catch(() => {});
}

function later(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

/** Makes everything and starts nothing. */
export function createStores(options: StoresOptions): Stores {
  const client = options.client ?? createClient();
  const now = options.now ?? (() => performance.now());
  const requestFrame = options.requestFrame ?? (callback => void requestAnimationFrame(callback));
  const lane = new GpuLane();
  const view = createViewStore();
  const settings = createSettingsStore();
  const document = createDocumentStore(options.firstText);
  const model = createModelStore({
    client,
    origins: options.origins,
    checkCapability: options.checkCapability ?? (() => checkCapability(currentFacts())),
    makeTokenizer: options.makeTokenizer ?? tokenizerOf,
    persist: options.persist ?? persistStorage,
    now,
  });
  const generation = createGenerationStore({
    client,
    lane,
    model,
    document,
    settings,
    requestFrame,
    freshSeed: options.freshSeed ?? freshSeed,
    later: options.later ?? later,
  });
  const cost = new PrefillCost();
  const gpu = { client, lane, model, document, generation, cost };
  const pins = createPinsStore(gpu);
  // The document must have the tokenizer before anything else hears of a ready model.
  const pages = new Pages(
    { model, document, settings, generation, view, pins: pins.store },
    options.kept ?? tabStore(),
  );
  const rows = createRowsStore(gpu);
  const scores = createScoresStore(gpu);
  const lens = createLensStore({ ...gpu, rows: rows.store, now });
  const expected = createExpectedStore(gpu);
  const ablation = createAblationStore({ client, lane, model, document, generation, now });
  const follow = createFollowStore({
    client,
    lane,
    model,
    document,
    generation,
    rows: rows.store,
    view,
    cost,
    later: options.later ?? later,
  });
  const attention = createAttentionStore({
    client,
    lane,
    model,
    document,
    generation,
    cost,
    requestFrame,
    now,
    later: options.later ?? later,
  });
  const growth = createGrowthStore({ client, lane, model, document, generation, rows: rows.store, cost });
  const share = createShareStore({ client, lane, model, document, generation, settings, view });
  const endLinks = options.links?.follow(fragment => void share.store.getState().receive(fragment)) ?? (() => {});
  const endLoads = model.subscribe(({ load: now }, { load: before }) => {
    // What is asked of the old model is worth nothing once another one is on its way.
    if (now.status === 'loading' && before.status !== 'loading') lane.cancelAll();
  });
  const endDivergence = watchDivergence(document, generation);
  return {
    model,
    document,
    settings,
    generation,
    rows: rows.store,
    growth: growth.store,
    follow: follow.store,
    scores: scores.store,
    expected: expected.store,
    pins: pins.store,
    view,
    ablation: ablation.store,
    attention: attention.store,
    lens: lens.store,
    share: share.store,
    start: async () => {
      await share.store.getState().receive(options.links?.take() ?? '');
      const { incoming } = share.store.getState();
      await pages.start(incoming.status === 'ready' ? sourceOfKey(incoming.run.model.key) : null);
    },
    flush: () => pages.flush(),
    dispose: () => {
      endLoads();
      endLinks();
      share.dispose();
      endDivergence();
      rows.dispose();
      growth.dispose();
      ablation.dispose();
      lens.dispose();
      follow.dispose();
      attention.dispose();
      scores.dispose();
      expected.dispose();
      pins.dispose();
      pages.dispose();
      lane.cancelAll();
      client.restart();
    },
  };
}

function tokenizerOf(model: LoadedModel): Tokenizer {
  return createTokenizer(model.tokenizerJson, model.tokenizerConfig, model.dims.vocab_size);
}

type Subjects = Pick<Stores, 'model' | 'document' | 'settings' | 'generation' | 'view' | 'pins'>;

/** What a visit begins with, and what every model that becomes ready changes. */
class Pages {
  readonly #stores: Subjects;
  readonly #persistence: ReturnType<typeof createPersistence>;
  readonly #endModel: () => void;
  #kept: Kept | null = null;
  /** Of the document after its text was brought back: an edit since then is worth more than what was kept. */
  #keptRevision = -1;
  #lastModel = '';

  constructor(stores: Subjects, where: KeptStore) {
    this.#stores = stores;
    this.#persistence = createPersistence(stores, where);
    this.#endModel = stores.model.subscribe((now, before) => {
      if (now.load !== before.load && now.load.status === 'ready') this.#modelReady(now.load.model, now.load.tokenizer);
    });
  }

  /** @param linked the model of a shared text the page was opened with: it comes first where all of it is here. */
  async start(linked: ModelSource | null): Promise<void> {
    const kept = await this.#persistence.read();
    if (kept !== null) this.#restore(kept);
    this.#persistence.watch();
    const { model } = this.#stores;
    await model.getState().start(() => this.#firstSource([linked, kept?.source ?? null]));
  }

  flush(): Promise<void> {
    return this.#persistence.flush();
  }

  dispose(): void {
    this.#endModel();
    this.#persistence.dispose();
  }

  /** The first of these of which all is cached, else the one that ships: nothing large is fetched unasked. */
  async #firstSource(wanted: readonly (ModelSource | null)[]): Promise<ModelSource> {
    const { model } = this.#stores;
    let listed = false;
    for (const source of wanted) {
      if (source === null) continue;
      if (source.kind === 'shipped') return source;
      if (!listed) await model.getState().listCache();
      listed = true;
      if (model.getState().cache.models.some(each => each.key === sourceKey(source) && each.complete)) return source;
    }
    return DEFAULT_SOURCE;
  }

  #restore(kept: Kept): void {
    const { view, settings, generation, document, pins } = this.#stores;
    const untouched = document.getState().revision === 0;
    view.getState().restore(kept.view);
    settings.getState().restore(kept);
    generation.getState().restore(kept.lastSeed);
    pins.getState().restore(kept.pins);
    if (!untouched) return;
    document.getState().restore({ text: kept.text, tokens: [], selection: kept.selection });
    this.#kept = kept;
    this.#keptRevision = document.getState().revision;
  }

  /** What was kept as tokens of the vocabulary that is here now; of a text edited since then only the other branches. */
  #restoreTokens(kept: Kept, asKept: boolean, made: KeptDocument | null): void {
    if (made === null) return;
    const { document } = this.#stores;
    if (asKept) document.getState().restore({ text: kept.text, selection: kept.selection, ...made });
    else if (made.set !== undefined) {
      const { text, tokens, selection } = document.getState();
      const { branch } = made.set;
      const set = { branches: withTokens(made.set.branches, branch, tokens), branch };
      document.getState().restore({ text, tokens, selection, set });
    }
  }

  #modelReady(model: LoadedModel, tokenizer: Tokenizer): void {
    const { document, settings } = this.#stores;
    const tag = modelTag(this.#stores.model.getState());
    const kept = this.#kept;
    const asKept = document.getState().revision === this.#keptRevision;
    document.getState().setTokenizer(tokenizer, tag === this.#lastModel);
    settings.getState().setModelDefaults(model.defaults, kept?.model === tag || tag === this.#lastModel);
    if (kept !== null) this.#restoreTokens(kept, asKept, keptDocument(kept, tokenizer, kept.model === tag));
    this.#kept = null;
    this.#lastModel = tag;
  }
}

/** Looks for ids that a fresh tokenisation would not give, whenever the text has come to rest. */
function watchDivergence(document: DocumentStore, generation: GenerationStore): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!isRunning(generation.getState().status)) document.getState().checkDivergence();
    }, SETTLE_MS);
  };
  const ends = [
    document.subscribe((now, before) => {
      if (now.revision !== before.revision) later();
    }),
    generation.subscribe((now, before) => {
      if (now.status !== before.status) later();
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}
