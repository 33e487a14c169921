// Tokens that stand already, each with what the model thinks of it: its numbers and the likeliest candidates at its place.
import type { Client } from '../../client/client.ts';
import { row } from '../../client/requests.ts';
import { rowStatistics, topOf } from '../../sampling/row.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import type { DocumentToken } from '../../stores/document/types.ts';

/** As many as come with a drawn token. */
const CANDIDATES = 25;

/** `onChange` hears of all tokens after each row that has come. `base` has one token at least. Throws as a row does. */
export async function rowsOfTokens(
  client: Client,
  { base, tokens }: { readonly base: readonly DocumentToken[]; readonly tokens: readonly DocumentToken[] },
  signal: AbortSignal,
  onChange: (tokens: readonly DocumentToken[]) => void,
): Promise<void> {
  const ids = idsOf(base.concat(tokens));
  const measured = tokens.slice();
  onChange(measured);
  for (const [i, token] of tokens.entries()) {
    const { logits, outside } = await row(client, ids.subarray(0, base.length + i), base.length + i - 1, signal);
    const { logit, rank, entropy, ...sum } = rowStatistics(logits, token.id);
    // Of a server log-probabilities of what it shows: their sum over all is 1, and what it does not show has no number.
    const logZ = outside === undefined ? sum.logZ : 0;
    const shown = logit > Number.NEGATIVE_INFINITY;
    const stats = { logprob: logit - logZ, rank, entropy, logZ };
    const known =
      outside === undefined ? CANDIDATES : logits.reduce((n, each) => n + Number(each > Number.NEGATIVE_INFINITY), 0);
    measured[i] = { ...token, top: topOf(logits, Math.min(CANDIDATES, known)), ...(shown ? { stats } : {}) };
    onChange(measured.slice());
  }
}
