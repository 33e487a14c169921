// Opens a model: from the cache if it is there, else from where it lies, and into the cache on the way.

import { isWeights } from '../checkpoint/formats.ts';
import { NucleusError } from '../lib/error.ts';
import { freshId } from '../lib/fresh-id.ts';
import { type ModelSource, type Origins, sourceKey } from '../lib/model-source.ts';
import { Access } from './access.ts';
import type { ModelCache } from './cache.ts';
import type { FilesNotice, FilesProgress, ModelFiles } from './files.ts';
import { type Net, netOf } from './http.ts';
import { nameLocal } from './local-names.ts';
import { type FileSize, type LocalListing, listLocal, type Origin, remoteOrigin } from './origin.ts';
import type { CopyRecord } from './records.ts';
import { type Listing, latestCommit, listHub, listShipped, remoteFiles, type Wire } from './remote.ts';
import { SpareFiles, spareOrigin } from './spare.ts';
import { CHUNK_BYTES, NameTaken, noticeOf } from './store.ts';
import { StreamedFiles } from './streamed-files.ts';

export interface OpenOptions {
  readonly source: ModelSource;
  readonly origins: Origins;
  readonly cache: ModelCache;
  /** For `local`: the opened files. Without them the model comes from the cache. */
  readonly files?: readonly File[] | undefined;
  /** Store the files while they come. */
  readonly keep: boolean;
  /** Look past a stored copy and fetch the revision anew; the old copy goes when the new one is whole. */
  readonly refresh: boolean;
  /** Stops the listing and every later read of the files. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: FilesProgress) => void;
  readonly onNotice?: (notice: FilesNotice) => void;
  readonly net?: Net;
  /** Bytes of a chunk; another value than the default is for tests. */
  readonly chunkBytes?: number;
}

/** A model that was found: what it consists of, and where its bytes are. */
interface Found {
  /** As asked for; of opened files under the name that is theirs. */
  readonly source: ModelSource;
  readonly version: string;
  readonly files: readonly FileSize[];
  /** README.md, which is no file of the model, where `origin` has it. */
  readonly card: FileSize | null;
  readonly origin: Origin | null;
  /** The whole copy in the cache, if that is what will be read. */
  readonly copy: CopyRecord | null;
  /** The files in memory, if those are what will be read. */
  readonly spare?: SpareFiles;
}

/**
 * Lists a model, stores nothing. Files can be read; `read` fetches a part of the weights alone.
 * @throws NucleusError missing_file, not_found, unauthorized, rate_limited, network, cancelled.
 */
export async function inspectModel(options: Omit<OpenOptions, 'keep'>): Promise<ModelFiles> {
  return findFiles({ ...options, keep: false });
}

/**
 * Opens a model for loading: the small files are here when it returns, the weights come by `stream`. When the last file has been
 * streamed to its end the stored copy is marked whole, and copies of other versions go.
 * @throws NucleusError missing_file, not_found, unauthorized, rate_limited, network, integrity, bad_json, cancelled.
 */
export async function openModel(options: OpenOptions): Promise<ModelFiles> {
  const files = await findFiles(options);
  const small = files.names.filter(name => !isWeights(name)).map(name => files.bytes(name));
  const failed = (await Promise.allSettled(small)).find(result => result.status === 'rejected');
  if (failed) throw failed.reason;
  return files;
}

/**
 * Whether the Hub has moved on since the copy was stored. One request; false for what does not come from the Hub.
 * @throws NucleusError not_found, unauthorized, rate_limited, network, cancelled.
 */
export async function checkForUpdate(
  cache: ModelCache,
  key: string,
  origins: Origins,
  signal: AbortSignal,
  net: Net = netOf(origins),
): Promise<{ readonly newer: boolean; readonly commit: string }> {
  const model = (await cache.list()).find(entry => entry.key === key);
  if (!model) throw new NucleusError('not_found', `${key} is not in the cache`, { key });
  if (model.source.kind !== 'hub') return { newer: false, commit: model.commit };
  const wire = { net, signal, sameOrigin: false, access: new Access(origins.token) };
  const commit = await latestCommit(model.source, origins.hubHost, wire);
  return { newer: commit !== model.commit, commit };
}

async function findFiles(options: OpenOptions): Promise<ModelFiles> {
  const { source, cache, signal, onNotice } = options;
  options.onProgress?.({ phase: 'list', bytes: 0, totalBytes: 0, fromCache: false });
  let usable = true;
  let whole: CopyRecord | null = null;
  try {
    whole = (await cache.store.copies(sourceKey(source))).find(copy => copy.complete) ?? null;
  } catch {
    usable = false;
    onNotice?.('cache_unavailable');
  }
  for (;;) {
    const found = await find(options, whole, usable);
    const fresh: CopyRecord = {
      key: sourceKey(found.source),
      stamp: freshId(),
      source: found.source,
      version: found.version,
      files: found.files.map(({ name, size }) => ({ name, size })),
      complete: false,
      storedAt: Date.now(),
    };
    let { copy } = found;
    if (!copy && options.keep && usable) {
      try {
        copy = await cache.store.begin(fresh);
      } catch (error) {
        if (error instanceof NameTaken) continue; // what it stands for now is looked at again
        onNotice?.(noticeOf(error));
      }
    }
    return new StreamedFiles({
      ...fresh,
      copy,
      spare:
        copy?.complete || source.kind === 'local'
          ? null
          : (found.spare ?? new SpareFiles(fresh.key, fresh.version, fresh.files)),
      cache,
      origin: found.origin,
      card: found.card,
      signal,
      chunkBytes: options.chunkBytes ?? CHUNK_BYTES,
      onProgress: options.onProgress ?? (() => {}),
      onNotice: onNotice ?? (() => {}),
    });
  }
}

async function find(options: OpenOptions, whole: CopyRecord | null, usable: boolean): Promise<Found> {
  const { source, origins, signal, cache } = options;
  const access = source.kind === 'hub' ? new Access(origins.token) : undefined;
  const wire: Wire = { net: options.net ?? netOf(origins), signal, sameOrigin: source.kind === 'shipped', access };
  if (source.kind === 'server') throw new NucleusError('internal', 'a server has no files');
  if (source.kind === 'local') {
    if (options.files) return findOpened(options.cache, source.name, await listLocal(options.files, signal), usable);
    if (whole) return { ...whole, card: null, copy: whole, origin: null };
    throw new NucleusError('not_found', `${source.name} is not in the cache; open its files again`, {
      name: source.name,
    });
  }
  const stored = (copy: CopyRecord): Found => {
    const files = remoteFiles(source, origins, copy.version, copy.files);
    return { ...copy, card: null, source, copy, origin: remoteOrigin(files, wire) };
  };
  const { spare } = cache;
  if (spare?.key === sourceKey(source) && !whole && !options.refresh) {
    const { version, files } = spare;
    const remote = remoteOrigin(remoteFiles(source, origins, version, files), wire);
    return { source, version, files, card: null, copy: null, spare, origin: spareOrigin(spare, remote, signal) };
  }
  if (source.kind === 'hub') {
    // A stored branch is used as it is: looking for an update is a person's wish, not a habit.
    if (whole && !options.refresh) return stored(whole);
    const listing = await listHub(source, origins, wire);
    return { ...listing, source, copy: null, origin: originOf(listing, wire) };
  }
  try {
    const listing = await listShipped(source, origins, whole && !options.refresh ? glance(wire) : wire);
    if (whole?.version === listing.version && !options.refresh) return stored(whole);
    return { ...listing, source, copy: null, origin: originOf(listing, wire) };
  } catch (error) {
    // Offline the stored copy is as good as any.
    if (whole && !options.refresh && !signal.aborted) return stored(whole);
    throw error;
  }
}

/** Milliseconds without a byte after which a stored model is taken as it is. */
const GLANCE_MS = 3000;

/** Nobody waits for a host that is gone, or a network that swallows what is asked, when the model is here. */
function glance(wire: Wire): Wire {
  const { net } = wire;
  return { ...wire, retries: 0, net: { ...net, idle: (_, signal) => net.idle(GLANCE_MS, signal) } };
}

function originOf({ files, card }: Listing, wire: Wire): Origin {
  return remoteOrigin(card ? [...files, card] : files, wire);
}

/** Opened files under the name that belongs to their content, with the stored copy of the same bytes where there is one. */
async function findOpened(cache: ModelCache, wanted: string, listing: LocalListing, usable: boolean): Promise<Found> {
  const known = usable ? await cache.locals() : cache.openedLocals;
  const { name, copy } = await nameLocal(wanted, listing, known);
  return { ...listing, source: { kind: 'local', name }, version: '', copy };
}
