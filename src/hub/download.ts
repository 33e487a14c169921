// One file over HTTP, in whole chunks, through cuts: retries, resumes by Range, and never mixes two versions of a file.
import { checkFirstBytes } from '../checkpoint/first-bytes.ts';
import { NucleusError } from '../lib/error.ts';
import type { Access } from './access.ts';
import { sha256 } from './hash.ts';
import {
  bodyPieces,
  contentRange,
  MAX_RETRIES,
  type Net,
  pauseAfter,
  request,
  TransientError,
  validatorOf,
} from './http.ts';

export interface DownloadJob {
  readonly net: Net;
  readonly signal: AbortSignal;
  readonly sameOrigin: boolean;
  readonly access?: Access | undefined;
  readonly name: string;
  readonly url: string;
  readonly size: number;
  readonly chunkBytes: number;
  /** SHA-256 of the chunks that are there already; the download goes on after them. */
  readonly hashes: readonly string[];
  /** Validator of the file those chunks came from; '' if unknown. */
  readonly validator: string;
  /** Called with the number of bytes of the file that are here, as they come. */
  readonly onPosition?: (position: number) => void;
}

export interface Chunk {
  readonly index: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hash: string;
  readonly validator: string;
}

/** The file on the server is not the one that the first chunks came from. */
export class FileChanged extends NucleusError {
  constructor(name: string, how: string) {
    super('integrity', `${name} changed on the server: ${how}`, { file: name });
  }
}

/** Cuts a stream of pieces into chunks. */
class Assembly {
  position: number;
  readonly #size: number;
  readonly #chunkBytes: number;
  #chunk: Uint8Array<ArrayBuffer>;
  #filled = 0;

  /** What has come of the chunk that is not whole. */
  get begun(): Uint8Array {
    return this.#chunk.subarray(0, this.#filled);
  }

  /** `position` is a border of chunks, or the end of the file. */
  constructor(size: number, chunkBytes: number, position: number) {
    this.#size = size;
    this.#chunkBytes = chunkBytes;
    this.position = position;
    this.#chunk = this.#next();
  }

  #next(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Math.min(this.#chunkBytes, this.#size - this.position));
  }

  restart(): void {
    this.position = 0;
    this.#filled = 0;
    this.#chunk = this.#next();
  }

  /** The chunks that `piece` completes. */
  *add(piece: Uint8Array): Generator<{ readonly index: number; readonly bytes: Uint8Array<ArrayBuffer> }> {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + this.#chunk.length - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      this.position += part.length;
      at += part.length;
      if (this.#filled < this.#chunk.length) return;
      const bytes = this.#chunk;
      this.#chunk = this.#next();
      this.#filled = 0;
      yield { index: Math.ceil(this.position / this.#chunkBytes) - 1, bytes };
    }
  }
}

/**
 * The chunks from `hashes.length` on. Bytes that arrived before a cut are kept. A server that answers 200 to a Range starts over:
 * what comes again is compared by hash, not yielded twice.
 * @throws FileChanged; NucleusError not_found, unauthorized, cancelled; network or rate_limited after five retries without a new byte.
 */
export async function* downloadChunks(job: DownloadJob): AsyncGenerator<Chunk> {
  const hashes = [...job.hashes];
  const assembly = new Assembly(job.size, job.chunkBytes, Math.min(hashes.length * job.chunkBytes, job.size));
  let validator = job.validator;
  let farthest = assembly.position;
  let failures = 0;
  while (assembly.position < job.size) {
    try {
      const opened = await openAt(job, assembly.position, validator);
      validator = opened.validator || validator;
      if (opened.first !== assembly.position) assembly.restart();
      for await (const piece of bodyPieces(job.net, opened.response, job.signal)) {
        if (assembly.position + piece.length > job.size) {
          // Another length is told as what it is, where the first bytes say that.
          if (assembly.position === 0) checkFirstBytes(job.name, piece);
          throw new FileChanged(job.name, `it has more than ${job.size} bytes`);
        }
        for (const { index, bytes } of assembly.add(piece)) {
          const hash = await sha256(bytes);
          const before = hashes[index];
          if (before !== undefined && before !== hash) throw new FileChanged(job.name, `bytes of part ${index} differ`);
          if (before !== undefined) continue;
          hashes.push(hash);
          yield { index, bytes, hash, validator };
        }
        if (assembly.position <= farthest) continue;
        farthest = assembly.position;
        failures = 0;
        job.onPosition?.(farthest);
      }
      if (assembly.position < Math.min(job.chunkBytes, job.size)) checkFirstBytes(job.name, assembly.begun);
      checkWhole(job, assembly.position);
    } catch (error) {
      await pauseAfter(error, failures, job.net, MAX_RETRIES, job.signal);
      failures++;
    }
  }
}

/** @throws TransientError when the body ended before the file did. */
function checkWhole(job: DownloadJob, position: number): void {
  if (position < job.size) {
    throw new TransientError('network', `the connection ended ${job.size - position} bytes early`, { file: job.name });
  }
}

interface Opened {
  readonly response: Response;
  /** Offset of the first byte of the body: the one asked for, or 0. */
  readonly first: number;
  readonly validator: string;
}

async function openAt(job: DownloadJob, position: number, validator: string): Promise<Opened> {
  const { net, signal, sameOrigin, access, size, name } = job;
  const options = { signal, sameOrigin, access };
  let response: Response;
  try {
    response = await request(net, job.url, position === 0 ? options : { ...options, range: [position] });
  } catch (error) {
    if (error instanceof NucleusError && error.detail.status === 416)
      throw new FileChanged(name, `it ends before byte ${position}`);
    throw error;
  }
  const now = validatorOf(response);
  const problem = mismatch(response, position, size, validator, now);
  if (problem !== '') {
    void response.body?.cancel().catch(() => {});
    throw new FileChanged(name, problem);
  }
  return { response, first: response.status === 206 ? position : 0, validator: now };
}

/** Why this answer is not the rest of the same file; '' if it is. */
function mismatch(response: Response, position: number, size: number, before: string, now: string): string {
  if (position > 0 && before !== '' && now !== '' && before !== now) return 'its ETag is another one';
  if (response.status === 200) return '';
  const range = contentRange(response);
  // Where the server hides Content-Range from pages, the length alone must fit.
  if (!range)
    return Number(response.headers.get('content-length') ?? size - position) === size - position
      ? ''
      : 'its length is another one';
  if (range.size !== size) return `it has ${range.size} bytes now, not ${size}`;
  return range.first === position ? '' : `the answer begins at byte ${range.first}, not ${position}`;
}
