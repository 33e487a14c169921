// A server that speaks the Hub's URLs over models in memory or in folders, with faults on demand. For Vitest and Playwright.
//
//   GET /api/models/{owner}/{name}[/revision/{revision}]      sha, siblings (with sizes)
//   GET /{owner}/{name}/resolve/{revision}/{file}              one file; plain Range requests
//   GET /models/{id}/{file}                                    a model that ships with a page
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** File name to bytes; or the folder the files lie in, read when they are asked for. */
type ModelFolder = string | Readonly<Record<string, Uint8Array | string>>;

interface ClosedModel {
  readonly kind: 'gated' | 'private';
  /** Tokens that open it. */
  readonly tokens: readonly string[];
  /** Tokens of people who were not let in. */
  readonly strangers?: readonly string[];
}

export interface HubServerOptions {
  /** By `owner/name`. */
  readonly models?: Readonly<Record<string, ModelFolder>>;
  /** By id, under `/models/`. */
  readonly shipped?: Readonly<Record<string, ModelFolder>>;
  /** Answers file requests with a redirect to `/cdn/...`, as the Hub does for large files; on another server where its address is given. */
  readonly redirect?: boolean | string;
  /** Models that need a token, by `owner/name`: gated ones are listed to everyone, private ones are not. */
  readonly closed?: Readonly<Record<string, ClosedModel>>;
  /** 0 or absent: any free port. */
  readonly port?: number;
}

interface HubRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly range: string;
  /** Names of the headers, lower case. */
  readonly headers: readonly string[];
  readonly authorization: string;
}

/** What goes wrong with a matching request. Offsets count the bytes of the response's body. */
export interface Fault {
  /** Paths it concerns: a part of the path, or a pattern. Absent: every path. */
  readonly path?: string | RegExp;
  /** Ranges it concerns, '' for a request without one; absent: every request. */
  readonly range?: RegExp;
  /** How many requests it concerns; absent: all. */
  readonly times?: number;
  /** Answers with this status and no file. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Destroys the connection after so many bytes. */
  readonly cutAfter?: number;
  /** Sends so many bytes and then nothing, until the fault is removed. */
  readonly stallAfter?: number;
  /** Answers 200 with the whole file. */
  readonly ignoreRange?: boolean;
  /** Another ETag than the true one. */
  readonly etag?: string;
  /** Serves only so many bytes of the file, as if that were all. */
  readonly truncateTo?: number;
  /** Claims this Content-Length. */
  readonly contentLength?: number;
  /** Replaces the whole file. */
  readonly body?: Uint8Array | string;
  /** Compresses the body on its way. */
  readonly gzip?: boolean;
  /** Milliseconds before each piece of 64 KiB. */
  readonly delayPerPiece?: number;
}

export interface HubServer {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  /** Every request so far, in order. */
  readonly requests: HubRequest[];
  /** Adds a fault; the first that matches a request counts. Returns the function that removes it. */
  fault(fault: Fault): () => void;
  clearFaults(): void;
  /** Moves `main` of a model to other files: a new commit. The old one stays readable. */
  update(repo: string, folder: ModelFolder): void;
  /** The commit that `main` names. */
  commit(repo: string): string;
  close(): Promise<void>;
}

const PIECE = 65_536;

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Content-Range, Accept-Ranges, X-Error-Code, X-Repo-Commit, Retry-After',
};

interface ActiveFault {
  readonly fault: Fault;
  left: number;
  release: () => void;
  readonly removed: Promise<void>;
}

export async function startHubServer(options: HubServerOptions = {}): Promise<HubServer> {
  const repos = new Map<string, { main: string; readonly commits: Map<string, ModelFolder> }>();
  const requests: HubRequest[] = [];
  let faults: ActiveFault[] = [];

  const update = (repo: string, folder: ModelFolder): void => {
    const entry = repos.get(repo) ?? { main: '', commits: new Map<string, ModelFolder>() };
    entry.main = commitOf(repo, folder);
    entry.commits.set(entry.main, folder);
    repos.set(repo, entry);
  };
  for (const [repo, folder] of Object.entries(options.models ?? {})) update(repo, folder);

  const takeFault = (path: string, range: string): ActiveFault | undefined => {
    const active = faults.find(({ fault, left }) => left > 0 && concerns(fault, path, range));
    if (active) active.left--;
    return active;
  };

  const folderAt = (repo: string, revision: string): ModelFolder | undefined => {
    const entry = repos.get(repo);
    return entry?.commits.get(revision === 'main' ? entry.main : revision);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://hub').pathname);
    const { method = 'GET' } = request;
    const { range = '', authorization = '' } = request.headers;
    requests.push({ method, path, range, headers: Object.keys(request.headers), authorization });
    if (method === 'OPTIONS') {
      // Only a token asks for a preflight; any other is a mistake of the page.
      const asked = request.headers['access-control-request-headers'] ?? '';
      return end(response, asked.includes('authorization') ? 204 : 403, {
        'Access-Control-Allow-Headers': 'authorization, range',
      });
    }
    const active = takeFault(path, range);
    if (active?.fault.status !== undefined) return end(response, active.fault.status, active.fault.headers ?? {});
    const [, repo = ''] = /^\/(?:api\/models\/)?([^/]+\/[^/]+?)(?:\/(?:revision|resolve)\/|$)/.exec(path) ?? [];
    const shut = refusal(options.closed?.[repo], authorization, path.startsWith('/api/'));
    if (shut) return end(response, shut.status, { 'X-Error-Code': shut.reason });
    const api = /^\/api\/models\/([^/]+\/[^/]+?)(?:\/revision\/(.+))?$/.exec(path);
    if (api)
      return sendListing(
        response,
        repos.has(api[1]!),
        api[2] ?? 'main',
        folderAt(api[1]!, api[2] ?? 'main'),
        repos.get(api[1]!)?.main,
      );
    const file = /^\/(cdn\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
    const shipped = /^\/models\/([^/]+)\/(.+)$/.exec(path);
    const [folder, name] = file
      ? [folderAt(file[2]!, file[3]!), file[4]!]
      : [options.shipped?.[shipped?.[1] ?? ''], shipped?.[2] ?? ''];
    const bytes = folder === undefined ? undefined : readFile(folder, name);
    if (bytes === undefined) return end(response, 404, { 'X-Error-Code': folder ? 'EntryNotFound' : 'RepoNotFound' });
    if (file && !file[1] && options.redirect) {
      const elsewhere = typeof options.redirect === 'string' ? options.redirect : '';
      return end(response, 302, { Location: `${elsewhere}/cdn${path}` });
    }
    await sendFile(response, range, bytes, active);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const remove = (active: ActiveFault): void => {
    faults = faults.filter(other => other !== active);
    active.release();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    fault: fault => {
      let release = (): void => {};
      const removed = new Promise<void>(resolve => {
        release = resolve;
      });
      const active: ActiveFault = { fault, left: fault.times ?? Number.POSITIVE_INFINITY, release, removed };
      faults.push(active);
      return () => remove(active);
    },
    clearFaults: () => [...faults].forEach(remove),
    update,
    commit: repo => repos.get(repo)?.main ?? '',
    close: async () => {
      [...faults].forEach(remove);
      server.closeAllConnections();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

/** What the Hub answers to who may not read a model; null for who may. */
function refusal(
  closed: ClosedModel | undefined,
  authorization: string,
  isListing: boolean,
): { readonly status: number; readonly reason: string } | null {
  if (!closed) return null;
  const token = authorization.replace(/^Bearer /, '');
  if (closed.tokens.includes(token) || (closed.kind === 'gated' && isListing && token === '')) return null;
  const known = closed.strangers?.includes(token) ?? false;
  if (closed.kind === 'private')
    return { status: known ? 404 : 401, reason: known || token === '' ? 'RepoNotFound' : '' };
  if (known && isListing) return null;
  return { status: known ? 403 : 401, reason: known || token === '' ? 'GatedRepo' : '' };
}

function concerns(fault: Fault, path: string, range: string): boolean {
  if (fault.range !== undefined && !fault.range.test(range)) return false;
  if (fault.path === undefined) return true;
  return typeof fault.path === 'string' ? path.includes(fault.path) : fault.path.test(path);
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { ...CORS, ...headers }).end();
}

function names(folder: ModelFolder): readonly string[] {
  return typeof folder === 'string' ? readdirSync(folder).sort() : Object.keys(folder);
}

function readFile(folder: ModelFolder, name: string): Buffer | undefined {
  if (!names(folder).includes(name)) return undefined;
  if (typeof folder === 'string') return readFileSync(join(folder, name));
  const content = folder[name] ?? '';
  return typeof content === 'string'
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

/** By the memory of whole files: a large one is hashed once. */
const etags = new WeakMap<ArrayBufferLike, string>();

function etagOf(bytes: Buffer): string {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  const known = isWhole ? etags.get(bytes.buffer) : undefined;
  const etag = known ?? `"${createHash('sha1').update(bytes).digest('hex')}"`;
  if (isWhole) etags.set(bytes.buffer, etag);
  return etag;
}

function sizeOf(folder: ModelFolder, name: string): number {
  return typeof folder === 'string' ? statSync(join(folder, name)).size : Buffer.byteLength(folder[name] ?? '');
}

function commitOf(repo: string, folder: ModelFolder): string {
  const hash = createHash('sha1').update(repo);
  for (const name of names(folder)) hash.update(name).update(readFile(folder, name) ?? '');
  return hash.digest('hex');
}

function sendListing(
  response: ServerResponse,
  known: boolean,
  revision: string,
  folder: ModelFolder | undefined,
  main: string | undefined,
): void {
  // The Hub says 401 for a repository that does not exist, since it might be a private one.
  if (!known || folder === undefined) {
    end(response, known ? 404 : 401, { 'X-Error-Code': known ? 'RevisionNotFound' : 'RepoNotFound' });
    return;
  }
  const siblings = names(folder).map(rfilename => ({ rfilename, size: sizeOf(folder, rfilename) }));
  response.writeHead(200, { ...CORS, 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ sha: revision === 'main' ? main : revision, siblings }));
}

async function sendFile(
  response: ServerResponse,
  range: string,
  file: Buffer,
  active: ActiveFault | undefined,
): Promise<void> {
  const fault = active?.fault ?? {};
  let whole = fault.body === undefined ? file : Buffer.from(fault.body);
  if (fault.truncateTo !== undefined) whole = whole.subarray(0, fault.truncateTo);
  const etag = fault.etag ?? etagOf(whole);
  const match = fault.ignoreRange ? null : /^bytes=(\d+)-(\d*)$/.exec(range);
  const first = match ? Number(match[1]) : 0;
  const last = match?.[2] ? Math.min(Number(match[2]), whole.length - 1) : whole.length - 1;
  if (match && first > last) return end(response, 416, { 'Content-Range': `bytes */${whole.length}` });
  const plain = whole.subarray(first, last + 1);
  const body = fault.gzip ? gzipSync(plain) : plain;
  response.writeHead(match ? 206 : 200, {
    ...CORS,
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(fault.contentLength ?? body.length),
    ...(fault.gzip ? { 'Content-Encoding': 'gzip' } : {}),
    ...(match ? { 'Content-Range': `bytes ${first}-${last}/${whole.length}` } : {}),
    ...fault.headers,
  });
  await sendBody(response, body, active);
}

/** Resolves when there is room again, or nobody listens any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

/** How long a reader has to take what was sent before a cut. */
const READ_MS = 200;

async function sendBody(response: ServerResponse, body: Buffer, active: ActiveFault | undefined): Promise<void> {
  const { cutAfter, stallAfter, delayPerPiece = 0 } = active?.fault ?? {};
  const stop = Math.min(cutAfter ?? body.length, stallAfter ?? body.length, body.length);
  for (let at = 0; at < stop; at += PIECE) {
    if (delayPerPiece > 0) await new Promise(resolve => setTimeout(resolve, delayPerPiece));
    if (response.destroyed) return;
    const room = response.write(body.subarray(at, Math.min(at + PIECE, stop)));
    if (!room) await drained(response);
  }
  const lied = (active?.fault.contentLength ?? 0) > body.length;
  if (lied || (cutAfter !== undefined && cutAfter < body.length)) {
    // Let the bytes leave and be read first: a reader that has not taken them yet loses them with the connection, and the
    // cut would come at another place each time.
    await new Promise(resolve => response.write('', resolve));
    await new Promise(resolve => setTimeout(resolve, READ_MS));
    response.destroy();
    return;
  }
  if (stallAfter !== undefined && stop < body.length) {
    await Promise.race([active?.removed, new Promise(resolve => response.once('close', resolve))]);
    response.write(body.subarray(stop));
  }
  response.end();
}
