// Searches from the end of the text, live: beams, contrastive, best-first in the worker; greedy and nucleus as draws, to compare them with.
import { createStore } from 'zustand/vanilla';
import { defined } from '../../lib/assert.ts';
import { asNucleusError } from '../../lib/error.ts';
import type { EventOf } from '../../protocol/events.ts';
import type { SearchPath } from '../../protocol/search.ts';
import { answered } from '../../stores/document/answered.ts';
import { idsOf, plainToken, shownAfter, textToContinue } from '../../stores/document/sequence.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { modelIdentity, toWire } from '../../stores/model/model.ts';
import { isHere } from '../../stores/model/under-way.ts';
import { beginEmptyText } from '../../stores/run/empty-text.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { negativePromptIds } from '../../stores/run/negative.ts';
import type { Stores } from '../../stores/stores.ts';
import { continuationOf } from '../shared/continuation.ts';
import { onOtherModel, onTextGone } from '../shared/foundations.ts';
import { seedsOf } from '../shared/seeds.ts';
import { belongs } from '../shared/taken.ts';
import {
  type FoundPath,
  type Kind,
  methodOf,
  type SearchSetup,
  type SearchStore,
  type SearchStoreState,
} from './types.ts';
import { NUMBER_WORDS, setupWords } from './words.ts';

/** One a page. */
export const searchStore = defineFeatureStore(createSearchStore);

/** Fallen paths that are kept of a search, the latest. */
const MOST_FALLEN = 60;

export const START: SearchSetup = {
  kind: 'beam',
  max_new_tokens: 24,
  beams: 4,
  length_penalty: 1,
  early_stopping: 'false',
  alpha: 0.6,
  top_k: 4,
  children: 4,
  answers: 3,
  most: 400,
  count: 4,
};

function createSearchStore(stores: Stores): Made<SearchStore> {
  const searcher = new Searcher(stores);
  const store: SearchStore = createStore<SearchStoreState>()(set => ({
    setup: START,
    base: null,
    told: null,
    asked: null,
    fallen: [],
    findings: [],
    status: 'idle',
    error: null,
    setKind: kind => set(({ setup }) => ({ setup: { ...setup, kind } })),
    setNumber: (key, value) => {
      const { min, max, step } = NUMBER_WORDS[key];
      if (!Number.isFinite(value)) return;
      const bounded = Math.min(max, Math.max(min, step >= 1 ? Math.round(value) : value));
      set(({ setup }) => ({ setup: { ...setup, [key]: bounded } }));
    },
    setStopping: early_stopping => set(({ setup }) => ({ setup: { ...setup, early_stopping } })),
    start: () => searcher.start(),
    stop: () => searcher.stop(),
    take: (finding, path) => searcher.take(finding, path),
    clear: () => searcher.clear(),
  }));
  searcher.store = store;
  return { store, dispose: searcher.watch() };
}

class Searcher {
  store!: SearchStore;
  readonly #stores: Stores;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /** Findings of another model, or of a text that no branch begins with any more, are about nothing. Returns the end of it. */
  watch(): () => void {
    const ends = [
      onTextGone(
        this.#stores,
        () => this.store.getState().base,
        () => this.clear(),
      ),
      onOtherModel(this.#stores, () => this.clear()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  clear(): void {
    this.stop();
    this.store.setState({ base: null, told: null, fallen: [], findings: [], error: null });
  }

  get #working(): boolean {
    const { status } = this.store.getState();
    return status === 'working' || status === 'stopping';
  }

  stop(): void {
    if (!this.#working) return;
    this.store.setState({ status: 'stopping' });
    this.#stores.work.scheduler.cancel('run');
  }

  take(finding: number, path: number): void {
    const { findings, base } = this.store.getState();
    const { paths } = findings[finding] ?? {};
    if (this.#working || base === null || paths?.[path] === undefined) return;
    const added = paths.map(({ tokens }) => tokens);
    this.#stores.document.getState().branchOff('answers', (set, birth) => answered(set, base, added, path, birth));
  }

  async start(): Promise<void> {
    const { model, generation, work, document } = this.#stores;
    if (this.#working || !isHere(model.getState()) || isRunning(generation.getState().status)) return;
    this.store.setState({ status: 'working', error: null, told: null, fallen: [] });
    const { setup } = this.store.getState();
    this.store.setState({ asked: setup });
    try {
      document.getState().finish();
      beginEmptyText(this.#stores, change => change());
      const base = this.#base();
      const find = methodOf(setup) === null ? this.#draw : this.#search;
      await work.scheduler.start('run', signal => find(setup, base, signal));
      this.#end('done');
    } catch (thrown) {
      const error = asNucleusError(thrown);
      if (error.code === 'cancelled') this.#end('stopped');
      else this.store.setState({ status: 'failed', error: toWire(error) });
    }
  }

  #end(status: 'done' | 'stopped'): void {
    this.store.setState({ status });
  }

  /** The text; where a finding stands in it, what that went on from, so that findings compare. Others are forgotten. */
  #base(): readonly DocumentToken[] {
    const { tokens } = this.#stores.document.getState();
    const { base, findings } = this.store.getState();
    const found = findings.flatMap(({ paths }) => paths.map(path => path.tokens));
    if (base !== null && belongs(base, found, tokens)) return base;
    this.store.setState({ base: tokens, findings: [] });
    return tokens;
  }

  readonly #search = async (setup: SearchSetup, base: readonly DocumentToken[], signal: AbortSignal): Promise<void> => {
    const method = defined(methodOf(setup), 'a method');
    const { end_of_text } = this.#stores.settings.getState().settings;
    const { max_new_tokens } = setup;
    const asked = {
      type: 'search',
      tokens: idsOf(base),
      method,
      max_new_tokens,
      ends: end_of_text === 'stop',
    } as const;
    let told: EventOf<'searched'> | null = null;
    try {
      for await (const event of this.#stores.work.client.run(asked, signal)) {
        if (event.type !== 'searched') continue;
        told = event;
        const lost = event.fallen.map(each => ({ ...each, step: event.step }));
        this.store.setState(({ fallen }) => ({ told: event, fallen: [...lost, ...fallen].slice(0, MOST_FALLEN) }));
      }
    } finally {
      // What was complete when it was stopped, else what lived.
      const paths = told === null ? [] : told.complete.length > 0 ? told.complete : told.live;
      this.#keep(
        setup,
        base,
        paths.map(path => this.#found(base, path)),
      );
    }
  };

  #found(base: readonly DocumentToken[], { ids, total, score }: SearchPath): FoundPath {
    const tokenizer = defined(this.#stores.document.getState().tokenizer, 'tokenizer of the document');
    const tokens = shownAfter(
      tokenizer,
      base,
      ids.map(id => plainToken(tokenizer, id, 'chosen')),
    );
    return { tokens, total, score };
  }

  /** Greedy, or as many draws as are asked for, as one batch. */
  readonly #draw = async (setup: SearchSetup, base: readonly DocumentToken[], signal: AbortSignal): Promise<void> => {
    const { model, document, settings: page } = this.#stores;
    const { kind, max_new_tokens, count } = setup;
    const settings = { ...page.getState().settings, max_new_tokens, ...(kind === 'greedy' ? { temperature: 0 } : {}) };
    const seeds = seedsOf(this.#stores, kind === 'greedy' ? 1 : count);
    const load = model.getState().load;
    if (load.status !== 'ready') return;
    const tokenizer = defined(document.getState().tokenizer, 'tokenizer of the document');
    const negative = negativePromptIds(settings, load, base);
    const draws = seeds.map(seed => ({ seed, sample: 0 }));
    const asked = { type: 'answers', ...textToContinue(base, settings, negative), settings, draws } as const;
    const { drawn } = continuationOf(tokenizer, base, settings, modelIdentity(model.getState()));
    const paths = seeds.map((): FoundPath => ({ tokens: [], total: 0, score: 0 }));
    try {
      for await (const event of this.#stores.work.client.run(asked, signal)) {
        if (event.type !== 'answer_token') continue;
        const path = paths[event.answer];
        if (path === undefined) continue;
        const total = path.total + event.logit - event.logZ;
        const tokens = drawn(path.tokens, event, seeds[event.answer] ?? 0);
        paths[event.answer] = { tokens, total, score: total / tokens.length };
      }
    } finally {
      this.#keep(
        setup,
        base,
        paths.filter(({ tokens }) => tokens.length > 0).sort((a, b) => b.score - a.score),
      );
    }
  };

  /** The last of each kind stays, the latest first. */
  #keep(setup: SearchSetup, base: readonly DocumentToken[], paths: readonly FoundPath[]): void {
    const { findings, base: now } = this.store.getState();
    if (paths.length === 0 || now !== base) return;
    const kind: Kind = setup.kind;
    const finding = { kind, setup: setupWords(setup), paths };
    this.store.setState({ findings: [finding, ...findings.filter(each => each.kind !== kind)] });
  }
}
