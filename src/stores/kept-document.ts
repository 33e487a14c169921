// Kept ids become tokens of today's tokenizer again, where they are of its vocabulary and spell the kept text.
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { withoutNumbers } from './document-change.ts';
import type { BranchSet, DocumentToken } from './document-types.ts';
import type { Kept } from './kept.ts';
import type { KeptToken } from './kept-tokens.ts';

export interface KeptDocument {
  readonly tokens: readonly DocumentToken[];
  readonly set: Pick<BranchSet, 'branches' | 'branch'> | undefined;
}

/** Null where the ids are of another tokenizer: then the text alone comes back. */
export function keptDocument(kept: Kept, tokenizer: Tokenizer, sameModel: boolean): KeptDocument | null {
  if (kept.tokens.length === 0 || kept.fingerprint !== tokenizer.fingerprint) return null;
  const sound = (tokens: readonly KeptToken[]): boolean => tokens.every(token => token.id < tokenizer.vocabSize);
  if (!sound(kept.tokens) || tokenizer.decode(kept.tokens.map(token => token.id)) !== kept.text) return null;
  // Branches that begin alike share their tokens, kept and made.
  const made = new Map<KeptToken, DocumentToken>();
  const tokenOf = (token: KeptToken): DocumentToken => {
    const known = made.get(token);
    if (known !== undefined) return known;
    const whole = { ...token, bytes: tokenizer.bytes(token.id), special: tokenizer.isSpecial(token.id) };
    const fresh = sameModel ? whole : withoutNumbers(whole);
    made.set(token, fresh);
    return fresh;
  };
  const tokens = kept.tokens.map(tokenOf);
  const { set } = kept;
  if (set === null || !set.branches.every(branch => sound(branch.tokens))) return { tokens, set: undefined };
  const branches = set.branches.map(branch => ({
    ...branch,
    tokens: branch.id === set.branch ? tokens : branch.tokens.map(tokenOf),
  }));
  return { tokens, set: { branches, branch: set.branch } };
}
