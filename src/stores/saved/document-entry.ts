// The small record of a document: what the list shows of it, and the stamp of its last write.
import * as v from 'valibot';
import { sourceName } from '../../lib/model-source.ts';
import { inLine } from '../../lib/shapeless.ts';
import type { Saved } from './saved.ts';
import { lineText, shortText, WHOLE } from './saved-tokens.ts';
import { cleanTitle, firstWords } from './title.ts';

const ENTRY_VERSION = 1;
const MOST_WORDS = 160;

export interface DocumentEntry {
  readonly title: string;
  readonly words: string;
  readonly created: number;
  readonly changed: number;
  readonly tokens: number;
  readonly branches: number;
  readonly model: string;
  /** Another one with every write: who writes says which one it knew. */
  readonly stamp: string;
}

export const documentKey = (id: string): string => `document:${id}`;
export const entryKey = (id: string): string => `entry:${id}`;

/** Of the records of documents the ids. */
export function idOfKey(key: string, prefix: 'document:' | 'entry:'): string | null {
  return key.startsWith(prefix) ? key.slice(prefix.length) : null;
}

export function entryOf(
  saved: Pick<Saved, 'title' | 'created' | 'text' | 'source'> & {
    readonly tokens: readonly unknown[];
    readonly set: { readonly branches: readonly unknown[] } | null;
  },
  changed: number,
  stamp: string,
): DocumentEntry {
  const { title, created, text, tokens, set, source } = saved;
  return {
    title,
    words: firstWords(text, MOST_WORDS),
    created,
    changed,
    tokens: tokens.length,
    branches: set?.branches.length ?? 1,
    model: source === null ? '' : sourceName(source),
    stamp,
  };
}

export function writeEntry(entry: DocumentEntry): unknown {
  return { ...entry, version: ENTRY_VERSION };
}

const STORED = v.object({
  version: v.literal(ENTRY_VERSION),
  title: v.pipe(v.string(), v.transform(cleanTitle)),
  words: v.pipe(shortText(MOST_WORDS + 1), v.transform(inLine)),
  created: v.fallback(WHOLE, 0),
  changed: v.fallback(WHOLE, 0),
  tokens: v.fallback(WHOLE, 0),
  branches: v.fallback(WHOLE, 1),
  model: v.fallback(lineText(300), ''),
  stamp: v.string(),
});

/** Null for what is damaged or newer. Never throws. */
export function readEntry(value: unknown): DocumentEntry | null {
  try {
    const stored = v.safeParse(STORED, value);
    if (!stored.success) return null;
    const { version: _, ...entry } = stored.output;
    return entry;
  } catch {
    return null;
  }
}
