// What columns have in common and how far their rows are apart, place by place. Pure.
import { sharedStart } from '../../lib/text-change.ts';
import { type Bounds, divergenceBounds, type KnownRow } from '../../sampling/divergence-bounds.ts';
import { logZOf } from '../../sampling/row.ts';
import { sharedTokens } from '../../stores/document/branches.ts';
import { layoutTokens, tokenAt } from '../../tokenizer/text.ts';
import type { ColumnResult, Distance } from './types.ts';

/** Of whole rows: views ask for the same ones again with every token that comes. */
const sums = new WeakMap<Float32Array, number>();

function sumOf(logits: Float32Array): number {
  const sum = sums.get(logits) ?? logZOf(logits);
  sums.set(logits, sum);
  return sum;
}

/** The row that predicts a token of a column, as far as it is there; null where there is none. */
export function rowAt({ tokens, rows }: Pick<ColumnResult, 'tokens' | 'rows'>, place: number): KnownRow | null {
  const logits = rows.get(place);
  if (logits !== undefined) return { kind: 'whole', logits, logZ: sumOf(logits) };
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
  const sameBase = a.base === b.base || sharedTokens(a.base, b.base) === a.base.length;
  return sameBase && sharedTokens(a.tokens, b.tokens) >= place;
}

/** By the logits of both rows. */
const bounded = new WeakMap<KnownRow['logits'], WeakMap<KnownRow['logits'], Bounds>>();

function boundsOf(p: KnownRow, q: KnownRow): Bounds {
  const others = bounded.get(p.logits) ?? new WeakMap<KnownRow['logits'], Bounds>();
  bounded.set(p.logits, others);
  const bounds = others.get(q.logits) ?? divergenceBounds(p, q);
  others.set(q.logits, bounds);
  return bounds;
}

/** KL of the row of `b` from that of `a`, the reference: `KL(a || b)`, before sampling. */
export function distanceAt(a: ColumnResult, b: ColumnResult, place: number): Distance {
  if (place >= a.tokens.length || place >= b.tokens.length) return { kind: 'none' };
  if (!sameVocabulary(a, b)) return { kind: 'other_vocabulary' };
  if (sameRow(a, b, place)) return { kind: 'known', least: 0, most: 0 };
  const [p, q] = [rowAt(a, place), rowAt(b, place)];
  return p === null || q === null ? { kind: 'none' } : { kind: 'known', ...boundsOf(p, q) };
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
    const at = sharedTokens(leader.tokens, other.tokens);
    return { here: at, there: at };
  }
  const [a, b] = [leader, other].map(({ tokens }) => layoutTokens(tokens.map(({ bytes }) => bytes)));
  if (!a || !b) return { here: 0, there: 0 };
  const unit = sharedStart(a.text, b.text, Math.min(a.text.length, b.text.length));
  return { here: tokenAt(a, unit), there: tokenAt(b, unit) };
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
