// The service worker: the app's own files from a cache, so that the page opens without any network. Models are not here, IndexedDB keeps them.
import { PrecacheController, PrecacheRoute } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
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
}

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

scope.addEventListener('activate', event => {
  event.waitUntil(
    (async () => {
      await Promise.all(outdated(await caches.keys(), version).map(name => caches.delete(name)));
      await scope.clients.claim();
    })(),
  );
});

// `?debug` and its like are the page's own affair, not other files.
registerRoute(new PrecacheRoute(controller, { ignoreURLParametersMatching: [/./], cleanURLs: false }));

// A tab that was opened by an earlier version asks for that version's files, which a server may have no more.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.includes('/assets/'),
  async ({ request }) => {
    for (const name of (await caches.keys()).filter(isOwnCache)) {
      const kept = await (await caches.open(name)).match(request);
      if (kept !== undefined) return kept;
    }
    return fetch(request);
  },
);
