// The service worker: the app's own files from a cache, so that the page opens without any network. Models are not here, IndexedDB keeps them.
// While a person has switched the network off it answers from the caches alone, whatever the page or a worker asks for.
import { PrecacheController, PrecacheRoute } from 'workbox-precaching';
import { Route, Router } from 'workbox-routing';
import { type NetworkNews, networkIsOff, openNews, originOf } from '../lib/network.ts';
import { isOwnCache, outdated } from './caches.ts';
import { wayOf } from './routing.ts';

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

const router = new Router();

// `?debug` and its like are the page's own affair, not other files.
router.registerRoute(new PrecacheRoute(controller, { ignoreURLParametersMatching: [/./], cleanURLs: false }));

/** A file of any version that is kept. */
async function keptFile(request: Request): Promise<Response | undefined> {
  for (const name of (await caches.keys()).filter(isOwnCache)) {
    const kept = await (await caches.open(name)).match(request);
    if (kept !== undefined) return kept;
  }
  return undefined;
}

// A tab that was opened by an earlier version asks for that version's files, which a server may have no more.
router.registerRoute(
  new Route(
    ({ url, sameOrigin }) => sameOrigin && url.pathname.includes('/assets/'),
    async ({ request }) => (await keptFile(request)) ?? fetch(request),
  ),
);

const news = openNews();
/** Null until the kept switch has been read: this worker may be started by the request itself. */
let off: boolean | null = null;
const read = networkIsOff().catch(() => false);
void read.then(kept => {
  off ??= kept;
});
news?.addEventListener('message', ({ data }: MessageEvent<NetworkNews>) => {
  if (data.type === 'switched') off = data.off;
});

/** From the caches, or nothing: the page itself stands in them as index.html. */
async function withoutNetwork(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const page = request.mode === 'navigate' && /\/(?:index\.html)?$/.test(pathname);
  const kept =
    (await controller.matchPrecache(page ? 'index.html' : request.url.replace(/[?#].*$/, ''))) ??
    (await keptFile(request));
  if (kept !== undefined) return kept;
  news?.postMessage({ type: 'refused', address: originOf(request.url) });
  return Response.error();
}

scope.addEventListener('fetch', event => {
  const { request } = event;
  const route = () => router.handleRequest({ request, event });
  const way = wayOf(off, originOf(request.url) === originOf(globalThis.location.href));
  if (way === 'caches') event.respondWith(withoutNetwork(request));
  if (way === 'routes') {
    const answer = route();
    if (answer !== undefined) event.respondWith(answer);
  }
  if (way === 'record')
    event.respondWith(read.then(kept => ((off ?? kept) ? withoutNetwork(request) : (route() ?? fetch(request)))));
});
