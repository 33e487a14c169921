// One write of a document and its page: plain data, the entries of the store that it becomes, and the same under another name.
import * as v from 'valibot';
import { documentKey, entryKey, readEntry } from './document-entry.ts';
import type { KeyValue } from './records.ts';
import { type SavedPage, writePage } from './saved-page.ts';
import { tailKey } from './saved-tail.ts';
import { copyTitle } from './title.ts';

/** One write: plain data, so that it can be kept while a page goes and done by the next one. */
export interface Write {
  readonly id: string;
  /** Null: the document stays as it is, or has no record yet. */
  readonly document: WrittenDocument | null;
  readonly page: SavedPage;
  /** Something of the content is new: nothing of it may be lost, and a new tab begins here. */
  readonly begins: boolean;
  /** Stamps that the record may carry before this write. */
  readonly after: readonly (string | null)[];
}

/** All of it, or the end of a long one whose record lies there: the other is null. */
export interface WrittenDocument {
  readonly record: unknown;
  readonly tail: unknown;
  readonly entry: unknown;
  readonly stamp: string;
}

const PART = v.nullable(v.looseObject({}));

/** As it is kept while a page goes. */
export const WRITE = v.object({
  id: v.string(),
  document: v.nullable(
    v.object({ record: PART, tail: v.optional(PART, null), entry: v.looseObject({}), stamp: v.string() }),
  ),
  page: v.custom<SavedPage>(value => typeof value === 'object' && value !== null),
  begins: v.boolean(),
  after: v.array(v.nullable(v.string())),
});

export function pageEntries({ page, begins }: Write, tab: string, id: string): KeyValue[] {
  const value = writePage({ ...page, document: id });
  return begins
    ? [
        [`page:${tab}`, value],
        ['page', value],
      ]
    : [[`page:${tab}`, value]];
}

export function entriesOf(write: Write, tab: string): KeyValue[] {
  const { id, document } = write;
  const beside: KeyValue[] = [[entryKey(id), document?.entry], ...pageEntries(write, tab, id)];
  // The end of a record goes with it.
  const whole = document?.tail === null ? ([[documentKey(id), document.record]] as const) : [];
  return [...whole, [tailKey(id), document?.tail ?? undefined], ...beside];
}

export const titleIn = ({ document }: Write): string => readEntry(document?.entry)?.title ?? '';

/** The same under another id, named after what it was. */
export function asCopy(write: Write, id: string): Write {
  if (write.document === null) return { ...write, id };
  const { title, words } = readEntry(write.document.entry) ?? { title: '', words: '' };
  const named = copyTitle(title, words);
  return {
    ...write,
    id,
    document: {
      ...write.document,
      record: { ...Object(write.document.record), title: named },
      entry: { ...Object(write.document.entry), title: named },
    },
  };
}
