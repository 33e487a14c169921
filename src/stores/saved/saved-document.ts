// Saved ids become tokens of today's tokenizer again, where they are of its vocabulary and spell the kept text.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { mapTokens } from '../document/branches.ts';
import { wholeText, withoutNumbers } from '../document/change.ts';
import type { Branch, BranchSet, DocumentToken } from '../document/types.ts';
import type { Saved } from './saved.ts';
import type { SavedToken } from './saved-tokens.ts';

export interface SavedDocument {
  readonly tokens: readonly DocumentToken[];
  readonly set: Pick<BranchSet, 'branches' | 'branch'> | undefined;
}

/** Null where the ids are of another tokenizer and there is one branch: then the text alone comes back. */
export function savedDocument(
  saved: Pick<Saved, 'text' | 'tokens' | 'set' | 'fingerprint'>,
  tokenizer: Tokenizer,
  sameModel: boolean,
): SavedDocument | null {
  if (saved.tokens.length === 0) return null;
  if (saved.fingerprint !== tokenizer.fingerprint) return inOtherWords(saved.set, tokenizer);
  const sound = (tokens: readonly SavedToken[]): boolean => tokens.every(token => token.id < tokenizer.vocabSize);
  if (!sound(saved.tokens)) return null;
  const shown = tokenizer.showing(idsOf(saved.tokens), saved.text);
  if (shown === null) return null;
  // Branches that begin alike share their tokens, kept and made.
  const made = new Map<SavedToken, DocumentToken>();
  const tokenOf = (token: SavedToken, bytes = tokenizer.bytes(token.id)): DocumentToken => {
    const known = made.get(token);
    if (known !== undefined) return known;
    const whole = { ...token, bytes, special: tokenizer.isSpecial(token.id) };
    const fresh = sameModel ? whole : withoutNumbers(whole);
    made.set(token, fresh);
    return fresh;
  };
  const tokens = saved.tokens.map((token, i) => tokenOf(token, shown[i]));
  const restored = (list: readonly SavedToken[]): DocumentToken[] => {
    const spelled = tokenizer.spelling(idsOf(list));
    return list.map((token, i) => tokenOf(token, spelled[i]));
  };
  const { set } = saved;
  if (set === null || !set.branches.every(branch => sound(branch.tokens))) return { tokens, set: undefined };
  const branches = set.branches.map(({ text: _, ...branch }) => ({
    ...branch,
    tokens: branch.id === set.branch ? tokens : restored(branch.tokens),
  }));
  return { tokens, set: { branches, branch: set.branch } };
}

/** All branches by their texts, as typed tokens of another vocabulary. */
function inOtherWords(set: Saved['set'], tokenizer: Tokenizer): SavedDocument | null {
  if (set === null || set.branches.length === 1) return null;
  const branches: Branch[] = [];
  for (const { id, name, began, text } of set.branches) {
    if (text === null) return null;
    branches.push({ id, name, began, tokens: wholeText(tokenizer, text) });
  }
  const shared = mapTokens(branches, tokens => tokens);
  const active = shared.find(({ id }) => id === set.branch);
  return active === undefined ? null : { tokens: active.tokens, set: { branches: shared, branch: set.branch } };
}

function idsOf(tokens: readonly SavedToken[]): number[] {
  return tokens.map(({ id }) => id);
}
