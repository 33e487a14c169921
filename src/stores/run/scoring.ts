// The scoring of tokens that were not drawn: log-probability, rank and entropy, filled in tile by tile.
import type { Client } from '../../client/client.ts';
import type { EventOf } from '../../protocol/events.ts';
import { idsOf } from '../document/sequence.ts';
import type { DocumentStore, DocumentToken, TokenStats } from '../document/types.ts';

/** The numbers of a `scored` event, one entry a token. */
function statsOf(event: EventOf<'scored'>): TokenStats[] {
  return Array.from(event.logprobs, (logprob, i) => ({
    logprob,
    rank: event.ranks[i] ?? 0,
    entropy: event.entropies[i] ?? 0,
    logZ: event.logZs[i] ?? 0,
  }));
}

/** The first token that could have numbers and has none; -1 when all have them. The first of a text has no prediction. */
export function firstMissing(tokens: readonly DocumentToken[]): number {
  return tokens.findIndex((token, i) => i > 0 && token.stats === undefined);
}

/**
 * Scores what is missing among the first `limit` tokens of the text as it stands, at most `most` positions of it. Gives the ids that are in
 * the model's cache then; null when nothing was missing. Rejects with `cancelled` when other work comes first.
 */
export async function scoreMissing(
  client: Client,
  document: DocumentStore,
  limit: number,
  signal: AbortSignal,
  most = Number.POSITIVE_INFINITY,
): Promise<Uint32Array | null> {
  const tokens = document.getState().tokens.slice(0, limit);
  const from = firstMissing(tokens);
  if (from < 0) return null;
  const last = tokens.findLastIndex(token => token.stats === undefined);
  const ids = idsOf(tokens.slice(0, Math.min(last + 1, from + most)));
  for await (const event of client.run({ type: 'score', tokens: ids, from }, signal)) {
    if (event.type === 'scored') document.getState().fillStats(ids, event.from, statsOf(event));
  }
  return ids;
}
