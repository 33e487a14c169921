// A Hub server, an empty cache and a session for each test of a load.
import type { ModelSource } from '../../src/lib/model-source.ts';
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect } from 'vitest';
import { ModelCache } from '../../src/hub/cache.ts';
import type { FilesNotice, FilesProgress, ModelFiles } from '../../src/hub/files.ts';
import { type OpenOptions, openModel } from '../../src/hub/load.ts';
import { ChunkStore } from '../../src/hub/store.ts';
import { CHUNK, CONFIG, collect, digest, instantNet, MODEL, REPO, WEIGHTS } from './hub-model.ts';
import { type HubServer, startHubServer } from './hub-server.ts';

export const HUB: ModelSource = { kind: 'hub', repo: REPO, revision: 'main' };
export const KEY = `hub/${REPO}@main`;
export const W = 'model.safetensors';
export const FILES = ['config.json', 'tokenizer.json', 'generation_config.json', W];
export const TOTAL = CONFIG.length + 2 + '{"model":{}}'.length + WEIGHTS.length;

export let server: HubServer;
let databases = 0;

/** A name that no database has had yet. */
export function freshDatabase(): string {
  return `load-${databases++}`;
}

export let store: ChunkStore;
/** Registers the set-up of each test; call it once at the top of a test file. */
export function startHubForEachTest(): void {
  beforeEach(async () => {
    server = await startHubServer({ models: { [REPO]: MODEL }, shipped: { tiny: MODEL } });
    store = new ChunkStore(freshDatabase());
  });
  afterEach(() => server.close());
}

export interface Session {
  readonly options: OpenOptions;
  readonly progress: FilesProgress[];
  readonly notices: FilesNotice[];
  readonly stop: AbortController;
}

/** Each session has a cache object of its own, as a new page would. */
export function session(extra: Partial<OpenOptions> = {}): Session {
  const progress: FilesProgress[] = [];
  const notices: FilesNotice[] = [];
  const stop = new AbortController();
  const options: OpenOptions = {
    source: HUB,
    origins: { shippedBase: `${server.url}/models/`, hubHost: server.url },
    cache: new ModelCache(store),
    keep: true,
    refresh: false,
    signal: stop.signal,
    onProgress: event => progress.push(event),
    onNotice: notice => notices.push(notice),
    net: instantNet(),
    chunkBytes: CHUNK,
    ...extra,
  };
  return { options, progress, notices, stop };
}

export async function load(extra: Partial<OpenOptions> = {}): Promise<Session & { readonly files: ModelFiles }> {
  const made = session(extra);
  const files = await openModel(made.options);
  expect(digest(await collect(files.stream(W)))).toBe(digest(WEIGHTS));
  return { ...made, files };
}

/** Loads, and gives up after `chunks` chunks of the weights. */
export async function interrupted(chunks: number, extra: Partial<OpenOptions> = {}): Promise<void> {
  const made = session(extra);
  const files = await openModel(made.options);
  let got = 0;
  const running = (async () => {
    for await (const piece of files.stream(W)) {
      expect(piece.length).toBeLessThanOrEqual(CHUNK);
      if (++got === chunks) made.stop.abort();
    }
  })();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  expect(got).toBe(chunks);
}

export async function stampOf(key = KEY): Promise<string> {
  return (await store.copies(key))[0]!.stamp;
}

export async function flipBit(name: string, index: number, key = KEY): Promise<void> {
  const copy = (await store.copies(key))[0]!;
  const record = (await store.file(copy.stamp, name))!;
  const bytes = (await store.chunk(copy.stamp, name, index))!;
  bytes[bytes.length >> 1]! ^= 4;
  await store.put(copy, record, { index, bytes });
}

export function requestsOf(file: string): readonly string[] {
  return server.requests.filter(request => request.path.endsWith(file)).map(request => request.range);
}
