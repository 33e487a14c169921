// What is sure of a divergence between two distributions of which only the likeliest ids and the sum over all are known. Pure; nats, before sampling.

/** A row as far as it is known: all logits, or those of the likeliest ids with the logsumexp of all. */
export type KnownRow =
  | { readonly kind: 'whole'; readonly logits: Float32Array; readonly logZ: number }
  | {
      readonly kind: 'top';
      /** By falling logit; no other id has a larger one than the last. */
      readonly ids: Uint32Array;
      readonly logits: Float32Array;
      readonly logZ: number;
    };
type Whole = Extract<KnownRow, { kind: 'whole' }>;
type Top = Extract<KnownRow, { kind: 'top' }>;

/** The divergence lies between both; they are equal where it is known. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** p log(p / q), with 0 log 0 = 0. */
function term(p: number, q: number): number {
  if (p <= 0) return 0;
  return q <= 0 ? Number.POSITIVE_INFINITY : p * Math.log(p / q);
}

/** `KL(p || q)` of two rows over one vocabulary, as far as both are known. The sum is float64 over the whole vocabulary where both are whole. */
export function divergenceBounds(p: KnownRow, q: KnownRow): Bounds {
  if (p.kind === 'whole' && q.kind === 'whole') {
    const exact = wholeDivergence(p, q);
    return { least: exact, most: exact };
  }
  const least = coarse(p, q);
  // What q does not tell may be as good as ruled out there.
  if (p.kind === 'whole' || q.kind === 'top') return { least, most: Number.POSITIVE_INFINITY };
  return { least, most: Math.max(least, worst(p, q)) };
}

function wholeDivergence(p: Whole, q: Whole): number {
  let sum = 0;
  for (let id = 0; id < p.logits.length; id++) {
    const lp = (p.logits[id] ?? Number.NEGATIVE_INFINITY) - p.logZ;
    if (lp === Number.NEGATIVE_INFINITY) continue;
    sum += Math.exp(lp) * (lp - ((q.logits[id] ?? Number.NEGATIVE_INFINITY) - q.logZ));
  }
  return Math.max(0, sum);
}

/** Probabilities of the ids that are known, null for a whole row: all are. */
function knownIds(row: KnownRow): ReadonlyMap<number, number> | null {
  if (row.kind === 'whole') return null;
  return new Map(
    Array.from(row.ids, (id, i) => [id, Math.exp((row.logits[i] ?? Number.NEGATIVE_INFINITY) - row.logZ)]),
  );
}

function probability(row: KnownRow, known: ReadonlyMap<number, number> | null, id: number): number {
  if (known !== null) return known.get(id) ?? 0;
  return row.kind === 'whole' ? Math.exp((row.logits[id] ?? Number.NEGATIVE_INFINITY) - row.logZ) : 0;
}

/**
 * The divergence of the same two distributions with all ids joined into one that are not known in both: joining outcomes never adds to a
 * divergence (data-processing inequality; Cover and Thomas, "Elements of Information Theory", 2.8).
 */
function coarse(p: KnownRow, q: KnownRow): number {
  const [inP, inQ] = [knownIds(p), knownIds(q)];
  const ids = [...((inP ?? inQ)?.keys() ?? [])].filter(id => inQ === null || inQ.has(id));
  let [sum, ofP, ofQ] = [0, 0, 0];
  for (const id of ids) {
    const [here, there] = [probability(p, inP, id), probability(q, inQ, id)];
    sum += term(here, there);
    ofP += here;
    ofQ += there;
  }
  // Where sums round to 1 there is no rest to speak of.
  const [restP, restQ] = [Math.max(0, 1 - ofP), Math.max(0, 1 - ofQ)];
  const rest = restP < 1e-9 || restQ <= 0 ? 0 : term(restP, restQ);
  return Math.max(0, sum + rest);
}

/**
 * The most it can be where q is whole: the mass that p does not tell of lies on other ids, on none more than on the last one told. The sum is convex in it, so
 * its maximum is a corner: as much as may be on each of the ids that q likes least.
 */
function worst(p: Top, q: Whole): number {
  const known = knownIds(p) ?? new Map<number, number>();
  let [sum, told] = [0, 0];
  for (const [id, here] of known) {
    sum += term(here, Math.exp((q.logits[id] ?? Number.NEGATIVE_INFINITY) - q.logZ));
    told += here;
  }
  const cap = known.get(p.ids.at(-1) ?? -1) ?? 0;
  let left = Math.max(0, 1 - told);
  if (left < 1e-12 || cap <= 0) return sum;
  const others = Float64Array.from(q.logits)
    .filter((_, id) => !known.has(id))
    .sort();
  for (const logit of others) {
    const here = Math.min(left, cap);
    sum += term(here, Math.exp(logit - q.logZ));
    left -= here;
    if (left <= 0) break;
  }
  return sum;
}
