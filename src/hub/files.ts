// The files of one model as the engine reads them, wherever they come from.
import type { ModelSource } from '../lib/model-source.ts';

export interface ModelFiles {
  /** Key in the cache. */
  readonly key: string;
  readonly source: ModelSource;
  readonly name: string;
  /** Commit of the files where the Hub said it, else ''. Two contents may share one: see `digest`. */
  readonly commit: string;
  /** Small files first, then the weights in reading order. Only files that are there. */
  readonly names: readonly string[];
  readonly totalBytes: number;
  /** True when the whole model was in the cache at the start. */
  readonly fromCache: boolean;
  /** True once every file is in the cache, so that the next load needs no network. */
  readonly stored: boolean;
  /** True once reading all of it again in this session needs no network: stored, held in memory, or opened from disk. */
  readonly atHand: boolean;
  has(name: string): boolean;
  /** Bytes of one file. @throws NucleusError missing_file for a name that is not there. */
  size(name: string): number;
  /** A whole file, kept in memory: for the small ones. Rejects as `stream` does. */
  bytes(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Bytes [begin, end) of a file without storing it: the header of the weights before a download. Rejects as `stream` does. */
  read(name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The beginning of README.md, which is not among `names`; '' where there is none. Rejects as `stream` does. */
  card(): Promise<string>;
  /**
   * A file in order, in pieces of at most 16 MiB. From the network each piece is stored before it is handed out; while the consumer
   * works on it nothing more is fetched. Ends early without harm: what was stored is not fetched again. Not twice at a time for one file.
   * Throws NucleusError not_found, unauthorized, rate_limited, network, integrity, cancelled; for what is not the
   * file it should be bad_safetensors, bad_pytorch, bad_gguf, bad_json or bad_tokenizer, as it is named.
   */
  stream(name: string): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /**
   * Reads back what is stored, part by part, and fetches anew what is not as it was. Asks `goOn` before each part and ends where that says no.
   * Where nothing is stored, or all has been read in this session, it does nothing. Rejects as `stream` does.
   */
  check(goOn: () => Promise<boolean>): Promise<void>;
  /** What the model is told apart by, see `digestOf`. Only once configuration and weights have been streamed to their ends; throws before. */
  digest(): Promise<string>;
}

/** Phases of what this layer does; `verify` is reading what is here already: from the cache with every hash checked, or from memory. */
export type FilesPhase = 'list' | 'download' | 'verify';

export interface FilesProgress {
  readonly phase: FilesPhase;
  /** Bytes of all files that are here, and all there are; 0 of 0 while listing. */
  readonly bytes: number;
  readonly totalBytes: number;
  readonly fromCache: boolean;
}

/** `cache_full`: goes on from memory, what was stored of this model is removed again. `cache_unavailable`: the browser stores nothing. */
export type FilesNotice = 'cache_full' | 'cache_unavailable';
