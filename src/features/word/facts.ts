// What the card of a place says: the numbers of its token and the likeliest tokens there, as far as they are known, or why they are not.
import type { DocumentToken } from '../../stores/document/types.ts';
import type { LogitsRow } from '../../stores/run/rows-types.ts';
import { type Ranked, rankedOfRow, rankedOfTop } from '../shared/ranked.ts';

/** Why there are no numbers: no model, nothing before the token, more before it than the model reads; or nobody has asked yet. */
export type Lack = 'no_model' | 'first' | 'beyond' | 'unasked';

export interface CardFacts {
  /** Before sampling, of the token that stands there; null at the end of the text, and where it is not known. */
  readonly probability: number | null;
  /** 1 is the likeliest. */
  readonly rank: number | null;
  /** Null where no candidate is known. */
  readonly ranked: Ranked | null;
  /** Null where the candidates are known. */
  readonly lack: Lack | null;
}

export interface Known {
  /** Tokens before the place. */
  readonly before: number;
  /** Null at the end of the text. */
  readonly token: DocumentToken | null;
  readonly row: LogitsRow | null;
  /** Of the vocabulary; 0 without a model. */
  readonly vocabulary: number;
  /** Tokens of the context; 0 without a model. */
  readonly limit: number;
}

export function factsOf({ token, row, before, vocabulary, limit }: Known): CardFacts {
  const stats = token?.stats;
  const ranked =
    row !== null
      ? rankedOfRow(row.ranked)
      : token?.top && stats
        ? rankedOfTop(token.top, stats.logZ, vocabulary)
        : null;
  const lack: Lack | null =
    ranked !== null ? null : limit === 0 ? 'no_model' : before === 0 ? 'first' : before > limit ? 'beyond' : 'unasked';
  if (token === null) return { probability: null, rank: null, ranked, lack };
  if (stats) return { probability: Math.exp(stats.logprob), rank: stats.rank, ranked, lack };
  if (row === null || ranked === null) return { probability: null, rank: null, ranked, lack };
  const rank = ranked.rankOf(token.id);
  // A server does not show it: that is no number.
  return rank === 0
    ? { probability: null, rank: null, ranked, lack }
    : { probability: ranked.before(token.id), rank, ranked, lack };
}
