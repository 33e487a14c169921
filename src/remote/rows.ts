// What a server says of a place, as a row: log-probabilities of the candidates it shows, and minus infinity for all that it does not.
import type { ScoredEvent } from '../protocol/events.ts';
import type { Said, Weighed } from './formats.ts';
import type { ServerVocabulary } from './vocabulary.ts';

/** A row in which only some are known. */
export interface PartialRow {
  readonly logits: Float32Array<ArrayBuffer>;
  /** Mass of all that is not shown: 1 minus what is. */
  readonly outside: number;
}

export function rowOf({ top }: Said, vocabulary: ServerVocabulary): PartialRow {
  const ids = top.map(({ piece }) => vocabulary.idOf(piece));
  const logits = new Float32Array(ids.reduce((most, id) => Math.max(most, id), 0) + 1).fill(Number.NEGATIVE_INFINITY);
  for (const [i, { logprob }] of top.entries()) {
    const id = ids[i] ?? 0;
    logits[id] = Math.max(logits[id] ?? Number.NEGATIVE_INFINITY, logprob);
  }
  return { logits, outside: outsideOf(top) };
}

function outsideOf(top: readonly Weighed[]): number {
  return Math.max(0, 1 - top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0));
}

/** Nats; at least this much: all that is not shown counts as one token. */
export function leastEntropy(top: readonly Weighed[]): number {
  const outside = outsideOf(top);
  const shown = top.reduce((sum, { logprob }) => sum - Math.exp(logprob) * logprob, 0);
  return shown - (outside > 0 ? outside * Math.log(outside) : 0);
}

/** 1 is the likeliest; one more than are shown where it is none of them. */
function rankOf({ token, top }: Said): number {
  return token.rank ?? 1 + top.filter(({ logprob }) => logprob > token.logprob).length;
}

type Scores = Pick<ScoredEvent, 'logprobs' | 'ranks' | 'entropies' | 'logZs'>;

/**
 * Scores of the document's tokens `[from, to)`, where those of the server end at the same bytes: a token of the document that is several of the server's has the product of
 * their probabilities. It ends at the first that has no counterpart.
 */
export function scoresOf(
  said: readonly (Said | null)[],
  lengths: readonly number[],
  tokens: readonly Uint8Array[],
  from: number,
): Scores {
  const found: { logprob: number; rank: number; entropy: number }[] = [];
  let [at, end, byte] = [0, 0, 0];
  for (const [index, { length }] of tokens.entries()) {
    byte += length;
    let [logprob, rank, entropy, whole] = [0, 1, 0, true];
    let taken = 0;
    while (at < said.length && (end < byte || (length === 0 && taken === 0))) {
      const each = said[at];
      end += lengths[at] ?? 0;
      at += 1;
      taken += 1;
      if (each === null || each === undefined) whole = false;
      else {
        logprob += each.token.logprob;
        rank = Math.max(rank, rankOf(each));
        entropy += leastEntropy(each.top);
      }
    }
    if (end !== byte || taken === 0) break;
    if (index < from) continue;
    if (!whole || logprob === Number.NEGATIVE_INFINITY) break;
    found.push({ logprob, rank, entropy });
  }
  return {
    logprobs: Float32Array.from(found, each => each.logprob),
    ranks: Uint32Array.from(found, each => each.rank),
    entropies: Float32Array.from(found, each => each.entropy),
    logZs: new Float32Array(found.length),
  };
}
