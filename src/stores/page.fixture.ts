// Test support: all stores of a page on a scripted engine, with a store in memory and frames that come at once.
import { createClient } from '../client/client.ts';
import { ScriptedWorker } from '../client/scripted-worker.ts';
import type { NucleusError } from '../lib/error.ts';
import { type EngineOptions, engineScript, until } from './engine.fixture.ts';
import { isRunning } from './generation-types.ts';
import type { KeptStore } from './persistence.ts';
import { createStores } from './stores.ts';
import type { Stores } from './stores-types.ts';

export interface Page extends Stores {
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
  readonly blocked?: NucleusError;
  /** Frames wait in `frames` until the test runs them. */
  readonly holdFrames?: boolean;
  /** Fragment the page is opened with. */
  readonly link?: string;
}

/** As IndexedDB would: a copy in, a copy out. */
export function memoryStore(memory: Map<string, unknown>): KeptStore {
  return {
    get: key => Promise.resolve(structuredClone(memory.get(key))),
    set: (key, value) => {
      memory.set(key, structuredClone(value));
      return Promise.resolve();
    },
  };
}

export function makePage(options: PageOptions = {}): Page {
  const workers: ScriptedWorker[] = [];
  const memory = options.memory ?? new Map<string, unknown>();
  const frames: (() => void)[] = [];
  const clock = { now: 0 };
  const waits: Page['waits'] = new Set();
  let seeds = 0;
  const client = createClient(() => {
    const worker = new ScriptedWorker(engineScript(options));
    workers.push(worker);
    return worker;
  });
  const stores = createStores({
    origins: { shippedBase: 'https://page.test/models/', hubHost: 'https://hub.test' },
    firstText: options.firstText ?? 'Once upon a time there was a small',
    client,
    kept: memoryStore(memory),
    links: { take: () => options.link ?? '', follow: () => () => {} },
    checkCapability: () => options.blocked ?? null,
    persist: () => {},
    requestFrame: callback => {
      if (options.holdFrames) frames.push(callback);
      else queueMicrotask(callback);
    },
    freshSeed: () => 1000 + seeds++,
    now: () => clock.now,
    later: (ms, callback) => {
      const wait = { ms, callback };
      waits.add(wait);
      return () => waits.delete(wait);
    },
  });
  return {
    ...stores,
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

export const idle = (page: Page): Promise<void> => until(() => !isRunning(page.generation.getState().status));

export const ids = (page: Page): number[] => page.document.getState().tokens.map(token => token.id);

export const text = (page: Page): string => page.document.getState().text;
