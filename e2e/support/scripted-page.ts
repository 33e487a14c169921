// Test support: all stores of a page on a scripted engine, with a store in memory and frames that come at once.

import { type Page as AppPage, createPage } from '../../src/app/page.ts';
import { createClient } from '../../src/client/client.ts';
import { withOthers } from '../../src/client/routes.ts';
import { ScriptedWorker } from '../../src/client/scripted-worker.ts';
import { ablationStore } from '../../src/features/ablation/store.ts';
import type { AblationStore } from '../../src/features/ablation/types.ts';
import { answersStore } from '../../src/features/answers/store.ts';
import type { AnswersStore } from '../../src/features/answers/types.ts';
import { attentionStore } from '../../src/features/attention/store.ts';
import type { AttentionStore } from '../../src/features/attention/types.ts';
import { growthStore } from '../../src/features/branches/growth.ts';
import type { GrowthStore } from '../../src/features/branches/growthTypes.ts';
import { compareStore } from '../../src/features/compare/store.ts';
import type { CompareStore } from '../../src/features/compare/types.ts';
import { flowStore } from '../../src/features/flow/store.ts';
import type { FlowStore } from '../../src/features/flow/types.ts';
import { followStore } from '../../src/features/follow/store.ts';
import type { FollowStore } from '../../src/features/follow/types.ts';
import { lensStore } from '../../src/features/lens/store.ts';
import type { LensStore } from '../../src/features/lens/types.ts';
import { searchStore } from '../../src/features/search/store.ts';
import type { SearchStore } from '../../src/features/search/types.ts';
import { shareStore } from '../../src/features/share/store.ts';
import type { ShareStore } from '../../src/features/share/types.ts';
import { type PinLinesStore, pinLinesStore } from '../../src/features/text/pinLines.ts';
import type { TopPredictionStore } from '../../src/features/text/topPrediction.ts';
import { topPredictionStore } from '../../src/features/text/topPrediction.ts';
import type { NucleusError } from '../../src/lib/error.ts';
import type { HubToken } from '../../src/lib/model-source.ts';
import { createRecordedEngine } from '../../src/recorded/engine.ts';
import { createServerEngine } from '../../src/remote/engine.ts';
import type { TabLine } from '../../src/stores/model/other-tabs.ts';
import { isRunning } from '../../src/stores/run/generation-types.ts';
import type { SavedStore } from '../../src/stores/saved/browser-store.ts';
import { type KeyValue, stampOf } from '../../src/stores/saved/records.ts';
import { plainTransport } from './plain-transport.ts';
import { readBytes } from './read-bytes.ts';
import { type EngineOptions, engineScript, until } from './scripted-engine.ts';

const SHIPPED_BASE = 'https://page.test/models/';

/** When every run of a scripted page begins. */
const DRAWN_AT = Date.UTC(2026, 0, 2, 3, 4);

export interface Page extends AppPage {
  readonly lens: LensStore;
  readonly ablation: AblationStore;
  readonly answers: AnswersStore;
  readonly attention: AttentionStore;
  readonly compare: CompareStore;
  readonly flow: FlowStore;
  readonly follow: FollowStore;
  readonly growth: GrowthStore;
  readonly topPredictions: TopPredictionStore;
  readonly pinLines: PinLinesStore;
  readonly search: SearchStore;
  readonly share: ShareStore;
  readonly workers: ScriptedWorker[];
  readonly worker: ScriptedWorker;
  readonly memory: Map<string, unknown>;
  readonly frames: (() => void)[];
  readonly clock: { now: number };
  /** What waits for a time to pass, until the test lets it. */
  readonly waits: Set<{ readonly ms: number; readonly callback: () => void }>;
}

export interface PageOptions extends EngineOptions {
  readonly firstText?: string;
  readonly memory?: Map<string, unknown>;
  /** Which of the tabs with this memory it is. */
  readonly tab?: string;
  /** In place of `memory`. */
  readonly saved?: SavedStore;
  readonly blocked?: NucleusError;
  /** Frames wait in `frames` until the test runs them. */
  readonly holdFrames?: boolean;
  /** Fragment the page is opened with. */
  readonly link?: string;
  readonly hubToken?: HubToken;
  /** What it knows other tabs by; it knows of none unless given. */
  readonly tabLine?: TabLine;
  /** The page asks the browser to keep what is stored. */
  readonly persist?: () => void;
}

/** Who listens to the tabs of one memory. */
const listeners = new WeakMap<Map<string, unknown>, Set<(id: string) => void>>();

/** As IndexedDB would: a copy in, a copy out, all or nothing. Tabs of one memory hear of each other. */
export function memoryStore(memory: Map<string, unknown>, tab = 'tab'): SavedStore {
  const heard = listeners.get(memory) ?? new Set();
  listeners.set(memory, heard);
  let own: ((id: string) => void) | null = null;
  let closed = false;
  const entries = (prefix: string): KeyValue[] =>
    [...memory].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key, structuredClone(value)]);
  return {
    records: {
      get: key => Promise.resolve(structuredClone(memory.get(key))),
      keys: () => Promise.resolve([...memory.keys()]),
      all: prefix => Promise.resolve(entries(prefix)),
      put: (puts, only) => {
        if (only !== undefined && stampOf(memory.get(only.key)) !== only.stamp) return Promise.resolve(false);
        for (const [key, value] of puts) {
          if (value === undefined) memory.delete(key);
          else memory.set(key, structuredClone(value));
        }
        return Promise.resolve(true);
      },
    },
    tab: () => Promise.resolve({ id: tab, from: tab }),
    keepNow: value => void memory.set(`kept:${tab}`, structuredClone(value)),
    kept: () => memory.get(`kept:${tab}`) ?? null,
    forgetKept: () => void memory.delete(`kept:${tab}`),
    tell: id => {
      if (closed) throw new DOMException('the channel is closed', 'InvalidStateError');
      for (const each of heard) if (each !== own) each(id);
    },
    hear: listener => {
      own = listener;
      heard.add(listener);
      return () => {
        heard.delete(listener);
        closed = true;
      };
    },
  };
}

/** The record of the open document of a tab. */
export function keptRecord(
  memory: Map<string, unknown>,
  tab = 'tab',
): { readonly key: string; readonly record: unknown } {
  const page = memory.get(`page:${tab}`);
  const id = typeof page === 'object' && page !== null && 'document' in page ? page.document : '';
  const key = `document:${id}`;
  return { key, record: memory.get(key) };
}

export function makePage(options: PageOptions = {}): Page {
  const workers: ScriptedWorker[] = [];
  const memory = options.memory ?? new Map<string, unknown>();
  const frames: (() => void)[] = [];
  const clock = { now: 0 };
  const waits: Page['waits'] = new Set();
  let seeds = 0;
  const open = () => {
    const worker = new ScriptedWorker(engineScript(options));
    workers.push(worker);
    return worker;
  };
  const client = createClient(
    withOthers(open, {
      server: say => Promise.resolve(createServerEngine(say, plainTransport, () => clock.now)),
      recording: say =>
        Promise.resolve(createRecordedEngine(say, url => readBytes(url.replace(SHIPPED_BASE, 'public/models/')))),
    }),
  );
  const page = createPage({
    origins: { shippedBase: SHIPPED_BASE, hubHost: 'https://hub.test' },
    firstText: options.firstText ?? 'Once upon a time there was a small',
    hubToken: () => options.hubToken ?? null,
    client,
    saved: options.saved ?? memoryStore(memory, options.tab),
    links: { take: () => options.link ?? '', follow: () => () => {} },
    checkCapability: () => options.blocked ?? null,
    tabLine: options.tabLine ?? null,
    persist: options.persist ?? (() => {}),
    requestFrame: callback => {
      if (options.holdFrames) frames.push(callback);
      else queueMicrotask(callback);
    },
    freshSeed: () => 1000 + seeds++,
    date: () => DRAWN_AT,
    now: () => clock.now,
    later: (ms, callback) => {
      const wait = { ms, callback };
      waits.add(wait);
      return () => waits.delete(wait);
    },
  });
  return {
    ...page,
    lens: lensStore.of(page),
    ablation: ablationStore.of(page),
    answers: answersStore.of(page),
    attention: attentionStore.of(page),
    compare: compareStore.of(page),
    flow: flowStore.of(page),
    follow: followStore.of(page),
    growth: growthStore.of(page),
    topPredictions: topPredictionStore.of(page),
    pinLines: pinLinesStore.of(page),
    search: searchStore.of(page),
    share: shareStore.of(page),
    workers,
    memory,
    frames,
    clock,
    waits,
    get worker() {
      const worker = workers.at(-1);
      if (worker === undefined) throw new Error('no worker was made');
      return worker;
    },
  };
}

/** A page whose default model is loaded. */
export async function readyPage(options: PageOptions = {}): Promise<Page> {
  const page = makePage(options);
  await page.start();
  const { load } = page.model.getState();
  if (load.status !== 'ready') throw new Error(`the model is ${load.status}`);
  return page;
}

/** The device of the model in use is lost, as the worker tells it. */
export function loseDevice(page: Page): void {
  const { load } = page.model.getState();
  if (load.status !== 'ready') throw new Error(`the model is ${load.status}`);
  page.worker.say({ type: 'lost', run: 0, device: load.model.device, reason: 'unknown', message: 'gone' });
}

export const idle = (page: Page): Promise<void> => until(() => !isRunning(page.generation.getState().status));

export const ids = (page: Page): number[] => page.document.getState().tokens.map(token => token.id);

export const text = (page: Page): string => page.document.getState().text;
