// What the Hub and the page's own server hold: revisions, file names, sizes, and ranges of bytes.

import { array, fallback, minValue, number, object, pipe, regex, safeInteger, string } from 'valibot';
import { modelFiles, partsOf, seekFiles } from '../checkpoint/formats.ts';
import { checked } from '../checkpoint/json.ts';
import { NucleusError } from '../lib/error.ts';
import type { ModelSource, Origins } from '../lib/model-source.ts';
import type { Access } from './access.ts';
import { choicesAmong } from './choices.ts';
import { sha256 } from './hash.ts';
import { bodyPieces, contentRange, type Net, request, TransientError, validatorOf, withRetries } from './http.ts';
import { assertSmall } from './small-file.ts';

export const CARD_FILE = 'README.md';

/** Bytes of a listing: half a million files. */
export const MOST_LISTING = 64 * 2 ** 20;

/** Retries while someone waits for an answer with nothing on the screen yet. */
const LISTING_RETRIES = 2;

export interface RemoteFile {
  readonly name: string;
  readonly url: string;
  readonly size: number;
}

export interface Listing {
  /** The commit that every URL names; for shipped files a digest of their sizes and validators. */
  readonly version: string;
  /** Small files first, then the weights in reading order. */
  readonly files: readonly RemoteFile[];
  /** What people say of the model; no file of it. */
  readonly card: RemoteFile | null;
}

type HubSource = Extract<ModelSource, { kind: 'hub' }>;
type ShippedSource = Extract<ModelSource, { kind: 'shipped' }>;

export interface Wire {
  readonly net: Net;
  readonly signal: AbortSignal;
  readonly sameOrigin: boolean;
  readonly access?: Access | undefined;
  /** How often a listing is asked for again. */
  readonly retries?: number;
}

/** Size and validator of one file, without its body. */
export interface Probe {
  readonly size: number;
  readonly validator: string;
}

/**
 * Asks for the first byte alone: the answer carries the whole size.
 * @throws NucleusError not_found, unauthorized, rate_limited, network, cancelled.
 */
export async function probe(wire: Wire, url: string): Promise<Probe> {
  const response = await withRetries(wire.net, wire.retries ?? LISTING_RETRIES, wire.signal, () =>
    request(wire.net, url, { ...wire, range: [0, 0] }),
  );
  void response.body?.cancel().catch(() => {});
  // A host that answers every unknown address with its start page has no such file.
  if (wire.sameOrigin && /^text\/html\b/.test(response.headers.get('content-type') ?? '')) {
    throw new NucleusError('not_found', `${url} was not found`, { url });
  }
  const range = contentRange(response);
  if (response.status === 206 && range) return { size: range.size, validator: validatorOf(response) };
  const length = response.headers.get('content-length');
  if (response.status === 206 || length === null || response.headers.has('content-encoding')) {
    throw new NucleusError('network', `the server does not say how large ${url} is`, { url });
  }
  return { size: Number(length), validator: validatorOf(response) };
}

/**
 * Bytes [begin, end) of a file.
 * @throws NucleusError as `request`, and integrity for another range than the one asked for.
 */
export async function fetchRange(
  wire: Wire,
  url: string,
  begin: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (end <= begin) return new Uint8Array(0);
  return withRetries(wire.net, wire.retries ?? LISTING_RETRIES, wire.signal, async () => {
    const { net, signal } = wire;
    const response = await request(net, url, { ...wire, range: [begin, end - 1] });
    const range = contentRange(response);
    if (response.status === 206 && range && range.first !== begin) {
      throw new NucleusError('integrity', `${url} answered with another range`, { url });
    }
    const out = new Uint8Array(end - begin);
    let at = response.status === 206 ? begin : 0;
    for await (const piece of bodyPieces(net, response, signal)) {
      const from = Math.max(0, begin - at);
      const to = Math.min(piece.length, end - at);
      if (to > from) out.set(piece.subarray(from, to), at + from - begin);
      at += piece.length;
      if (at >= end) return out;
    }
    throw new TransientError('network', `${url} ended ${end - at} bytes early`, { url });
  });
}

/** A file that is read whole. */
async function fetchSmall(wire: Wire, name: string, url: string, size: number): Promise<Uint8Array> {
  assertSmall(name, size);
  return fetchRange(wire, url, 0, size);
}

function hubUrl(host: string, path: string): string {
  return `${host.replace(/\/+$/, '')}/${path}`;
}

function hubFileUrl(source: HubSource, origins: Origins, commit: string, name: string): string {
  const path = name.split('/').map(encodeURIComponent).join('/');
  return hubUrl(origins.hubHost, `${source.repo}/resolve/${encodeURIComponent(commit)}/${path}`);
}

function shippedFileUrl(source: ShippedSource, origins: Origins, name: string): string {
  return new URL(`${encodeURIComponent(source.id)}/${name}`, origins.shippedBase).href;
}

interface Revision {
  readonly commit: string;
  /** Every file of the repository; size -1 where the Hub does not say. */
  readonly files: ReadonlyMap<string, number>;
}

async function readRevision(wire: Wire, source: HubSource, host: string): Promise<Revision> {
  const url = hubUrl(host, `api/models/${source.repo}/revision/${encodeURIComponent(source.revision)}?blobs=true`);
  return withRetries(wire.net, wire.retries ?? LISTING_RETRIES, wire.signal, async () => {
    const response = await request(wire.net, url, wire);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of bodyPieces(wire.net, response, wire.signal)) {
      bytes += piece.length;
      if (bytes > MOST_LISTING)
        throw new NucleusError('network', `the listing ${url} does not end after ${MOST_LISTING} bytes`, { url });
      chunks.push(piece);
    }
    return parseRevision(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text(), url);
  });
}

const LISTING = object({
  sha: pipe(string(), regex(/^[0-9a-f]{7,64}$/)),
  siblings: array(object({ rfilename: string(), size: fallback(pipe(number(), safeInteger(), minValue(0)), -1) })),
});

function parseRevision(text: string, url: string): Revision {
  const bad = (): NucleusError =>
    new NucleusError('network', `${url} answered with something that is no listing`, { url });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw bad();
  }
  const { sha, siblings } = checked(LISTING, json, bad);
  return { commit: sha, files: new Map(siblings.map(({ rfilename, size }) => [rfilename, size])) };
}

/**
 * The commit a revision names now: one request, nothing is stored.
 * @throws NucleusError as `request`.
 */
export async function latestCommit(source: HubSource, host: string, wire: Wire): Promise<string> {
  return (await readRevision(wire, source, host)).commit;
}

/**
 * The model's files at the commit that the revision names now.
 * @throws NucleusError missing_file when it is no model that can be read, choose_file when it holds several; else as `request`.
 */
export async function listHub(source: HubSource, origins: Origins, wire: Wire): Promise<Listing> {
  const { commit, files } = await readRevision(wire, source, origins.hubHost);
  const urlOf = (name: string): string => hubFileUrl(source, origins, commit, name);
  const sizeOf = async (name: string): Promise<number> => {
    const size = files.get(name) ?? -1;
    return size >= 0 ? size : (await probe(wire, urlOf(name))).size;
  };
  const read = async (name: string): Promise<Uint8Array> => fetchSmall(wire, name, urlOf(name), await sizeOf(name));
  const names = await namesOf(source, files, read);
  const named = names.map(async name => ({ name, url: urlOf(name), size: await sizeOf(name) }));
  const size = files.get(CARD_FILE) ?? -1;
  const card = size > 0 ? { name: CARD_FILE, url: urlOf(CARD_FILE), size } : null;
  return { version: commit, files: await Promise.all(named), card };
}

/** The files of the model: of a repository with several those of the one that `source` names. */
async function namesOf(
  source: HubSource,
  files: ReadonlyMap<string, number>,
  read: (name: string) => Promise<Uint8Array>,
): Promise<readonly string[]> {
  const { repo, file } = source;
  const present = new Set(files.keys());
  if (file === undefined) {
    refuseSeveral(repo, files);
    return modelFiles(present, read);
  }
  if (!present.has(file)) throw new NucleusError('missing_file', `${file} is missing in ${repo}`, { file });
  return modelFiles(new Set(partsOf(file).filter(part => present.has(part))), read);
}

/** @throws NucleusError choose_file, with `choices` to choose from: the JSON of a list of `ModelChoice`. */
function refuseSeveral(repo: string, files: ReadonlyMap<string, number>): void {
  const choices = choicesAmong(files);
  if (choices.length === 0) return;
  const message = `${repo} holds ${choices.length} models`;
  throw new NucleusError('choose_file', message, { repo, choices: JSON.stringify(choices) });
}

/**
 * The files of a model that ships with the page. A static host lists nothing, so each name is asked for.
 * @throws NucleusError missing_file; else as `request`.
 */
export async function listShipped(source: ShippedSource, origins: Origins, wire: Wire): Promise<Listing> {
  const urlOf = (name: string): string => shippedFileUrl(source, origins, name);
  const found = new Map<string, Probe>();
  const ask = async (name: string): Promise<boolean> => {
    try {
      found.set(name, await probe(wire, urlOf(name)));
      return true;
    } catch (error) {
      if (!(error instanceof NucleusError && error.code === 'not_found')) throw error;
      return false;
    }
  };
  const read = (name: string): Promise<Uint8Array> => fetchSmall(wire, name, urlOf(name), found.get(name)?.size ?? 0);
  await seekFiles(ask, read);
  const names = await modelFiles(new Set(found.keys()), read);
  const lines = names.map(name => `${name} ${found.get(name)?.size} ${found.get(name)?.validator}`);
  const version = await sha256(new TextEncoder().encode(lines.join('\n')));
  const files = names.map(name => ({ name, url: urlOf(name), size: found.get(name)?.size ?? 0 }));
  return { version, files, card: null };
}

/** The files of a stored copy at their URLs, to fetch again what was damaged. */
export function remoteFiles(
  source: HubSource | ShippedSource,
  origins: Origins,
  version: string,
  files: readonly { readonly name: string; readonly size: number }[],
): readonly RemoteFile[] {
  const urlOf = (name: string): string =>
    source.kind === 'hub' ? hubFileUrl(source, origins, version, name) : shippedFileUrl(source, origins, name);
  return files.map(({ name, size }) => ({ name, size, url: urlOf(name) }));
}
