// Who answers a request that the service worker sees.

/** `browser`: nobody here, it goes as if there were no service worker. `record`: the kept switch is read first, then as it says. */
type Way = 'browser' | 'routes' | 'caches' | 'record';

/**
 * @param off the switch of the network; null until it has been read: the request itself may have woken this worker.
 * @param own to the page's own origin. Others are never fetched from here: the policy of this file would hold for them in place of the asking worker's, and refuse a person's
 * servers. Whoever asks them has looked at the switch (`lib/network.ts`).
 */
export function wayOf(off: boolean | null, own: boolean): Way {
  if (off === true) return 'caches';
  if (!own) return 'browser';
  return off === null ? 'record' : 'routes';
}
