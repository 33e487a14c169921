// The record of a document, and its careful reading: an old, damaged or hostile value gives defaults, never an error.
import * as v from 'valibot';
import type { ModelSource } from '../../lib/model-source.ts';
import { clampSettings, type GenerationSettings } from '../../sampling/settings.ts';
import type { BranchSet, DocumentToken, Selection } from '../document/types.ts';
import { MOST_PINS, type SavedPins } from '../run/pins-types.ts';
import { MOST_TEXT } from './documents.ts';
import { readBranches, type SavedBranches, type StoredBranches, writeBranches } from './saved-branches.ts';
import { SOURCE } from './saved-source.ts';
import {
  lineText,
  readTokens,
  type SavedToken,
  shortText,
  type TokenColumns,
  WHOLE,
  writeTokens,
} from './saved-tokens.ts';
import { cleanTitle } from './title.ts';

/** Another number: the value was written by another version and is not read. */
export const SAVED_VERSION = 1;

export interface Saved {
  /** As a person named it; '' until then. */
  readonly title: string;
  /** Milliseconds since 1970; 0 where nobody knows. */
  readonly created: number;
  readonly text: string;
  /** The text that tokens and branches are of; null where that is `text`, which a person has changed before their model was there. */
  readonly tokensOf: string | null;
  /** Empty when there was no tokenizer. */
  readonly tokens: readonly SavedToken[];
  /** All branches with the active one; null where there is only one, without a name. */
  readonly set: SavedBranches | null;
  /** Of the tokenizer the ids belong to. */
  readonly fingerprint: string;
  /** Of the model that the numbers are of: its digest. */
  readonly model: string;
  readonly selection: Selection;
  readonly settings: GenerationSettings;
  readonly seed: string;
  readonly lastSeed: number | null;
  readonly pins: SavedPins;
  /** Of the model in use; null where there was none. */
  readonly source: ModelSource | null;
}

/** As it lies in the store. */
interface Stored extends Omit<Saved, 'tokens' | 'set'>, TokenColumns {
  readonly version: number;
  /** Absent in what was written before there were branches. */
  readonly branches?: StoredBranches;
}

interface KeptTokens extends Pick<Saved, 'tokens' | 'set'> {
  /** As it lies in the store. */
  readonly record: unknown;
}

/** What is to be kept, with whole tokens. */
export interface ToSave extends Omit<Saved, 'tokens' | 'set'> {
  readonly tokens: readonly DocumentToken[];
  /** Null while there is no tokenizer. */
  readonly set: Pick<BranchSet, 'branches' | 'branch'> | null;
  /** Tokens and branches stay as they lie in their record, since there is no tokenizer that they are of. Null where there is. */
  readonly kept: KeptTokens | null;
}

/** The value for the store. */
export function writeSaved(saved: ToSave): unknown {
  const { tokens, set, kept, ...others } = saved;
  if (kept !== null) return { ...Object(kept.record), ...others, version: SAVED_VERSION };
  const branches = set === null ? null : writeBranches(set, others.text);
  const stored: Stored = {
    ...others,
    version: SAVED_VERSION,
    ...writeTokens(tokens),
    ...(branches === null ? {} : { branches }),
  };
  return stored;
}

const SELECTION = v.pipe(
  v.object({ start: WHOLE, end: WHOLE, focus: v.fallback(v.picklist(['start', 'end']), 'end') }),
  v.check(({ start, end }) => start <= end),
);

const ID = v.pipe(WHOLE, v.maxValue(2 ** 32 - 1));

/** Ids of a vocabulary, each once; whether it is today's is seen when the tokenizer is there. */
const PINS = v.object({
  ids: v.pipe(
    v.array(v.unknown()),
    v.transform(ids => [...new Set(ids.slice(0, MOST_PINS).filter(id => v.is(ID, id)))]),
  ),
  fingerprint: shortText(64),
});

/** Of a part that is not sound the page's own is taken. Tokens and branches have readers of their own: they hold together or not at all. */
const STORED = v.object({
  version: v.literal(SAVED_VERSION),
  title: v.fallback(v.pipe(v.string(), v.transform(cleanTitle)), ''),
  created: v.fallback(WHOLE, 0),
  text: v.pipe(v.string(), v.maxLength(MOST_TEXT)),
  // Absent in what was written before it was kept.
  tokensOf: v.fallback(v.optional(v.nullable(v.pipe(v.string(), v.maxLength(MOST_TEXT))), null), null),
  fingerprint: v.fallback(shortText(64), ''),
  model: v.fallback(lineText(300), ''),
  selection: v.fallback(v.nullable(SELECTION), null),
  settings: v.optional(v.unknown()),
  seed: v.fallback(v.pipe(v.string(), v.regex(/^\d{1,16}$/)), ''),
  lastSeed: v.fallback(v.nullable(WHOLE), null),
  pins: v.fallback(PINS, { ids: [], fingerprint: '' }),
  source: v.fallback(v.nullable(SOURCE), null),
  branches: v.optional(v.unknown()),
});

/** The value of the store; null when there is nothing to bring back. Never throws. */
export function readSaved(value: unknown): Saved | null {
  try {
    return read(value);
  } catch {
    return null;
  }
}

function read(value: unknown): Saved | null {
  const stored = v.safeParse(STORED, value);
  if (!stored.success) return null;
  const { version: _, branches, selection, settings, ...others } = stored.output;
  const tokens = readTokens(value);
  const { length } = others.text;
  return {
    ...others,
    tokens,
    set: readBranches(branches, tokens, others.tokensOf ?? others.text),
    selection: selection !== null && selection.end <= length ? selection : { start: length, end: length, focus: 'end' },
    settings: clampSettings(settings),
  };
}
