// Joins the page and its service worker: registers it, looks for newer versions, and takes one when a person says so.
import type { VersionStore } from '../stores/version.ts';

/** A page that stays open looks for a newer version about as often. */
const LOOK_AGAIN_MS = 3_600_000;

/** What of the browser it needs; a test has its own. */
export interface OfflineOptions {
  readonly version: VersionStore;
  readonly workers: ServiceWorkerContainer;
  readonly script: string;
  /** Writes all that is open. */
  readonly flush: () => Promise<void>;
  readonly reload: () => void;
  /** Milliseconds of any clock. */
  readonly now: () => number;
  /** Called each time a person comes back to the page. */
  readonly back: (listener: () => void) => void;
  /** Whether a person has switched the network off: then nothing newer is looked for. */
  readonly networkIsOff: () => Promise<boolean>;
}

/** Resolves when the worker is registered. Rejects where the browser refuses it: then the page needs a network, as before. */
export async function workOffline(options: OfflineOptions): Promise<void> {
  const { version, workers, script, flush, reload, now, back, networkIsOff } = options;
  const isOff = (): Promise<boolean> => networkIsOff().catch(() => false);
  if (await isOff()) return;
  // The first worker of a page comes without anything to take the place of.
  const controlled = workers.controller !== null;
  const registration = await workers.register(script, { updateViaCache: 'none' });
  const take = async (): Promise<void> => {
    await flush();
    // All other tabs may have been closed meanwhile: then it waits no more.
    if (registration.waiting === null) return reload();
    workers.addEventListener('controllerchange', reload, { once: true });
    registration.waiting.postMessage('use-now');
  };
  const offer = (): void => version.setState({ waiting: true, take: () => void take() });
  if (controlled && registration.waiting !== null) offer();
  const watch = (): void => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && workers.controller !== null) offer();
    });
  };
  registration.addEventListener('updatefound', watch);
  // The browser looks by itself when the page opens, and may have found it before the page came as far.
  watch();
  let looked = now();
  back(() => {
    if (now() - looked < LOOK_AGAIN_MS) return;
    looked = now();
    const look = async (): Promise<void> => {
      if (!(await isOff())) await registration.update();
    };
    look().catch(() => {
      // Without a network there is nothing newer.
    });
  });
}
