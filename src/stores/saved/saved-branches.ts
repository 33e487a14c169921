// The branches beside the active one as a reload keeps them: each names the branch whose beginning it shares, and only its own tokens follow.
import * as v from 'valibot';
import { cleanName, MOST_BRANCHES, sameToken } from '../document/branches.ts';
import type { Branch, BranchSet, DocumentToken } from '../document/types.ts';
import { readTokens, type SavedToken, shortText, type TokenColumns, WHOLE, writeTokens } from './saved-tokens.ts';

interface SavedBranch {
  readonly id: number;
  readonly name: string;
  readonly began: number;
  readonly tokens: readonly SavedToken[];
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
}

export interface StoredBranches {
  readonly entries: readonly Entry[];
  /** Place of the active one among the others. */
  readonly at: number;
  readonly columns: TokenColumns;
}

/** Tokens of all branches together, shared ones counted each time: more is not brought back. */
const MOST_TOGETHER = 4_000_000;

/** Null for a single branch without a name: there is nothing to keep beside its tokens. */
export function writeBranches({
  branches,
  branch: active,
}: Pick<BranchSet, 'branches' | 'branch'>): StoredBranches | null {
  const at = branches.findIndex(({ id }) => id === active);
  const first = branches[at];
  if (first === undefined || (branches.length === 1 && first.name === '')) return null;
  const listed: Branch[] = [];
  const entries: Entry[] = [];
  const own: DocumentToken[] = [];
  for (const branch of [first, ...branches.filter(each => each !== first)]) {
    const { id, name, began, tokens } = branch;
    const { like, shared } = listed.length === 0 ? { like: 0, shared: tokens.length } : nearest(tokens, listed);
    for (const token of tokens.slice(shared)) own.push(token);
    entries.push({ id, name, began, like, shared, own: tokens.length - shared });
    listed.push(branch);
  }
  return { entries, at, columns: writeTokens(own) };
}

function nearest(tokens: readonly DocumentToken[], listed: readonly Branch[]): { like: number; shared: number } {
  let [like, shared] = [0, 0];
  for (const [i, other] of listed.entries()) {
    let length = 0;
    while (length < tokens.length && sameToken(tokens[length], other.tokens[length])) length++;
    if (length > shared) [like, shared] = [i, length];
  }
  return { like, shared };
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
});

const STORED = v.object({
  entries: v.pipe(v.array(v.unknown()), v.minLength(1), v.maxLength(MOST_BRANCHES), v.array(ENTRY)),
  at: v.fallback(WHOLE, MOST_BRANCHES),
  columns: v.unknown(),
});

/**
 * The branches of the store, where every part of them is sound; else null, and the text alone is brought back.
 * @param active tokens of the document
 */
export function readBranches(value: unknown, active: readonly SavedToken[]): SavedBranches | null {
  const stored = v.safeParse(STORED, value);
  if (!stored.success || active.length === 0) return null;
  const { entries, at, columns } = stored.output;
  const own = readTokens(columns);
  const read: SavedBranch[] = [];
  let [next, together] = [0, 0];
  for (const entry of entries) {
    if (read.some(({ id }) => id === entry.id)) return null;
    const source = read.length === 0 ? active : read[entry.like]?.tokens;
    if (source === undefined || entry.shared > source.length || next + entry.own > own.length) return null;
    if (read.length === 0 && (entry.shared !== active.length || entry.own !== 0)) return null;
    together += entry.shared + entry.own;
    if (together > MOST_TOGETHER) return null;
    const tokens = [...source.slice(0, entry.shared), ...own.slice(next, next + entry.own)];
    next += entry.own;
    read.push({ id: entry.id, name: entry.name, began: entry.began, tokens });
  }
  const [first, ...others] = read;
  if (first === undefined || next !== own.length) return null;
  return { branches: others.toSpliced(Math.min(at, others.length), 0, first), branch: first.id };
}
