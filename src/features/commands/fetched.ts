// One GET of an address that the list allows: no cookies, no referrer, no redirect, and no more bytes or seconds than are meant.

import { isNetworkOff } from '../../lib/network.ts';
import { type AddressFault, type Allowed, addressToFetch } from './addresses.ts';
import { partAt, partText } from './json-path.ts';

/** Bytes of a response. */
export const MOST_BYTES = 256 * 1024;
/** Milliseconds until all of it is there. */
export const MOST_FETCH_MS = 10_000;

export type FetchFault =
  | {
      readonly kind:
        | 'off'
        | 'blocked'
        | 'unreachable'
        | 'slow'
        | 'too_many_bytes'
        | 'not_json'
        | 'bad_path'
        | 'no_such_part';
    }
  | { readonly kind: 'status'; readonly status: number };

type Fetched = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: FetchFault };

/** What is asked, with the list that it is held against. */
export interface AddressRequest {
  readonly template: string;
  readonly argument: string;
  readonly allowed: readonly Allowed[];
  /** The part of its JSON; '' for all of it. */
  readonly path: string;
}

export type AddressAnswer =
  | { readonly kind: 'refused'; readonly why: AddressFault }
  | { readonly kind: 'fetched'; readonly address: string; readonly fetched: Fetched };

export interface Surroundings {
  readonly fetch: (url: URL, options: RequestInit) => Promise<Response>;
  readonly later: (ms: number, callback: () => void) => () => void;
  /** Whether a policy of the host has refused a connection since this was last asked. */
  readonly refusedByPolicy: () => boolean;
}

const no = (kind: Exclude<FetchFault['kind'], 'status'>): Fetched => ({ ok: false, fault: { kind } });

/** Nothing is asked of an address that the list does not have. */
export async function fetchAllowed(request: AddressRequest, around: Surroundings): Promise<AddressAnswer> {
  const { template, argument, allowed, path } = request;
  const address = addressToFetch(template, argument, allowed);
  if (!address.ok) return { kind: 'refused', why: address.why };
  return { kind: 'fetched', address: address.value.href, fetched: await fetchText(address.value, path, around) };
}

async function fetchText(url: URL, path: string, around: Surroundings): Promise<Fetched> {
  const abort = new AbortController();
  let slow = false;
  const callOff = around.later(MOST_FETCH_MS, () => {
    slow = true;
    abort.abort();
  });
  around.refusedByPolicy();
  try {
    const response = await around.fetch(url, { ...OPTIONS, signal: abort.signal });
    if (response.status !== 200) return { ok: false, fault: { kind: 'status', status: response.status } };
    const bytes = await bytesOf(response);
    if (bytes === null) return no('too_many_bytes');
    return partOf(new TextDecoder().decode(bytes), path);
  } catch (thrown) {
    if (isNetworkOff(thrown)) return no('off');
    // The browser tells of a policy in an event of its own.
    await new Promise(resolve => setTimeout(resolve, 0));
    return no(slow ? 'slow' : around.refusedByPolicy() ? 'blocked' : 'unreachable');
  } finally {
    abort.abort();
    callOff();
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
