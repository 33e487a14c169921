// Documents as a file: one or all of them, with everything their records hold; and its careful reading.
import * as v from 'valibot';
import { readEntry } from './document-entry.ts';
import { MOST_FILE } from './documents.ts';
import { readSaved } from './saved.ts';
import { fromJson, toJson } from './typed-json.ts';

const FORMAT = 'nucleus.documents';
const VERSION = 1;
const MOST_DOCUMENTS = 10_000;

/** A document and what is known of it, both as they lie in the store. */
export interface RawDocument {
  readonly id: string;
  readonly record: unknown;
  readonly entry: unknown;
}

/** @param exported milliseconds since 1970 */
export function writeDocuments(documents: readonly RawDocument[], exported: number): string {
  return toJson({ format: FORMAT, version: VERSION, exported: new Date(exported).toISOString(), documents });
}

export type ReadDocuments =
  | { readonly ok: true; readonly documents: readonly RawDocument[]; readonly unreadable: number }
  | { readonly ok: false; readonly why: 'too_large' | 'not_ours' | 'newer' };

const NAMED = v.object({ format: v.literal(FORMAT), version: v.pipe(v.number(), v.integer(), v.minValue(1)) });
const LISTED = v.object({ documents: v.pipe(v.array(v.unknown()), v.maxLength(MOST_DOCUMENTS)) });
const ONE = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  record: v.looseObject({}),
  entry: v.optional(v.unknown()),
});

/** Never throws. */
export function readDocuments(json: string): ReadDocuments {
  if (json.length > MOST_FILE) return { ok: false, why: 'too_large' };
  const file = fromJson(json.replace(/^\ufeff/, ''));
  const named = v.safeParse(NAMED, file);
  if (named.success && named.output.version > VERSION) return { ok: false, why: 'newer' };
  const listed = v.safeParse(LISTED, file);
  if (!named.success || !listed.success) return { ok: false, why: 'not_ours' };
  const documents = listed.output.documents.flatMap((each): RawDocument[] => {
    const one = v.safeParse(ONE, each);
    if (!one.success || readSaved(one.output.record) === null) return [];
    const { id, record, entry } = one.output;
    return [{ id, record, entry: readEntry(entry) === null ? undefined : entry }];
  });
  return { ok: true, documents, unreadable: listed.output.documents.length - documents.length };
}
