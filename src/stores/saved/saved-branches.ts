// The branches beside the active one as a reload keeps them: each names the branch whose beginning it shares, and only its own tokens follow.
import * as v from 'valibot';
import { cleanName, MOST_BRANCHES, sameToken, sameTokens } from '../document/branches.ts';
import { noteSpelled, spelledText } from '../document/spelled.ts';
import type { Branch, BranchSet, DocumentToken } from '../document/types.ts';
import { readTokens, type SavedToken, shortText, type TokenColumns, WHOLE, writeTokens } from './saved-tokens.ts';

interface SavedBranch {
  readonly id: number;
  readonly name: string;
  readonly began: number;
  readonly tokens: readonly SavedToken[];
  /** What another vocabulary makes its tokens of; null in what was written before it was kept. */
  readonly text: string | null;
}

export interface SavedBranches {
  /** The active one among them; its tokens are those of the document. */
  readonly branches: readonly SavedBranch[];
  readonly branch: number;
}

interface Entry {
  readonly id: number;
  readonly name: string;
  readonly began: number;
  /** Which earlier entry it shares its first `shared` tokens with; entry 0 is the active branch. */
  readonly like: number;
  readonly shared: number;
  /** Tokens of its own, in the columns that all entries share, one entry after the other. */
  readonly own: number;
  /** UTF-16 units of its text that are those of `like`, and the rest of it. Absent in what was written before texts were kept. */
  readonly from?: number | undefined;
  readonly tail?: string | undefined;
}

export interface StoredBranches {
  readonly entries: readonly Entry[];
  /** Place of the active one among the others. */
  readonly at: number;
  readonly columns: TokenColumns;
}

/** Tokens of all branches together, or characters, shared ones counted each time: more is not brought back. */
const MOST_TOGETHER = 16_000_000;

/**
 * Null for a single branch without a name: there is nothing to keep beside its tokens.
 * @param text of the active one
 */
export function writeBranches(
  { branches, branch: active }: Pick<BranchSet, 'branches' | 'branch'>,
  text: string,
): StoredBranches | null {
  const at = branches.findIndex(({ id }) => id === active);
  const first = branches[at];
  if (first === undefined || (branches.length === 1 && first.name === '')) return null;
  noteSpelled(first.tokens, text);
  const listed: Branch[] = [];
  const entries: Entry[] = [];
  const own: DocumentToken[] = [];
  for (const branch of [first, ...branches.filter(each => each !== first)]) {
    const { id, name, began, tokens } = branch;
    const { like, shared } = listed.length === 0 ? { like: 0, shared: tokens.length } : nearest(tokens, listed);
    for (const token of tokens.slice(shared)) own.push(token);
    const ending = listed.length === 0 ? {} : tailOf(spelledText(listed[like]?.tokens ?? []), spelledText(tokens));
    entries.push({ id, name, began, like, shared, own: tokens.length - shared, ...ending });
    listed.push(branch);
  }
  return { entries, at, columns: writeTokens(own) };
}

/** UTF-16 units that are compared at a time. */
const BLOCK = 4096;

function tailOf(like: string, text: string): { from: number; tail: string } {
  let from = 0;
  const most = Math.min(like.length, text.length);
  // Long texts are compared by blocks, which is as fast as memory.
  while (from + BLOCK <= most && text.slice(from, from + BLOCK) === like.slice(from, from + BLOCK)) from += BLOCK;
  while (from < text.length && text.charCodeAt(from) === like.charCodeAt(from)) from++;
  return { from, tail: text.slice(from) };
}

function nearest(tokens: readonly DocumentToken[], listed: readonly Branch[]): { like: number; shared: number } {
  let [like, shared] = [0, 0];
  for (const [i, other] of listed.entries()) {
    // To share more, it has to share what comes next.
    if (shared > 0 && (shared === tokens.length || !sameToken(tokens[shared], other.tokens[shared]))) continue;
    const length = sameTokens(tokens, other.tokens);
    if (length > shared) [like, shared] = [i, length];
  }
  return { like, shared };
}

function branchText({ from, tail }: Entry, like: string | null): string | null {
  if (from === undefined || tail === undefined || like === null || from > like.length) return null;
  return like.slice(0, from) + tail;
}

/** Ids grow by one with each branch. */
const MOST_ID = 2 ** 40;

const ENTRY = v.object({
  id: v.pipe(WHOLE, v.minValue(1), v.maxValue(MOST_ID)),
  name: v.pipe(shortText(1000), v.transform(cleanName)),
  began: WHOLE,
  like: WHOLE,
  shared: WHOLE,
  own: WHOLE,
  from: v.optional(WHOLE),
  tail: v.optional(v.string()),
});

const STORED = v.object({
  entries: v.pipe(v.array(v.unknown()), v.minLength(1), v.maxLength(MOST_BRANCHES), v.array(ENTRY)),
  at: v.fallback(WHOLE, MOST_BRANCHES),
  columns: v.unknown(),
});

/**
 * The branches of the store, where every part of them is sound; else null, and the text alone is brought back.
 * @param active tokens of the document, whose text is `text`
 */
export function readBranches(value: unknown, active: readonly SavedToken[], text: string): SavedBranches | null {
  const stored = v.safeParse(STORED, value);
  if (!stored.success || active.length === 0) return null;
  const { entries, at, columns } = stored.output;
  const own = readTokens(columns);
  const read: SavedBranch[] = [];
  let [next, together, characters] = [0, 0, 0];
  for (const entry of entries) {
    if (read.some(({ id }) => id === entry.id)) return null;
    const source = read.length === 0 ? active : read[entry.like]?.tokens;
    if (source === undefined || entry.shared > source.length || next + entry.own > own.length) return null;
    if (read.length === 0 && (entry.shared !== active.length || entry.own !== 0)) return null;
    together += entry.shared + entry.own;
    if (together > MOST_TOGETHER) return null;
    const tokens = [...source.slice(0, entry.shared), ...own.slice(next, next + entry.own)];
    next += entry.own;
    const spells = read.length === 0 ? text : branchText(entry, read[entry.like]?.text ?? null);
    characters += spells?.length ?? 0;
    const known = characters > MOST_TOGETHER ? null : spells;
    read.push({ id: entry.id, name: entry.name, began: entry.began, tokens, text: known });
  }
  const [first, ...others] = read;
  if (first === undefined || next !== own.length) return null;
  return { branches: others.toSpliced(Math.min(at, others.length), 0, first), branch: first.id };
}
