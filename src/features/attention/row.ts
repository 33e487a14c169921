// Weights of heads and means over them, from the rows that the worker sends.
import type { Mixer } from '../../model/ir/mixers.ts';
import type { HeadChoice } from '../../stores/run/attention-tint.ts';
import type { AttentionMap, AttentionRow } from './types.ts';
import { rowStart } from './types.ts';

/**
 * The row of one position with the means over its heads. `weights` is [L, NH, ids.length]; layers that are not among `attends` have no attention and
 * count in no mean.
 */
export function attentionRow(
  ids: Uint32Array,
  { layers, heads, attends }: Pick<AttentionRow, 'layers' | 'heads' | 'attends'>,
  weights: Float32Array,
): AttentionRow {
  const T = ids.length;
  const means = new Float32Array(layers * T);
  const mean = new Float32Array(T);
  for (let layer = 0; layer < layers; layer++) {
    for (let key = 0; key < T; key++) {
      let sum = 0;
      for (let head = 0; head < heads; head++) sum += weights[(layer * heads + head) * T + key] ?? 0;
      means[layer * T + key] = sum / heads;
    }
  }
  for (let key = 0; key < T; key++) {
    let sum = 0;
    for (const layer of attends) sum += means[layer * T + key] ?? 0;
    mean[key] = attends.length === 0 ? 0 : sum / attends.length;
  }
  return { ids, position: T - 1, layers, heads, attends, weights, means, mean };
}

/** The weights of a choice over positions 0 to the row's own. */
export function weightsOf(row: AttentionRow, { layer, head }: HeadChoice): Float32Array {
  const T = row.position + 1;
  if (layer === null) return row.mean;
  if (head === null) return row.means.subarray(layer * T, (layer + 1) * T);
  const at = (layer * row.heads + head) * T;
  return row.weights.subarray(at, at + T);
}

/** The choice, or the mean over all heads where a model of these mixers has no such head. */
export function choiceWithin(choice: HeadChoice, mixers: readonly Mixer[], heads: number): HeadChoice {
  const there = choice.layer === null || (mixers[choice.layer] === 'attention' && (choice.head ?? 0) < heads);
  return there ? choice : { layer: null, head: null };
}

export function sameChoice(a: HeadChoice | null, b: HeadChoice | null): boolean {
  return a === b || (a !== null && b !== null && a.layer === b.layer && a.head === b.head);
}

/** An empty map for `ids` that takes over the first `rows` rows of an older one. */
export function mapFor(
  ids: Uint32Array,
  layer: number,
  head: number | null,
  older: AttentionMap | null,
  rows: number,
): AttentionMap {
  const weights = new Float32Array(rowStart(ids.length));
  if (older !== null) weights.set(older.weights.subarray(0, rowStart(rows)));
  return { layer, head, ids, rows: older === null ? 0 : rows, weights };
}

/** Puts rows `from ...`, each as long as the text, into their places of the map. `tile` is [rows, T]. */
export function withTile(map: AttentionMap, from: number, tile: Float32Array): AttentionMap {
  const T = map.ids.length;
  const count = tile.length / T;
  for (let i = 0; i < count; i++) {
    map.weights.set(tile.subarray(i * T, i * T + from + i + 1), rowStart(from + i));
  }
  return { ...map, rows: from + count };
}

/** Row `t` of a map, over positions 0 to t. */
export function mapRow(map: AttentionMap, t: number): Float32Array {
  return map.weights.subarray(rowStart(t), rowStart(t + 1));
}
