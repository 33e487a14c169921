// One HTTP request, with errors by meaning, an idle limit and retries. No cookies, no referrer; a header that asks for a preflight only where a token is needed.
import { type ErrorDetail, NucleusError } from '../lib/error.ts';
import { limit } from '../lib/limit.ts';
import type { Origins } from '../lib/model-source.ts';
import { originOf, reach } from '../lib/network.ts';
import type { Access } from './access.ts';

/** What touches the world, so that tests can stand in for it. Times are milliseconds. */
export interface Net {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Waits before another try; rejects when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Resolves when nothing has come for `ms`; a signal that aborts stops the timer. */
  idle(ms: number, signal: AbortSignal): Promise<void>;
  /** In [0, 1), for the jitter. */
  random(): number;
}

const IDLE_MS = 30_000;
export const MAX_RETRIES = 5;
/** The longest pause that a server may ask for and get; a person is told of longer ones. */
const MAX_RETRY_AFTER_MS = 60_000;

/** A failure that another try may cure. */
export class TransientError extends NucleusError {
  readonly retryAfterMs: number;
  constructor(
    code: 'network' | 'rate_limited',
    message: string,
    detail: ErrorDetail = {},
    retryAfterMs = 0,
    options?: ErrorOptions,
  ) {
    super(code, message, detail, options);
    this.retryAfterMs = retryAfterMs;
  }
}

const browserNet: Net = {
  fetch: (url, init) => reach(url, init),
  pause: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(cancelled());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    }),
  idle: (ms, signal) =>
    new Promise(resolve => {
      signal.addEventListener('abort', limit(ms, resolve), { once: true });
    }),
  random: Math.random,
};

/** The browser's, for the page's own models and the Hub that it names: on a host without a policy nothing else keeps the worker to them. */
export function netOf({ shippedBase, hubHost }: Origins): Net {
  const known = [shippedBase, hubHost].filter(address => address !== '').map(originOf);
  const ask = async (url: string, init: RequestInit): Promise<Response> => {
    if (known.includes(originOf(url))) return reach(url, init);
    throw new NucleusError('internal', `${url} is neither of the page nor of the Hub`, { url });
  };
  return { ...browserNet, fetch: ask };
}

export function cancelled(): NucleusError {
  return new NucleusError('cancelled', 'cancelled');
}

export interface RequestOptions {
  readonly signal: AbortSignal;
  /** First and last byte wanted; no last byte means to the end. */
  readonly range?: readonly [first: number, last?: number];
  /** Files that ship with the page may need the cookies of their own origin. */
  readonly sameOrigin?: boolean;
  /** The way to what is not open to everyone. */
  readonly access?: Access | undefined;
}

/**
 * The response once its status is 200 or 206.
 * @throws NucleusError not_found, unauthorized, integrity (416), cancelled; TransientError network, rate_limited.
 */
export async function request(net: Net, url: string, options: RequestOptions): Promise<Response> {
  if (options.signal.aborted) throw cancelled();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const init: RequestInit = {
    signal,
    credentials: options.sameOrigin ? 'same-origin' : 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
  };
  const authorization = options.access?.authorization(url) ?? null;
  const headers: Record<string, string> = {};
  if (options.range) headers.Range = `bytes=${options.range[0]}-${options.range[1] ?? ''}`;
  if (authorization !== null) headers.Authorization = authorization;
  const response = await withinIdle(net, net.fetch(url, { ...init, headers }), stop, options.signal, url);
  if (response.status === 200 || response.status === 206) return response;
  void response.body?.cancel().catch(() => {});
  const refused = response.status === 401 || response.status === 403;
  if (refused && authorization === null && options.access?.refused(url)) return request(net, url, options);
  throw failureOf(response, url, authorization !== null);
}

/** `work`, unless nothing happens for too long; then `stop` is aborted and the failure is transient. */
async function withinIdle<T>(
  net: Net,
  work: Promise<T>,
  stop: AbortController,
  signal: AbortSignal,
  url: string,
): Promise<T> {
  const timer = new AbortController();
  const tooLong = net.idle(IDLE_MS, timer.signal).then(() => {
    throw new TransientError('network', `no byte came for ${IDLE_MS / 1000} seconds`, { url });
  });
  try {
    return await Promise.race([work, tooLong]);
  } catch (error) {
    stop.abort();
    work.catch(() => {});
    if (signal.aborted) throw cancelled();
    if (error instanceof NucleusError) throw error;
    // A page is not told why: no network, a cut, or a server that does not allow pages of other origins all look alike.
    const offline = typeof navigator !== 'undefined' && navigator.onLine === false;
    const why = offline
      ? 'this device is offline'
      : 'the connection failed, was cut, or the server allows no other page';
    throw new TransientError('network', why, { url, offline: offline ? 1 : 0 }, 0, { cause: error });
  } finally {
    timer.abort();
  }
}

function failureOf(response: Response, url: string, withToken: boolean): NucleusError {
  const { status } = response;
  const reason = response.headers.get('x-error-code') ?? '';
  const detail = { status, url, ...(withToken ? { token: 1 } : {}), ...(reason === 'GatedRepo' ? { gated: 1 } : {}) };
  if (status === 404 || reason === 'RepoNotFound') return new NucleusError('not_found', `${url} was not found`, detail);
  if (status === 401 || status === 403)
    return new NucleusError('unauthorized', `${url} needs a login or a permission`, detail);
  if (status === 416) return new NucleusError('integrity', `${url} is shorter than the listing says`, detail);
  const after = Math.max(0, retryAfter(response));
  const told = after === 0 ? detail : { ...detail, seconds: Math.ceil(after / 1000) };
  if (status === 429) return new TransientError('rate_limited', `${url} asks to wait`, told, after);
  if (status === 408 || status >= 500)
    return new TransientError('network', `the server answered ${status} to ${url}`, detail, after);
  return new NucleusError('network', `the server answered ${status} to ${url}`, detail);
}

/** Milliseconds: the header has seconds, or a date, which is taken by the server's own clock. */
function retryAfter({ headers }: Response): number {
  const value = headers.get('retry-after') ?? '0';
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const ms = Date.parse(value) - (Date.parse(headers.get('date') ?? '') || Date.now());
  return Number.isFinite(ms) ? ms : 0;
}

/** The body piece by piece. A cut, or too long a silence, is a TransientError after the bytes that came. */
export async function* bodyPieces(net: Net, response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  const reader = response.body.getReader();
  const stop = new AbortController();
  try {
    for (;;) {
      const { done, value } = await withinIdle(net, reader.read(), stop, signal, response.url);
      if (signal.aborted) throw cancelled();
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

/** Milliseconds to wait before retry `n` (0, 1, ...): 1, 2, 4, 8, 16 s, each between half and one and a half of it. */
export function backoff(n: number, random: number): number {
  return 1000 * 2 ** Math.min(n, 4) * (0.5 + random);
}

/** Waits before try `n + 1`. Throws `error` where no try may cure it, after `retries`, and where the server wants a longer pause than anybody waits for. */
export async function pauseAfter(
  error: unknown,
  n: number,
  net: Net,
  retries: number,
  signal: AbortSignal,
): Promise<void> {
  if (!(error instanceof TransientError) || n >= retries || error.retryAfterMs > MAX_RETRY_AFTER_MS) throw error;
  await net.pause(Math.max(backoff(n, net.random()), error.retryAfterMs), signal);
}

/** Runs `attempt`, again after each TransientError, at most `retries` more times. */
export async function withRetries<T>(
  net: Net,
  retries: number,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let n = 0; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      await pauseAfter(error, n, net, retries, signal);
    }
  }
}

/** First byte and whole size of a 206, if the server lets them be read. */
export function contentRange(response: Response): { readonly first: number; readonly size: number } | null {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
  return match ? { first: Number(match[1]), size: Number(match[2]) } : null;
}

/** What tells one version of a file from another: the ETag (weak or not), else the date; '' where there is neither. */
export function validatorOf(response: Response): string {
  const etag = response.headers.get('etag');
  return (etag ? etag.replace(/^W\//, '') : response.headers.get('last-modified')) ?? '';
}
