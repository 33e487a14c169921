// One request to a server and what comes back, value by value, within limits: a server may be down, slow, cut, or not what it says it is. No key stands in any error.
import { NucleusError } from '../lib/error.ts';
import { isNetworkOff, type Reach } from '../lib/network.ts';
import type { WireError } from '../protocol/events.ts';

/** What is asked. `key` goes into one header of this request and is kept nowhere. */
export interface WireRequest {
  readonly address: string;
  /** Begins with a slash. */
  readonly path: string;
  readonly key: string;
  /** Absent: a GET. */
  readonly body?: Readonly<Record<string, unknown>>;
}

export type Transport = (request: WireRequest, signal: AbortSignal) => AsyncIterable<unknown>;

/** What page and worker say to each other. */
export type ToWire =
  | { readonly call: number; readonly request: WireRequest }
  | { readonly call: number; readonly cancel: true };

export type FromWire =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly done: true }
  | { readonly call: number; readonly error: WireError };

/** Bytes of an answer or a stream, and characters of a line of a stream, at most. */
const MOST_BYTES = 64 * 2 ** 20;
export const MOST_LINE = 8 * 2 ** 20;
/** Characters of a server's own words that are shown. */
const MOST_WORDS = 300;

export interface Net {
  readonly fetch: Reach;
  /** The page came over https: browsers keep its requests from addresses without it, but for this machine. */
  readonly secure: boolean;
  /** Whether the policy that the page was served with has refused a request since this was last asked. */
  readonly refusedByPolicy: () => boolean;
}

/** Addresses of this machine count as secure in all browsers that have WebGPU but Safari. */
const HERE = /^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:\/|$)/;

/**
 * The JSON value of an answer, or those of a stream of events, one after the other.
 * Throws `server_unreachable`, `server_refused`, `rate_limited`, `bad_answer`, `cancelled`.
 */
export async function* ask(request: WireRequest, signal: AbortSignal, net: Net): AsyncGenerator<unknown> {
  const response = await respond(request, signal, net);
  if (!response.ok) throw await refusal(request, response);
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  const isStream = type === 'text/event-stream';
  if (!isStream && !/^application\/(?:[\w.+-]*\+)?json$/.test(type)) {
    void response.body?.cancel().catch(() => {});
    const what = type === 'text/html' ? 'a web page' : type === '' ? 'an answer of no type' : type;
    throw new NucleusError('bad_answer', `${request.path} is ${what}, not JSON`, { address: request.address });
  }
  if (response.body === null) throw new NucleusError('bad_answer', `the answer of ${request.path} is empty`);
  const pieces = piecesOf(response.body.getReader(), request, signal);
  if (isStream) yield* events(linesOf(pieces, request), request);
  else {
    const text: string[] = [];
    for await (const piece of pieces) text.push(piece);
    yield parsed(text.join(''), request);
  }
}

async function respond(request: WireRequest, signal: AbortSignal, net: Net): Promise<Response> {
  const { address, path, key, body } = request;
  if (net.secure && address.startsWith('http:') && !HERE.test(address)) throw unreachable(address, 'mixed');
  net.refusedByPolicy();
  try {
    return await net.fetch(`${address}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(key === '' ? {} : { Authorization: `Bearer ${key}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
      // Nothing goes anywhere but to this address.
      redirect: 'error',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    });
  } catch (thrown) {
    if (signal.aborted) throw new NucleusError('cancelled', 'cancelled');
    if (isNetworkOff(thrown)) throw unreachable(address, 'off');
    throw unreachable(address, await whyNot(address, signal, net));
  }
}

const unreachable = (address: string, why: 'off' | 'mixed' | 'policy' | 'cors' | 'down' | 'cut'): NucleusError =>
  new NucleusError('server_unreachable', `no answer of ${address}: ${why}`, { address, why });

/** A server that answers what nobody may read is there, and does not let this page in. */
async function whyNot(address: string, signal: AbortSignal, net: Net): Promise<'policy' | 'cors' | 'down'> {
  // The browser tells of its policy in an event of its own.
  await new Promise(resolve => setTimeout(resolve, 0));
  if (net.refusedByPolicy()) return 'policy';
  try {
    // A bare GET without key or text: in this mode browsers know no other redirects than followed ones.
    const init = {
      mode: 'no-cors',
      signal,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    } as const;
    await net.fetch(`${address}/v1/models`, init);
    return 'cors';
  } catch {
    return 'down';
  }
}

async function refusal(request: WireRequest, response: Response): Promise<NucleusError> {
  const { status } = response;
  const { address, path, key } = request;
  if (status === 429) {
    void response.body?.cancel().catch(() => {});
    const seconds = secondsOf(response.headers.get('retry-after'));
    return new NucleusError('rate_limited', `${path}: 429`, { address, status, ...(seconds && { seconds }) });
  }
  const said = await wordsOf(response);
  const detail = { address, path, status, said, ...(status === 401 && { key: key === '' ? 0 : 1 }) };
  return new NucleusError('server_refused', `${path}: ${status}${said === '' ? '' : `, ${said}`}`, detail);
}

/** Whole seconds, or a date. */
function secondsOf(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\s*\d{1,6}\s*$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : null;
}

/** What a server says of its refusal, as the formats in use have it. */
async function wordsOf(response: Response): Promise<string> {
  try {
    const reader = response.body?.getReader();
    const first = await reader?.read();
    void reader?.cancel().catch(() => {});
    const text = new TextDecoder().decode(first?.value);
    return errorWords(JSON.parse(text)) ?? '';
  } catch {
    return '';
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The words of `{ error: { message } }`, `{ error }`, `{ message }` with `object: 'error'`, `{ detail }`; null where it is no error. */
function errorWords(value: unknown): string | null {
  if (!isRecord(value)) return null;
  const { error, detail, object, message } = value;
  const words = isRecord(error) ? error.message : (error ?? detail ?? (object === 'error' ? message : undefined));
  if (words === undefined) return null;
  return (typeof words === 'string' ? words : JSON.stringify(words)).slice(0, MOST_WORDS);
}

/** The text as it comes. What follows an abort is dropped. */
async function* piecesOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { address, path }: WireRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let bytes = 0;
  // Not every fetch carries an abort to a body under way.
  const stop = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) throw new NucleusError('cancelled', 'cancelled');
      if (done) break;
      bytes += value.length;
      if (bytes > MOST_BYTES) throw new NucleusError('bad_answer', `${path} does not end after ${MOST_BYTES} bytes`);
      yield decoder.decode(value, { stream: true });
    }
    yield decoder.decode();
  } catch (thrown) {
    if (signal.aborted) throw new NucleusError('cancelled', 'cancelled');
    if (thrown instanceof NucleusError) throw thrown;
    throw unreachable(address, 'cut');
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Lines without their ends. Each piece is looked through once, however many a line comes in. */
async function* linesOf(pieces: AsyncIterable<string>, { path }: WireRequest): AsyncGenerator<string> {
  let rest: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const [first = '', ...lines] = piece.split(/\r\n|\n|\r/);
    rest.push(first);
    length += first.length;
    const last = lines.pop();
    if (last !== undefined) {
      yield rest.join('');
      yield* lines;
      [rest, length] = [[last], last.length];
    }
    if (length > MOST_LINE) throw new NucleusError('bad_answer', `a line of ${path} does not end`);
  }
  yield rest.join('');
}

async function* events(lines: AsyncIterable<string>, request: WireRequest): AsyncGenerator<unknown> {
  for await (const line of lines) {
    if (!line.startsWith('data:')) continue;
    const text = line.slice(5).trim();
    if (text === '[DONE]') return;
    if (text !== '') yield parsed(text, request);
  }
}

function parsed(text: string, { address, path }: WireRequest): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NucleusError('bad_answer', `what ${path} says is no JSON`, { address });
  }
  const said = errorWords(value);
  if (said !== null) throw new NucleusError('server_refused', `${path}: ${said}`, { address, path, said });
  return value;
}
