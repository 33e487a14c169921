// What columns have in common and how far their rows are apart, place by place. Pure.
import { divergenceBounds, type KnownRow } from '../../sampling/divergence-bounds.ts';
import { logZOf } from '../../sampling/row.ts';
import { layoutTokens } from '../../tokenizer/text.ts';
import type { ColumnResult, Distance } from './types.ts';

/** The row that predicts a token of a column, as far as it is there; null where there is none. */
export function rowAt({ tokens, rows }: Pick<ColumnResult, 'tokens' | 'rows'>, place: number): KnownRow | null {
  const logits = rows.get(place);
  if (logits !== undefined) return { kind: 'whole', logits, logZ: logZOf(logits) };
  const { top, stats } = tokens[place] ?? {};
  return top && stats ? { kind: 'top', ids: top.ids, logits: top.logits, logZ: stats.logZ } : null;
}

/** Ids of one mean the same to the other. */
function sameVocabulary(a: Pick<ColumnResult, 'tokenizer'>, b: Pick<ColumnResult, 'tokenizer'>): boolean {
  return a.tokenizer.fingerprint === b.tokenizer.fingerprint;
}

/** Both have the same rows up to and with this place: the same weights after the same ids. */
function sameRow(a: ColumnResult, b: ColumnResult, place: number): boolean {
  if (a.model.digest !== b.model.digest || a.base.length !== b.base.length) return false;
  for (const [i, { id }] of a.base.entries()) if (b.base[i]?.id !== id) return false;
  for (let i = 0; i < place; i++) if (a.tokens[i]?.id !== b.tokens[i]?.id) return false;
  return true;
}

/** KL of the row of `b` from that of `a`, the reference: `KL(a || b)`, before sampling. */
export function distanceAt(a: ColumnResult, b: ColumnResult, place: number): Distance {
  if (place >= a.tokens.length || place >= b.tokens.length) return { kind: 'none' };
  if (!sameVocabulary(a, b)) return { kind: 'other_vocabulary' };
  if (sameRow(a, b, place)) return { kind: 'known', least: 0, most: 0 };
  const [p, q] = [rowAt(a, place), rowAt(b, place)];
  return p === null || q === null ? { kind: 'none' } : { kind: 'known', ...divergenceBounds(p, q) };
}

/**
 * By column, its first token that is not that of the reference; for the reference the first that not all have. Ids are compared within a vocabulary, else
 * the text. Null: nothing differs, or it is only shorter.
 */
export function firstDifferences(
  results: readonly (ColumnResult | null)[],
  reference: number,
): readonly (number | null)[] {
  const leader = results[reference];
  if (!leader) return results.map(() => null);
  const shared = results.map((each, i) => (each === null || i === reference ? null : sharedWith(leader, each)));
  return results.map((each, i) => {
    if (each === null) return null;
    if (i !== reference) return within(each, shared[i]?.there ?? 0);
    const least = shared.reduce((most, at) => Math.min(most, at?.here ?? most), leader.tokens.length);
    return within(leader, least);
  });
}

const within = ({ tokens }: ColumnResult, at: number): number | null => (at < tokens.length ? at : null);

/** How many tokens of each are shared from their beginnings. */
function sharedWith(leader: ColumnResult, other: ColumnResult): { readonly here: number; readonly there: number } {
  if (sameVocabulary(leader, other)) {
    const most = Math.min(leader.tokens.length, other.tokens.length);
    let at = 0;
    while (at < most && leader.tokens[at]?.id === other.tokens[at]?.id) at++;
    return { here: at, there: at };
  }
  const [a, b] = [leader, other].map(({ tokens }) => layoutTokens(tokens.map(({ bytes }) => bytes)));
  if (!a || !b) return { here: 0, there: 0 };
  let unit = 0;
  while (unit < a.text.length && a.text[unit] === b.text[unit]) unit++;
  return { here: tokenOf(a.starts, unit), there: tokenOf(b.starts, unit) };
}

/** The token that covers a unit of the text. */
function tokenOf(starts: Uint32Array, unit: number): number {
  let at = 0;
  while (at + 1 < starts.length && (starts[at + 1] ?? 0) <= unit) at++;
  return at;
}

/** Mean log-probability a token, before sampling; null without any. */
export function meanLogprob({ tokens }: Pick<ColumnResult, 'tokens'>): number | null {
  const known = tokens.flatMap(({ stats }) => (stats ? [stats.logprob] : []));
  return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length;
}

/** Different words of a text: runs of letters and digits, as they are written. */
export function distinctWords(text: string): number {
  return new Set(text.match(/[\p{L}\p{N}]+/gu) ?? []).size;
}
