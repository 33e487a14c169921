// The service worker: the app's own files from a cache, so that the page opens without any network. Models are not here, IndexedDB keeps them.
// While a person has switched the network off it answers from the caches alone, whatever the page or a worker asks for.
import { PrecacheController } from 'workbox-precaching';
import { type NetworkNews, networkIsOff, openNews, originOf } from '../lib/network.ts';
import { isOwnCache, outdated } from './caches.ts';

/** Written in by the build: every file of the app but models, and a name for all of them together. */
declare const PRECACHE: {
  readonly version: string;
  /** `revision` is null where the name of a file changes with its content. */
  readonly files: readonly { readonly url: string; readonly revision: string | null }[];
};

/** What of a service worker's scope is used here; the DOM types of the page know none. */
interface ServiceWorkerScope {
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}

type FetchEvent = ExtendableEvent & {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
};

type ExtendableEvent = Parameters<PrecacheController['install']>[0];

const scope = globalThis as unknown as ServiceWorkerScope;
const { version, files } = PRECACHE;
const controller = new PrecacheController({ cacheName: version });
controller.addToCacheList([...files]);

scope.addEventListener('install', event => void controller.install(event));

// A new version waits until every tab of the one before is closed, or until a person says so.
scope.addEventListener('message', ({ data }) => {
  if (data === 'use-now') void scope.skipWaiting();
});

/** No file of the app: it stands in the caches of versions that have been in use. */
const USED = 'used';

scope.addEventListener('activate', event => {
  event.waitUntil(
    (async () => {
      // Where the browser has no room for it, the rest is done all the same.
      await (await caches.open(version)).put(USED, new Response()).catch(() => {});
      const names = await caches.keys();
      const used = new Set<string>();
      for (const name of names.filter(isOwnCache))
        if ((await (await caches.open(name)).match(USED)) !== undefined) used.add(name);
      await Promise.all(outdated(names, version, name => used.has(name)).map(name => caches.delete(name)));
      await scope.clients.claim();
    })(),
  );
});

/** Under which a file of the app is kept: the page itself as index.html; `?debug` and its like are the page's own affair, not other files. */
const fileOf = (url: string): string => url.replace(/[?#].*$/, '').replace(/\/$/, '/index.html');

/**
 * What browsers fetch by themselves, and what may be kept. What code asks for besides, weights and answers, has looked at the switch (`lib/network.ts`), and would end with
 * this worker, which some browsers stop in the middle of a body.
 */
const isFile = ({ url, destination }: Request): boolean =>
  destination !== '' || controller.getCacheKeyForURL(fileOf(url)) !== undefined;

/**
 * From the newest version that has it: a tab that an earlier version opened asks for that version's files, which a server may have no more. Undefined also where the browser
 * does not give what it keeps.
 */
async function keptFile({ method, url }: Request): Promise<Response | undefined> {
  if (method !== 'GET') return undefined;
  try {
    const newest = await controller.matchPrecache(fileOf(url));
    if (newest !== undefined) return newest;
    for (const name of (await caches.keys()).filter(isOwnCache)) {
      const kept = await (await caches.open(name)).match(fileOf(url));
      if (kept !== undefined) return kept;
    }
  } catch {
    // The host may have it.
  }
  return undefined;
}

const news = openNews();
/** The switch as last heard. Word of it may come late, so that alone it refuses nothing: the record is read for every request that would leave. */
let heard = false;
networkIsOff().then(
  off => {
    heard = off;
  },
  () => {},
);
news?.addEventListener('message', ({ data }: MessageEvent<NetworkNews>) => {
  if (data.type === 'switched') heard = data.off;
});

async function unlessOff(request: Request): Promise<Response> {
  if (!(await networkIsOff().catch(() => heard))) return fetch(request);
  news?.postMessage({ type: 'refused', address: originOf(request.url) });
  return Response.error();
}

// Other origins, too, are left to the browser while the network is on: from here the policy of this file would hold for them in place of the asking worker's, and refuse a
// person's servers.
scope.addEventListener('fetch', event => {
  const { request } = event;
  const own = originOf(request.url) === originOf(globalThis.location.href);
  if (own && isFile(request)) event.respondWith(keptFile(request).then(kept => kept ?? unlessOff(request)));
  else if (heard) event.respondWith(unlessOff(request));
});
