// The choice of one of several answers, as a pure change of the set of branches.
import { leads, settled, shareTokens } from './branches.ts';
import type { Birth, Branch, BranchSet, DocumentToken } from './types.ts';

/**
 * Texts that all begin with `base`, the one that is `taken` as the active branch, the others beside it. A branch that is no more than `base` goes on with the
 * taken one. Null where there is no such text.
 */
export function answered(
  set: BranchSet,
  base: readonly DocumentToken[],
  added: readonly (readonly DocumentToken[])[],
  taken: number,
  birth: () => Birth,
): BranchSet | null {
  const best = added[taken];
  if (best === undefined) return null;
  const begin = shareTokens(base, set.branches);
  const whole = begin.concat(best);
  const [active, ...others] = [...set.branches].sort(
    (a, b) => Number(b.id === set.branch) - Number(a.id === set.branch),
  );
  const from = [active, ...others].find(each => each?.tokens.length === base.length && leads(base, each.tokens));
  const made: Branch = from ? { ...from, tokens: whole } : { ...birth(), name: '', tokens: whole };
  const kept = set.branches.filter(each => each !== from);
  let now = settled({ ...set, branches: [...kept, made], branch: made.id });
  for (const [i, tokens] of added.entries()) {
    if (i === taken) continue;
    const branch = { ...birth(), name: '', tokens: begin.concat(tokens) };
    const { forgotten } = now;
    now = settled({ ...now, branches: [...now.branches, branch] });
    now = { ...now, forgotten: now.forgotten ?? forgotten };
  }
  return now;
}
