// Keeping and forgetting the access token for the Hub: in this tab, or in the browser where a person asks for that.
import { useSyncExternalStore } from 'react';
import { hubToken, TOKEN_KEY } from '../../stores/model/hub-token.ts';

/** Where a token is kept. */
export type TokenPlace = 'tab' | 'browser';

const HUB = 'https://huggingface.co';
const listeners = new Set<() => void>();

/** Null where the browser has closed it. */
function storageOf(place: TokenPlace): Storage | null {
  try {
    return place === 'tab' ? sessionStorage : localStorage;
  } catch {
    return null;
  }
}

/** Tokens are given to the Hub itself, and to a host on this machine that stands in for it; never to another mirror. */
export function takesTokens(host: string): boolean {
  return host === HUB || /^https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(host);
}

/** A token is one word of plain characters: it stands in a header. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,500}$/.test(text);
}

function placeOf(host: string): TokenPlace | null {
  return (['tab', 'browser'] as const).find(place => hubToken(host, [storageOf(place)]) !== null) ?? null;
}

/** @throws what a full or closed storage throws. */
export function keepToken(host: string, token: string, place: TokenPlace): void {
  forgetToken();
  storageOf(place)?.setItem(TOKEN_KEY, `${host} ${token}`);
  for (const tell of listeners) tell();
}

export function forgetToken(): void {
  for (const place of ['tab', 'browser'] as const) storageOf(place)?.removeItem(TOKEN_KEY);
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Where the token for this host is kept; null where there is none. */
export function useTokenPlace(host: string): TokenPlace | null {
  return useSyncExternalStore(subscribe, () => placeOf(host));
}
