// The one place where the page and its workers ask the network for anything. A person can switch it off: then every request is refused here, before a byte leaves.
import { get, set, type UseStore } from 'idb-keyval';
import { reopeningStore } from './database.ts';
import { NucleusError } from './error.ts';

/** What all tabs, their workers and the service worker tell each other. `address`: an origin. */
export type NetworkNews =
  | { readonly type: 'asked' | 'refused'; readonly address: string }
  | { readonly type: 'switched'; readonly off: boolean };

export type Reach = (address: string | URL, init?: RequestInit) => Promise<Response>;

/** What of a BroadcastChannel is used. */
interface NewsChannel {
  postMessage(news: NetworkNews): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<NetworkNews>) => void): void;
}

interface GateOptions {
  /** Whether the network is off, as it is kept; asked before every request, so that no message can come too late. */
  readonly isOff: () => Promise<boolean>;
  readonly channel: NewsChannel | null;
  readonly fetch: typeof fetch;
}

const NAME = 'nucleus-network';
const KEY = 'off';

let kept: UseStore | null = null;

function record(): UseStore {
  kept ??= reopeningStore(NAME, 'kept');
  return kept;
}

/** Rejects where the browser keeps nothing. */
export async function networkIsOff(): Promise<boolean> {
  return (await get(KEY, record())) === true;
}

/** Kept over reloads, for all tabs; requests under way are cut. Rejects where the browser keeps nothing: then the network stays on. */
export async function switchNetwork(off: boolean, channel: NewsChannel | null): Promise<void> {
  await set(KEY, off, record());
  channel?.postMessage({ type: 'switched', off });
}

export const openNews = (): BroadcastChannel | null =>
  typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(NAME);

/** The error of a request that was refused because the network is off. */
const networkOff = (address: string): NucleusError =>
  new NucleusError('network', `the network is switched off, ${address} was not asked`, { url: address, off: 1 });

export const isNetworkOff = (thrown: unknown): boolean =>
  thrown instanceof NucleusError && thrown.code === 'network' && thrown.detail.off === 1;

export const originOf = (address: string | URL): string => new URL(address, globalThis.location?.href).origin;

/** `fetch` that throws `network` with `off: 1` while the network is off. */
export function createReach({ isOff, channel, fetch }: GateOptions): Reach {
  let cut = new AbortController();
  /** As last heard, where the record cannot be read. */
  let heard = false;
  channel?.addEventListener('message', ({ data }) => {
    if (data.type !== 'switched') return;
    heard = data.off;
    if (!data.off) return;
    cut.abort();
    cut = new AbortController();
  });
  return async (address, init = {}) => {
    const { signal } = cut;
    const off = await isOff().catch(() => heard);
    if (off || signal.aborted) {
      channel?.postMessage({ type: 'refused', address: originOf(address) });
      throw networkOff(String(address));
    }
    channel?.postMessage({ type: 'asked', address: originOf(address) });
    const own = init.signal ?? null;
    try {
      return await fetch(address, { ...init, signal: own === null ? signal : AbortSignal.any([own, signal]) });
    } catch (thrown) {
      if (signal.aborted && own?.aborted !== true) throw networkOff(String(address));
      throw thrown;
    }
  };
}

let gate: Reach | null = null;

/** The gate of this page or worker. */
export const reach: Reach = (address, init) => {
  gate ??= createReach({ isOff: networkIsOff, channel: openNews(), fetch: (url, options) => fetch(url, options) });
  return gate(address, init);
};
