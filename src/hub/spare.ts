// The files of a model that the browser does not store, for as long as the worker lives: a lost device costs no second download. They are Blobs,
// which a browser moves to disk when memory runs short.
import { type FileSize, localOrigin, type Origin } from './origin.ts';

/** Of a larger model nothing is held beside the weights on the GPU: it is downloaded again. */
const MOST_BYTES = 2 ** 30;

export class SpareFiles {
  readonly key: string;
  readonly version: string;
  readonly files: readonly FileSize[];
  /** Chunks of each file, from the first on. */
  readonly #chunks = new Map<string, Blob[]>();
  readonly #wanted: boolean;

  constructor(key: string, version: string, files: readonly FileSize[]) {
    this.key = key;
    this.version = version;
    this.files = files;
    this.#wanted = files.reduce((sum, file) => sum + file.size, 0) <= MOST_BYTES;
  }

  /** In the order of the file; what is there already or comes after a gap is left out. */
  add(name: string, index: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#wanted) return;
    const chunks = this.#chunks.get(name) ?? [];
    if (index !== chunks.length) return;
    chunks.push(new Blob([bytes]));
    this.#chunks.set(name, chunks);
  }

  /** By name; of what has gaps the beginning. */
  get blobs(): ReadonlyMap<string, Blob> {
    return new Map(this.files.map(({ name }) => [name, new Blob(this.#chunks.get(name) ?? [])]));
  }

  /** Every byte is here. */
  get whole(): boolean {
    const { blobs } = this;
    return this.files.every(({ name, size }) => blobs.get(name)?.size === size);
  }
}

/** Reads `spare`; what the browser has lost of it, from `remote`. */
export function spareOrigin(spare: SpareFiles, remote: Origin, signal: AbortSignal): Origin {
  const near = localOrigin(spare.blobs, signal);
  return {
    validator: near.validator,
    async range(name, begin, end) {
      try {
        return await near.range(name, begin, end);
      } catch (error) {
        if (signal.aborted) throw error;
        return remote.range(name, begin, end);
      }
    },
    async *chunks(name, request) {
      const hashes = [...request.hashes];
      try {
        for await (const chunk of near.chunks(name, request)) {
          hashes.push(chunk.hash);
          yield chunk;
        }
      } catch (error) {
        if (signal.aborted) throw error;
        yield* remote.chunks(name, { ...request, hashes });
      }
    },
  };
}
