// One GET of an address that the list allows: no cookies, no referrer, no redirect, and no more bytes or seconds than are meant.
import { partAt, partText } from './json-path.ts';

/** Bytes of a response. */
export const MOST_BYTES = 256 * 1024;
/** Milliseconds until all of it is there. */
export const MOST_FETCH_MS = 10_000;

export type FetchFault =
  | { readonly kind: 'blocked' | 'unreachable' | 'slow' | 'too_many_bytes' | 'not_json' | 'bad_path' | 'no_such_part' }
  | { readonly kind: 'status'; readonly status: number };

export type Fetched = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: FetchFault };

export interface Surroundings {
  readonly fetch: (url: URL, options: RequestInit) => Promise<Response>;
  readonly later: (ms: number, callback: () => void) => () => void;
  /** Whether the page's policy has refused a connection to this origin since it was asked. */
  readonly watchPolicy: (origin: string) => { readonly refused: () => boolean; readonly end: () => void };
}

const no = (kind: Exclude<FetchFault['kind'], 'status'>): Fetched => ({ ok: false, fault: { kind } });

/** @throws what `signal` was aborted with */
export async function fetchText(url: URL, path: string, signal: AbortSignal, around: Surroundings): Promise<Fetched> {
  const abort = new AbortController();
  const giveUp = (): void => abort.abort();
  signal.addEventListener('abort', giveUp);
  let slow = false;
  const callOff = around.later(MOST_FETCH_MS, () => {
    slow = true;
    abort.abort();
  });
  const policy = around.watchPolicy(url.origin);
  try {
    signal.throwIfAborted();
    const response = await around.fetch(url, { ...OPTIONS, signal: abort.signal });
    if (response.status !== 200) return { ok: false, fault: { kind: 'status', status: response.status } };
    const bytes = await bytesOf(response);
    if (bytes === null) return no('too_many_bytes');
    return partOf(new TextDecoder().decode(bytes), path);
  } catch {
    signal.throwIfAborted();
    return no(slow ? 'slow' : policy.refused() ? 'blocked' : 'unreachable');
  } finally {
    abort.abort();
    callOff();
    policy.end();
    signal.removeEventListener('abort', giveUp);
  }
}

const OPTIONS = {
  method: 'GET',
  mode: 'cors',
  redirect: 'error',
  credentials: 'omit',
  referrerPolicy: 'no-referrer',
  cache: 'no-store',
  headers: { Accept: 'application/json, text/plain' },
} as const satisfies RequestInit;

/** Counted as they come, whatever the headers say; null where there are too many. */
async function bytesOf(response: Response): Promise<Uint8Array | null> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const all = new Uint8Array(MOST_BYTES);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return all.subarray(0, length);
    if (length + value.length > MOST_BYTES) {
      await reader.cancel();
      return null;
    }
    all.set(value, length);
    length += value.length;
  }
}

function partOf(text: string, path: string): Fetched {
  if (path === '') return { ok: true, text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return no('not_json');
  }
  const part = partAt(value, path);
  return part.ok ? { ok: true, text: partText(part.value) } : no(part.why);
}

/** The page's own: `connect-src` may forbid what the list allows, and says so in an event alone. */
export const PAGE_FETCH: Pick<Surroundings, 'fetch' | 'watchPolicy'> = {
  fetch: (url, options) => fetch(url, options),
  watchPolicy: origin => {
    let refused = false;
    const hear = ({ blockedURI }: SecurityPolicyViolationEvent): void => {
      if (blockedURI.startsWith(origin)) refused = true;
    };
    document.addEventListener('securitypolicyviolation', hear);
    return { refused: () => refused, end: () => document.removeEventListener('securitypolicyviolation', hear) };
  },
};
