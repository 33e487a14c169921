// One page: its stores, made and joined. What one subject has to hear of another is written here and nowhere else.
import { type Client, createClient } from '../client/client.ts';
import { openWorker } from '../client/port.ts';
import { withOthers } from '../client/routes.ts';
import type { NucleusError } from '../lib/error.ts';
import type { HubToken, Origins } from '../lib/model-source.ts';
import { freshSeed } from '../lib/rng.ts';
import type { LoadedModel } from '../protocol/events.ts';
import { createDocumentStore } from '../stores/document/document.ts';
import type { DocumentStore } from '../stores/document/types.ts';
import { Leases } from '../stores/gpu-work/leases.ts';
import { outliving, returnOf } from '../stores/gpu-work/outliving.ts';
import { PrefillCost } from '../stores/gpu-work/prefill-cost.ts';
import { Scheduler } from '../stores/gpu-work/scheduler.ts';
import { SETTLE_MS } from '../stores/gpu-work/times.ts';
import { createModelStore } from '../stores/model/model.ts';
import type { OtherTabs, TabLine } from '../stores/model/other-tabs.ts';
import { createAttentionTintStore } from '../stores/run/attention-tint.ts';
import { createGenerationStore } from '../stores/run/generation.ts';
import type { GenerationStore } from '../stores/run/generation-types.ts';
import { isRunning } from '../stores/run/generation-types.ts';
import { createPinsStore } from '../stores/run/pins.ts';
import { createRowsStore } from '../stores/run/rows.ts';
import { createScoresStore } from '../stores/run/scores.ts';
import { createSettingsStore } from '../stores/run/settings.ts';
import type { SavedStore } from '../stores/saved/browser-store.ts';
import { createDocumentsStore } from '../stores/saved/documents.ts';
import { keepEarlyText } from '../stores/saved/early-text.ts';
import type { Subjects } from '../stores/saved/open-document.ts';
import type { Stores, Work } from '../stores/stores.ts';
import { createVersionStore } from '../stores/version.ts';
import { createViewStore } from '../stores/view.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Visit, Wanted } from './visit.ts';

/** Fragments of the page's address that hold shared texts. */
export interface SharedLinks {
  /** The one the page was opened with, taken out of the address; '' when there is none. */
  take(): string;
  /** Called with each that comes while the page is open. Returns the unsubscriber. */
  follow(take: (fragment: string) => void): () => void;
}

export interface PageOptions {
  readonly origins: Origins;
  /** Stands in the editor on a first visit; ends at a real choice. */
  readonly firstText: string;
  readonly links?: SharedLinks;
  readonly hubToken?: () => HubToken | null;
  /** The rest has the page's own as default. */
  readonly client?: Client;
  readonly saved?: SavedStore;
  readonly checkCapability?: () => NucleusError | null | Promise<NucleusError | null>;
  readonly makeTokenizer?: (model: LoadedModel) => Tokenizer | Promise<Tokenizer>;
  readonly requestFrame?: (callback: () => void) => void;
  readonly freshSeed?: () => number;
  /** Milliseconds since 1970. */
  readonly date?: () => number;
  readonly persist?: () => void;
  /** What it knows other tabs by; null where it knows of none. */
  readonly tabLine?: TabLine | null;
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

/** The stores of a page, and what the page does with them as a whole. */
export interface Page extends Stores {
  /** Brings back what the last visit saved, then loads the model. Rejects where a part of the page cannot be fetched; runs nothing unasked. */
  start(): Promise<void>;
  /** Writes what a reload brings back at once. */
  flush(): Promise<void>;
  /** Ends the worker and all timers. */
  dispose(): void;
}

/** Makes everything and starts nothing. */
export function createPage(options: PageOptions): Page {
  const ends: (() => void)[] = [];
  const client = options.client ?? createClient(withOthers(openWorker));
  const clock = { later: options.later ?? later, now: options.now ?? (() => performance.now()) };
  const work: Work = {
    client: outliving(client, () => subjects.model, clock),
    leases: new Leases(client),
    scheduler: new Scheduler(),
    returning: () => returnOf(subjects.model, clock),
    cost: new PrefillCost(),
    requestFrame: options.requestFrame ?? (callback => void requestAnimationFrame(callback)),
    ...clock,
    onEnd: end => ends.push(end),
  };
  const subjects = createSubjects(options, work);
  const { model, document, generation, view, settings } = subjects;
  const first = { view: view.getState(), settings: settings.getState() };
  // The document must have the tokenizer before what computes numbers hears of a ready model.
  let visit: Visit | null = null;
  let disposed = false;
  const endModel = model.subscribe((now, before) => {
    if (now.load !== before.load && now.load.status === 'ready') visit?.modelReady(now.load.model, now.load.tokenizer);
  });
  const rows = createRowsStore({ ...work, ...subjects });
  const scores = createScoresStore({ ...work, ...subjects });
  work.onEnd(rows.dispose);
  work.onEnd(scores.dispose);
  const stores: Stores = {
    ...subjects,
    rows: rows.store,
    scores: scores.store,
    attentionTint: createAttentionTintStore(),
    version: createVersionStore(),
    work,
  };
  const endLoads = model.subscribe(({ load: now }, { load: before }) => {
    // What is asked of the old model is worth nothing once another one is on its way, its device is gone, or it was a recording whose model has come.
    const stoodIn = now !== before && now.status === 'ready' && before.status === 'ready';
    if (stoodIn || (now.status !== 'ready' && now.status !== before.status)) {
      // Runs go on once the model that is opened again is there, and views begin again.
      if (stoodIn || model.getState().loss.kind === 'reopening') work.scheduler.cancelBelowRuns();
      else work.scheduler.cancelAll();
      work.leases.forget();
    }
  });
  const onHide = (): void => {
    const { revision, text } = document.getState();
    if (!visit?.watches && revision > 0) keepEarlyText(text);
  };
  globalThis.addEventListener?.('pagehide', onHide);
  const endDivergence = watchDivergence(document, generation);
  const endLinks = options.links?.follow(fragment => void receive(stores, fragment)) ?? (() => {});
  return {
    ...stores,
    start: async () => {
      const linked = await receive(stores, options.links?.take() ?? '');
      const { Visit, countRequests, shaping, standInWhenSlow } = await import('./visit.ts');
      if (disposed) return;
      countRequests(stores);
      work.onEnd(standInWhenSlow(stores, options.firstText));
      rows.shapeWith(shaping);
      visit = new Visit(subjects, options.saved, first);
      await visit.start(linked);
    },
    flush: async () => visit?.flush(),
    dispose: () => {
      disposed = true;
      endModel();
      endLoads();
      endLinks();
      endDivergence();
      globalThis.removeEventListener?.('pagehide', onHide);
      for (const end of ends.splice(0)) end();
      visit?.dispose();
      work.scheduler.cancelAll();
      work.leases.dispose();
      work.client.restart();
    },
  };
}

function createSubjects(options: PageOptions, work: Work): Subjects {
  const view = createViewStore();
  const settings = createSettingsStore();
  const document = createDocumentStore(options.firstText);
  const documents = createDocumentsStore();
  let tabs: Promise<OtherTabs | null> | null = null;
  work.onEnd(() => void tabs?.then(others => others?.dispose()));
  const model = createModelStore({
    client: work.client,
    origins: options.origins,
    hubToken: options.hubToken ?? (() => null),
    checkCapability: options.checkCapability ?? capability,
    makeTokenizer: options.makeTokenizer ?? tokenizerOf,
    mayLoad: async (source, given, signal) => {
      tabs ??= otherTabs(options.tabLine, { model, document, documents });
      await (await tabs)?.mayLoad(source, given, signal);
    },
    persist: options.persist ?? persistStorage,
    now: work.now,
  });
  const generation = createGenerationStore({
    ...work,
    model,
    document,
    settings,
    freshSeed: options.freshSeed ?? freshSeed,
    date: options.date ?? Date.now,
  });
  const pins = createPinsStore({ model, document });
  work.onEnd(pins.dispose);
  return { model, document, settings, generation, view, pins: pins.store, documents };
}

/** Opens a shared text, if `fragment` holds one; says which model it needs. What reads it comes with such a text rather than with the page. */
async function receive(stores: Stores, fragment: string): Promise<Wanted> {
  if (fragment === '') return () => null;
  const share = await import('../features/share/receive.ts');
  return share.receive(stores, fragment);
}

/** Comes with the first load that other tabs have a say in; where it does not come, nobody is asked. */
async function otherTabs(
  given: TabLine | null | undefined,
  subjects: Pick<Subjects, 'model' | 'document' | 'documents'>,
): Promise<OtherTabs | null> {
  const part = await import('../stores/model/other-tabs.ts').catch(() => null);
  const line = given === undefined ? part?.browserTabLine() : given;
  return part && line ? new part.OtherTabs(line, subjects) : null;
}

async function capability(): Promise<NucleusError | null> {
  const { checkCapability, currentFacts } = await import('../client/capability.ts');
  return checkCapability(currentFacts());
}

/** Comes with the first model rather than with the page. */
async function tokenizerOf({ tokenizerJson, tokenizerConfig, dims, server }: LoadedModel): Promise<Tokenizer> {
  if (server) return (await import('../remote/tokenizer.ts')).serverTokenizer(tokenizerJson);
  if (tokenizerJson === null) {
    const { createIdTokenizer } = await import('../tokenizer/id-tokenizer.ts');
    return createIdTokenizer(dims.vocab_size);
  }
  const { openTokenizer } = await import('../tokenizer/open.ts');
  return openTokenizer(tokenizerJson, tokenizerConfig, dims.vocab_size);
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
