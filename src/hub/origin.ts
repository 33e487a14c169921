// Where bytes come from when the cache lacks them: a server, or files that a person opened.
import { modelFiles } from '../checkpoint/formats.ts';
import { NucleusError } from '../lib/error.ts';
import { openedPath } from '../lib/opened-path.ts';
import { type Chunk, downloadChunks } from './download.ts';
import { sha256 } from './hash.ts';
import { CARD_FILE, fetchRange, probe, type RemoteFile, type Wire } from './remote.ts';
import { assertSmall } from './small-file.ts';

interface ChunkRequest {
  readonly chunkBytes: number;
  /** SHA-256 of the chunks that are there already. */
  readonly hashes: readonly string[];
  readonly validator: string;
  readonly onPosition: (position: number) => void;
}

export interface Origin {
  /** The chunks of a file after those that are there. */
  chunks(name: string, request: ChunkRequest): AsyncGenerator<Chunk>;
  /** Bytes [begin, end). */
  range(name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Tells one version of the file from another; '' where that is unknown. */
  validator(name: string): Promise<string>;
}

export function remoteOrigin(files: readonly RemoteFile[], wire: Wire): Origin {
  const byName = new Map(files.map(file => [file.name, file]));
  const fileOf = (name: string): RemoteFile => {
    const file = byName.get(name);
    if (!file) throw new NucleusError('missing_file', `${name} is missing`, { file: name });
    return file;
  };
  return {
    chunks: (name, request) => {
      const { url, size } = fileOf(name);
      return downloadChunks({ ...wire, ...request, name, url, size });
    },
    range: (name, begin, end) => fetchRange(wire, fileOf(name).url, begin, end),
    validator: async name => (await probe(wire, fileOf(name).url)).validator,
  };
}

export interface LocalListing {
  readonly files: readonly FileSize[];
  /** README.md, which is no file of the model. */
  readonly card: FileSize | null;
  readonly origin: Origin;
}

export interface FileSize {
  readonly name: string;
  readonly size: number;
}

/** The one folder of a model whose files keep its name. */
const TEMPLATES_FOLDER = 'additional_chat_templates';

/**
 * The model among opened files. Names may carry folders; of two files of one name the one nearer to the top counts.
 * @throws NucleusError missing_file, bad_json.
 */
export async function listLocal(opened: readonly File[], signal: AbortSignal): Promise<LocalListing> {
  const byName = new Map<string, { readonly file: File; readonly depth: number }>();
  for (const file of opened) {
    const path = openedPath(file);
    const last = path.at(-1) ?? file.name;
    const name = path.at(-2) === TEMPLATES_FOLDER ? `${TEMPLATES_FOLDER}/${last}` : last;
    const before = byName.get(name);
    if (!before || path.length < before.depth) byName.set(name, { file, depth: path.length });
  }
  const origin = localOrigin(new Map([...byName].map(([name, { file }]) => [name, file])), signal);
  const sizeOf = (name: string): number => byName.get(name)?.file.size ?? 0;
  const names = await modelFiles(new Set(byName.keys()), async name => {
    assertSmall(name, sizeOf(name));
    return origin.range(name, 0, sizeOf(name));
  });
  const card = byName.has(CARD_FILE) ? { name: CARD_FILE, size: sizeOf(CARD_FILE) } : null;
  return { files: names.map(name => ({ name, size: sizeOf(name) })), card, origin };
}

/** Of what the browser holds itself. */
export function localOrigin(files: ReadonlyMap<string, Blob>, signal: AbortSignal): Origin {
  const range = async (name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
    if (signal.aborted) throw new NucleusError('cancelled', 'cancelled');
    const file = files.get(name);
    if (!file) throw new NucleusError('missing_file', `${name} is missing`, { file: name });
    try {
      return new Uint8Array(await file.slice(begin, end).arrayBuffer());
    } catch (cause) {
      const message = `${name} cannot be read any more; it was changed or moved`;
      throw new NucleusError('integrity', message, { file: name, opened: 1 }, { cause });
    }
  };
  return {
    range,
    validator: async () => '',
    async *chunks(name, { chunkBytes, hashes, onPosition }) {
      const size = files.get(name)?.size ?? 0;
      for (let index = hashes.length; index * chunkBytes < size; index++) {
        const bytes = await range(name, index * chunkBytes, Math.min(size, (index + 1) * chunkBytes));
        onPosition(index * chunkBytes + bytes.length);
        yield { index, bytes, hash: await sha256(bytes), validator: '' };
      }
    },
  };
}
