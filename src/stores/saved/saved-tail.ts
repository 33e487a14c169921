// The end of a long document as a record of its own: what is new since the whole was written, so that a run of 100,000 tokens writes what it added.
import * as v from 'valibot';
import { sameTokens } from '../document/branches.ts';
import type { ToSave } from './saved.ts';
import { readTokens, type SavedToken, WHOLE, writeTokens } from './saved-tokens.ts';

/** Another number: written by another version, and not read. */
const TAIL_VERSION = 1;
/** Tokens from which on a document is written by its end; a shorter one is written whole in no time. */
export const LONG_DOCUMENT = 4096;
/** Tokens, and thousands of characters, of an end; with more of them the whole is written anew. */
export const MOST_TAIL = 2048;
const MOST_TAIL_TEXT = 64_000;

export const tailKey = (id: string): string => `tail:${id}`;

/** A whole record that ends may follow. */
export interface TailBase {
  /** In the record too: an end belongs to this one and no other. */
  readonly stamp: string;
  readonly saved: ToSave;
  /** Tokens, and UTF-16 units, that other branches share with the active one: an end begins behind them. */
  readonly shared: number;
  readonly sharedText: number;
}

const ENTRIES = v.object({
  branches: v.object({ entries: v.array(v.object({ like: WHOLE, shared: WHOLE, from: v.optional(WHOLE, 0) })) }),
});

/** @param record as it was written of `saved`, with this stamp */
export function tailBase(record: unknown, saved: ToSave, stamp: string): TailBase {
  const read = v.safeParse(ENTRIES, record);
  const [, ...others] = read.success ? read.output.branches.entries : [];
  const like = others.filter(entry => entry.like === 0);
  return {
    stamp,
    saved,
    shared: like.reduce((most, { shared }) => Math.max(most, shared), 0),
    sharedText: like.reduce((most, { from }) => Math.max(most, from), 0),
  };
}

/** What `now` is beside the record of `base`; null where more is new than its end, and for short documents. */
export function writeTail(base: TailBase, now: ToSave): unknown {
  const { saved } = base;
  if (now.tokens.length < LONG_DOCUMENT || now.fingerprint !== saved.fingerprint || !sameSet(saved.set, now.set))
    return null;
  const from = sameTokens(saved.tokens, now.tokens);
  if (from < base.shared || now.tokens.length - from > MOST_TAIL) return null;
  const textFrom = sharedText(saved.text, now.text);
  if (textFrom < base.sharedText || now.text.length - textFrom > MOST_TAIL_TEXT) return null;
  const { tokens, text, set: _, ...rest } = now;
  const columns = writeTokens(tokens.slice(from));
  return { version: TAIL_VERSION, on: base.stamp, from, textFrom, text: text.slice(textFrom), columns, rest };
}

/** Nothing but the tokens of the active branch has changed. */
function sameSet(a: ToSave['set'], b: ToSave['set']): boolean {
  if (a === null || b === null) return a === b;
  if (a.branch !== b.branch || a.branches.length !== b.branches.length) return false;
  return a.branches.every((one, i) => {
    const other = b.branches[i];
    if (other === undefined || one.id !== other.id || one.name !== other.name || one.began !== other.began)
      return false;
    if (one.id === a.branch || one.tokens === other.tokens) return true;
    return one.tokens.length === other.tokens.length && sameTokens(one.tokens, other.tokens) === one.tokens.length;
  });
}

/** UTF-16 units at the beginning; 0 where what differs lies far from the end. */
function sharedText(a: string, b: string): number {
  if (b.startsWith(a)) return a.length;
  const most = Math.min(a.length, b.length);
  let shared = Math.max(0, most - MOST_TAIL_TEXT);
  if (a.slice(0, shared) !== b.slice(0, shared)) return 0;
  while (shared < most && a.charCodeAt(shared) === b.charCodeAt(shared)) shared++;
  return shared;
}

const TAIL = v.object({
  version: v.literal(TAIL_VERSION),
  on: v.pipe(v.string(), v.minLength(1)),
  from: WHOLE,
  textFrom: WHOLE,
  text: v.string(),
  columns: v.unknown(),
  rest: v.looseObject({}),
});

const BASE = v.looseObject({ version: v.unknown(), stamp: v.string(), text: v.string() });

const ACTIVE_FIRST = v.looseObject({ entries: v.tupleWithRest([v.looseObject({})], v.unknown()) });

/** The whole record with its end; null where the end is of another record, damaged or not there. Never throws. */
export function joinTail(record: unknown, tail: unknown): unknown {
  if (tail === undefined) return null;
  try {
    const [base, end] = [v.safeParse(BASE, record), v.safeParse(TAIL, tail)];
    if (!base.success || !end.success || base.output.stamp !== end.output.on) return null;
    return joined(base.output, end.output);
  } catch {
    return null;
  }
}

function joined(base: v.InferOutput<typeof BASE>, end: v.InferOutput<typeof TAIL>): unknown {
  const before = readTokens(base);
  if (before.length < end.from || base.text.length < end.textFrom) return null;
  const tokens: readonly SavedToken[] = before.slice(0, end.from).concat(readTokens(end.columns));
  const branches = v.safeParse(ACTIVE_FIRST, base.branches);
  const [first, ...others] = branches.success ? branches.output.entries : [];
  return {
    ...base,
    ...end.rest,
    version: base.version,
    stamp: undefined,
    text: base.text.slice(0, end.textFrom) + end.text,
    told: undefined,
    toldOf: undefined,
    ...writeTokens(tokens),
    ...(branches.success
      ? { branches: { ...branches.output, entries: [{ ...first, shared: tokens.length }, ...others] } }
      : {}),
  };
}
