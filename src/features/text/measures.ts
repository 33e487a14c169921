// What the model thought of a whole text, as numbers. Pure; natural logarithms unless a name says bits.
import { distinctN } from '../../sampling/diversity.ts';
import type { DocumentToken } from '../../stores/document/types.ts';

/** Which tokens count: all of them, those typed by a person, or those drawn by the sampler. */
export const RANGES = ['all', 'typed', 'drawn'] as const;
export type Range = (typeof RANGES)[number];

/**
 * Over the scored tokens of a range. The first token of a text has no prediction and is never among them. All of the distribution before
 * sampling. NaN where there is nothing to divide by.
 */
export interface Measures {
  /** Tokens that count. */
  readonly scored: number;
  /** Tokens of the range that could have numbers and have none yet. */
  readonly missing: number;
  /** Sum of ln p. */
  readonly logprob: number;
  /** Mean of -ln p: perplexity a token is its exponential, bits a token its share of ln 2. */
  readonly nll: number;
  /** Bytes of the tokens that count, without special tokens, which are no text. */
  readonly bytes: number;
  /** Special tokens among those that count. */
  readonly specials: number;
  /** Sum of -log2 p over the tokens that are text, divided by their bytes. */
  readonly bitsPerByte: number;
  /** Tokens that were the likeliest at their place. */
  readonly first: number;
  /** Mean entropy of the distributions they were predicted by. */
  readonly entropy: number;
  /** Different pairs of neighbours of all of them, within the range; of tokens without numbers too. */
  readonly distinctPairs: number;
}

export function inRange(token: DocumentToken, range: Range): boolean {
  return range === 'all' || token.origin === range;
}

export function measure(tokens: readonly DocumentToken[], range: Range): Measures {
  let [scored, missing, logprob, bytes, specials, textLogprob, first, entropy] = [0, 0, 0, 0, 0, 0, 0, 0];
  tokens.forEach((token, position) => {
    if (position === 0 || !inRange(token, range)) return;
    const { stats } = token;
    if (stats === undefined) {
      missing += 1;
      return;
    }
    scored += 1;
    logprob += stats.logprob;
    entropy += stats.entropy;
    if (stats.rank === 1) first += 1;
    if (token.special) specials += 1;
    else {
      bytes += token.bytes.length;
      textLogprob += stats.logprob;
    }
  });
  return {
    scored,
    missing,
    logprob,
    nll: -logprob / scored,
    bytes,
    specials,
    bitsPerByte: bytes === 0 ? Number.NaN : -textLogprob / Math.LN2 / bytes,
    first,
    entropy: entropy / scored,
    distinctPairs: distinctN(stretches(tokens, range), 2),
  };
}

/** Ids of the tokens of a range, neighbours together. */
function stretches(tokens: readonly DocumentToken[], range: Range): number[][] {
  const found: number[][] = [];
  let within = false;
  for (const token of tokens) {
    if (inRange(token, range)) {
      if (!within) found.push([]);
      found.at(-1)?.push(token.id);
    }
    within = inRange(token, range);
  }
  return found;
}
