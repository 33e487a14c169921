// Records of the cache as they come out of the browser's storage: read with care, for another version or another program may have written them.
import {
  array,
  boolean,
  literal,
  minValue,
  number,
  object,
  optional,
  pipe,
  safeInteger,
  safeParse,
  string,
  variant,
} from 'valibot';
import type { ModelSource } from '../lib/model-source.ts';

export interface CopyRecord {
  readonly key: string;
  /** Tells the copies of one model apart. */
  readonly stamp: string;
  readonly source: ModelSource;
  /** The commit at the Hub; for shipped files a digest of their sizes and ETags; '' for opened files. */
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly size: number }[];
  /** Every file is there. */
  readonly complete: boolean;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

export interface FileRecord {
  readonly name: string;
  readonly size: number;
  /** ETag or date of the file on its server. */
  readonly validator: string;
  readonly chunkBytes: number;
  /** SHA-256 of each stored chunk. */
  readonly hashes: readonly string[];
  readonly done: boolean;
}

const COUNT = pipe(number(), safeInteger(), minValue(0));

const SOURCE = variant('kind', [
  object({ kind: literal('shipped'), id: string() }),
  object({ kind: literal('hub'), repo: string(), revision: string(), file: optional(string()) }),
  object({ kind: literal('local'), name: string() }),
]);

const COPY = object({
  key: string(),
  stamp: string(),
  source: SOURCE,
  version: string(),
  files: array(object({ name: string(), size: COUNT })),
  complete: boolean(),
  storedAt: number(),
});

const FILE = object({
  name: string(),
  size: COUNT,
  validator: string(),
  chunkBytes: pipe(COUNT, minValue(1)),
  hashes: array(string()),
  done: boolean(),
});

/** Null for what is no record of a copy. */
export function readCopy(value: unknown): CopyRecord | null {
  const result = safeParse(COPY, value);
  return result.success ? result.output : null;
}

/** Null for what is no record of a file. */
export function readFile(value: unknown): FileRecord | null {
  const result = safeParse(FILE, value);
  return result.success ? result.output : null;
}
