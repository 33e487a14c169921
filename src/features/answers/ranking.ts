// Which answer comes first, and where the others part from it. Pure.
import { sharedTokens } from '../../stores/document/branches.ts';
import type { Answer, Rank } from './types.ts';

/** Nats; without a token there is none. */
export function scoreOf({ logprob, drawn }: Answer, rank: Rank): number {
  if (drawn === 0) return Number.NEGATIVE_INFINITY;
  return rank === 'total' ? logprob : logprob / drawn;
}

/** Numbers of the answers, the best first; of equal ones the earlier first. */
export function ranked(answers: readonly Answer[], rank: Rank): number[] {
  const scores = answers.map(answer => scoreOf(answer, rank));
  return [...answers.keys()].sort((a, b) => {
    const [left = 0, right = 0] = [scores[a], scores[b]];
    return left === right ? a - b : right - left;
  });
}

/**
 * By answer, its first token that is not that of `best`; for the best one itself the first that not all have. Null where there is none, as in one that is
 * the same or only shorter.
 */
export function firstDifferences(answers: readonly Answer[], best: number): (number | null)[] {
  const leader = answers[best];
  if (leader === undefined) return [];
  const shared = answers.map(({ tokens }) => sharedTokens(tokens, leader.tokens));
  return answers.map(({ tokens }, i) => {
    const others = shared.filter((_, other) => other !== best);
    const at = i === best ? others.reduce((least, each) => Math.min(least, each), tokens.length) : (shared[i] ?? 0);
    return at < tokens.length ? at : null;
  });
}
