// The scoring of tokens that were not drawn: log-probability, rank and entropy, filled in tile by tile.
import type { Client } from '../client/client.ts';
import type { EventOf } from '../protocol/events.ts';
import type { DocumentToken, TokenStats } from './document-types.ts';
import { idsOf } from './sequence.ts';
import type { DocumentStore } from './stores-types.ts';

/** The numbers of a `scored` event, one entry a token. */
export function statsOf(event: EventOf<'scored'>): TokenStats[] {
  return Array.from(event.logprobs, (logprob, i) => ({
    logprob,
    rank: event.ranks[i] ?? 0,
    entropy: event.entropies[i] ?? 0,
    logZ: event.logZs[i] ?? 0,
  }));
}

/** Scores `tokens[from...]` up to the last one without numbers. Rejects with `cancelled` when other work comes first. */
export async function scoreMissing(
  client: Client,
  document: DocumentStore,
  tokens: readonly DocumentToken[],
  from: number,
  signal: AbortSignal,
): Promise<void> {
  const last = tokens.findLastIndex((token, i) => i > 0 && token.stats === undefined);
  const ids = idsOf(tokens.slice(0, last + 1));
  for await (const event of client.run({ type: 'score', tokens: ids, from: Math.max(1, from) }, signal)) {
    if (event.type === 'scored') document.getState().fillStats(ids, event.from, statsOf(event));
  }
}
