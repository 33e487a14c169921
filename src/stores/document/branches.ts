// Pure changes of the set of branches: fork, switch, rename, remove, and what keeps the set small and free of duplicates.
import { mostOf } from '../../lib/most.ts';
import { oneLine } from '../../lib/shapeless.ts';
import type { Birth, Branch, BranchSet, DocumentToken, TokenStats } from './types.ts';

/** Branches kept; past it the oldest one without a name goes. */
export const MOST_BRANCHES = 64;
/** Characters of a name. */
export const MOST_NAME = 60;

/** The name a person gave, or the number. */
export function labelOf({ id, name }: Pick<Branch, 'id' | 'name'>): string {
  return name === '' ? `Branch ${id}` : name;
}

export function branchOf(set: BranchSet, id: number): Branch | undefined {
  return set.branches.find(branch => branch.id === id);
}

/** How many leading ids two sequences of tokens share. */
export function sharedTokens(a: readonly DocumentToken[], b: readonly DocumentToken[]): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && (a[shared] === b[shared] || a[shared]?.id === b[shared]?.id)) shared++;
  return shared;
}

/** All ids of `head` lead `whole`. Compared from the end: branches that part do so before it. */
export function leads(head: readonly DocumentToken[], whole: readonly DocumentToken[]): boolean {
  if (head.length > whole.length) return false;
  for (let i = head.length - 1; i >= 0; i--) if (head[i] !== whole[i] && head[i]?.id !== whole[i]?.id) return false;
  return true;
}

/** Branch `id` with these tokens. */
export function withTokens(
  branches: readonly Branch[],
  id: number,
  tokens: readonly DocumentToken[],
): readonly Branch[] {
  if (branches.find(branch => branch.id === id)?.tokens === tokens) return branches;
  return branches.map(branch => (branch.id === id ? { ...branch, tokens } : branch));
}

/**
 * Token `index` and all behind it of `source` give way to `added`, on a branch of its own; the other branch stays as it is. At the end of `source`
 * nothing is lost, so `source` itself goes on. What comes of it is the active branch. Null: no such branch or place.
 */
export function forked(
  set: BranchSet,
  source: number,
  index: number,
  added: readonly DocumentToken[],
  birth: () => Birth,
): BranchSet | null {
  const from = branchOf(set, source);
  if (from === undefined || index < 0 || index > from.tokens.length) return null;
  const tokens = from.tokens.slice(0, index).concat(added);
  if (index === from.tokens.length) {
    return settled({ ...set, branches: withTokens(set.branches, source, tokens), branch: source });
  }
  const made = { ...birth(), name: '', tokens };
  return settled({ ...set, branches: [...set.branches, made], branch: made.id });
}

/** Token `index` and all behind it of the active branch give way to `added`: on a branch of its own where `aside`, else in place. */
export function rewritten(
  set: BranchSet,
  index: number,
  added: readonly DocumentToken[],
  aside: boolean,
  birth: () => Birth,
): BranchSet | null {
  const from = branchOf(set, set.branch);
  if (from === undefined || aside) return forked(set, set.branch, index, added, birth);
  const tokens = from.tokens.slice(0, index).concat(added);
  return settled({ ...set, branches: withTokens(set.branches, set.branch, tokens) });
}

/** Null where it is the active one already, or none. */
export function switched(set: BranchSet, id: number): BranchSet | null {
  if (id === set.branch || branchOf(set, id) === undefined) return null;
  return settled({ ...set, branch: id });
}

export function renamed(set: BranchSet, id: number, name: string): BranchSet | null {
  const clean = cleanName(name);
  const found = branchOf(set, id);
  if (found === undefined || found.name === clean) return null;
  return { ...set, branches: set.branches.map(branch => (branch === found ? { ...branch, name: clean } : branch)) };
}

/** One line, without spaces around it, at most MOST_NAME characters. */
export function cleanName(name: string): string {
  return oneLine(name, MOST_NAME);
}

/** Without branch `id`; from the active one the page goes to the branch that shares most with it. Null where it is the only one. */
export function removed(set: BranchSet, id: number): BranchSet | null {
  const gone = branchOf(set, id);
  const branches = set.branches.filter(branch => branch !== gone);
  if (gone === undefined || branches.length === 0) return null;
  if (id !== set.branch) return { ...set, branches };
  const shared = branches.map(branch => sharedTokens(branch.tokens, gone.tokens));
  const nearest = branches[shared.lastIndexOf(mostOf(shared))];
  return nearest === undefined ? null : settled({ ...set, branches, branch: nearest.id });
}

/** Branches that say something of their own: the active one, those with a name, and those that do not lead another one. */
export function distinct({ branches, branch: active }: Pick<BranchSet, 'branches' | 'branch'>): readonly Branch[] {
  const own = branches.filter(
    (branch, i) =>
      branch.id === active ||
      branch.name !== '' ||
      // Of two that are equal the later one stays, unless the earlier one is active or has a name.
      !branches.some(
        (other, k) =>
          other !== branch &&
          leads(branch.tokens, other.tokens) &&
          (other.tokens.length > branch.tokens.length || k > i || other.id === active || other.name !== ''),
      ),
  );
  return own.length === branches.length ? branches : own;
}

/** Without duplicates, and with at most MOST_BRANCHES. */
export function settled(set: BranchSet): BranchSet {
  const branches = distinct(set);
  if (branches.length <= MOST_BRANCHES) return { branches, branch: set.branch, forgotten: null };
  const others = branches.filter(branch => branch.id !== set.branch);
  const oldest = others.find(branch => branch.name === '') ?? others[0];
  return {
    branches: branches.filter(branch => branch !== oldest),
    branch: set.branch,
    forgotten: oldest === undefined ? null : labelOf(oldest),
  };
}

/** Every branch with other tokens: what another model or vocabulary makes of them. Tokens that branches share stay shared. */
export function mapTokens(
  branches: readonly Branch[],
  change: (tokens: readonly DocumentToken[]) => readonly DocumentToken[],
): readonly Branch[] {
  const made: Branch[] = [];
  for (const branch of branches) made.push({ ...branch, tokens: shareTokens(change(branch.tokens), made) });
  return made;
}

/** `tokens`, with the objects of the one of `branches` that begins like it: one object a token keeps memory small. */
export function shareTokens(tokens: readonly DocumentToken[], branches: readonly Branch[]): readonly DocumentToken[] {
  let best: readonly DocumentToken[] = [];
  let length = 0;
  for (const other of branches) {
    const shared = sameTokens(other.tokens, tokens);
    if (shared > length) [best, length] = [other.tokens, shared];
  }
  return length === 0 ? tokens : [...best.slice(0, length), ...tokens.slice(length)];
}

/** How many leading tokens are the same in all but their numbers. */
export function sameTokens(a: readonly DocumentToken[], b: readonly DocumentToken[]): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && sameToken(a[same], b[same])) same++;
  return same;
}

/** The same but for the numbers, which follow from the ids before. */
export function sameToken(a: DocumentToken | undefined, b: DocumentToken | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a === b) return true;
  const draws = a.draw === b.draw || (a.draw?.outdated === b.draw?.outdated && sameDraw(a, b));
  const told = a.told === b.told || (a.told?.command === b.told?.command && a.told?.at === b.told?.at);
  return a.id === b.id && a.origin === b.origin && draws && told;
}

function sameDraw({ draw: a }: DocumentToken, { draw: b }: DocumentToken): boolean {
  return (
    a?.seed === b?.seed &&
    a?.u === b?.u &&
    a?.pAfter === b?.pAfter &&
    a?.settings === b?.settings &&
    a?.at === b?.at &&
    a?.model?.digest === b?.model?.digest
  );
}

/**
 * Numbers that have come for the leading tokens of one branch hold wherever the same ids lead another.
 * @param tokens of branch `id`, with their numbers
 */
export function spreadStats(
  branches: readonly Branch[],
  id: number,
  tokens: readonly DocumentToken[],
): readonly Branch[] {
  return withTokens(branches, id, tokens).map(branch => {
    if (branch.id === id) return branch;
    const shared = sharedTokens(tokens, branch.tokens);
    const missing = (i: number): boolean => branch.tokens[i]?.stats === undefined && tokens[i]?.stats !== undefined;
    let filled: DocumentToken[] | null = null;
    for (const [i, token] of branch.tokens.slice(0, shared).entries()) {
      if (!missing(i)) continue;
      filled ??= branch.tokens.slice();
      filled[i] = withStats(token, tokens[i]);
    }
    return filled === null ? branch : { ...branch, tokens: filled };
  });
}

/** The other token itself where it differs in numbers alone. */
function withStats(token: DocumentToken, known: DocumentToken | undefined): DocumentToken {
  const stats: TokenStats | undefined = known?.stats;
  if (known === undefined || stats === undefined) return token;
  return sameToken(token, known) && token.top === undefined ? known : { ...token, stats };
}
