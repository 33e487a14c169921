// Lines over the positions of a text: what the model thought of each token, and of pinned tokens at each place. Pure.
import type { DocumentToken, TokenStats } from '../../stores/document/types.ts';
import type { LogitsRow } from '../../stores/run/rows-types.ts';
import type { Tint } from '../../stores/view.ts';
import { inRange, type Range } from './measures.ts';
import type { TopPrediction } from './topPrediction.ts';

/** What the line of the text can show: the same as its tint. */
export type Quantity = Exclude<Tint, 'none'>;
export const QUANTITIES: readonly Quantity[] = ['probability', 'rank', 'surprisal', 'entropy'];

/** The quantity of a token; surprisal and entropy in bits. */
export function quantityOf(stats: TokenStats, quantity: Quantity): number {
  switch (quantity) {
    case 'probability':
      return Math.exp(stats.logprob);
    case 'rank':
      return stats.rank;
    case 'surprisal':
      return Math.max(0, -stats.logprob) / Math.LN2;
    case 'entropy':
      return stats.entropy / Math.LN2;
    default:
      return quantity satisfies never;
  }
}

/** One value a position and one for the place after the last token, which has none; NaN too where there are no numbers. [T + 1] */
export function textLine(tokens: readonly DocumentToken[], quantity: Quantity, range: Range): Float64Array {
  const line = new Float64Array(tokens.length + 1).fill(Number.NaN);
  tokens.forEach(({ stats }, position) => {
    const token = tokens[position];
    if (position > 0 && stats && token && inRange(token, range)) line[position] = quantityOf(stats, quantity);
  });
  return line;
}

/** The logit of an id at the place of a token: from the pinned rows, or from the candidates that came with its draw. */
function logitAt(id: number, token: DocumentToken, known: number | undefined): number {
  if (known !== undefined) return known;
  const at = token.top?.ids.indexOf(id) ?? -1;
  return token.top?.logits[at] ?? Number.NaN;
}

/**
 * The probability before sampling of a pinned id at every position and at the place after the last token. `logits`: entry t is of row t, which
 * predicts position t + 1; what turns a logit into a probability comes with the numbers of the token there, after the last one from the row `next`.
 * [T + 1], NaN where it is not known and at the first position, which has no prediction.
 */
export function pinLine(
  id: number,
  tokens: readonly DocumentToken[],
  logits: Float32Array | undefined,
  next: LogitsRow | null,
): Float64Array {
  const line = new Float64Array(tokens.length + 1).fill(Number.NaN);
  tokens.forEach((token, position) => {
    if (position === 0 || token.stats === undefined) return;
    line[position] = Math.exp(logitAt(id, token, logits?.[position - 1]) - token.stats.logZ);
  });
  if (next === null) return line;
  const { logits: last, logZ, outside } = next.ranked;
  const logit = last[id] ?? Number.NaN;
  // What a server does not show has no number.
  if (outside === undefined || logit > Number.NEGATIVE_INFINITY) line[tokens.length] = Math.exp(logit - logZ);
  return line;
}

/** Positions of the `most` most surprising tokens of a range, the most surprising first; of equal ones the earlier. */
export function mostSurprising(tokens: readonly DocumentToken[], range: Range, most: number): number[] {
  return tokens
    .flatMap((token, position) => (position > 0 && token.stats && inRange(token, range) ? [position] : []))
    .sort((a, b) => (tokens[a]?.stats?.logprob ?? 0) - (tokens[b]?.stats?.logprob ?? 0) || a - b)
    .slice(0, most);
}

/** The likeliest token at the place of `token`, where its numbers tell: it is the token itself, or it came with the draw. */
export function expectedAt({ id, stats, top }: DocumentToken): TopPrediction | null {
  if (stats?.rank === 1) return { id, p: Math.exp(stats.logprob) };
  const [likeliest] = top?.ids ?? [];
  const [logit] = top?.logits ?? [];
  if (!stats || likeliest === undefined || logit === undefined) return null;
  return { id: likeliest, p: Math.exp(logit - stats.logZ) };
}
