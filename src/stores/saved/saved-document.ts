// Saved ids become tokens of today's tokenizer again, where they are of its vocabulary and spell the kept text.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { withoutNumbers } from '../document/change.ts';
import type { BranchSet, DocumentToken } from '../document/types.ts';
import type { Saved } from './saved.ts';
import type { SavedToken } from './saved-tokens.ts';

export interface SavedDocument {
  readonly tokens: readonly DocumentToken[];
  readonly set: Pick<BranchSet, 'branches' | 'branch'> | undefined;
}

/** Null where the ids are of another tokenizer: then the text alone comes back. */
export function savedDocument(
  saved: Pick<Saved, 'text' | 'tokens' | 'set' | 'fingerprint'>,
  tokenizer: Tokenizer,
  sameModel: boolean,
): SavedDocument | null {
  if (saved.tokens.length === 0 || saved.fingerprint !== tokenizer.fingerprint) return null;
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
  const branches = set.branches.map(branch => ({
    ...branch,
    tokens: branch.id === set.branch ? tokens : restored(branch.tokens),
  }));
  return { tokens, set: { branches, branch: set.branch } };
}

function idsOf(tokens: readonly SavedToken[]): number[] {
  return tokens.map(({ id }) => id);
}
