// What one more token costs by its position, with the cache of keys and values and without.
import type { Dims } from '../../model/ir/graph.ts';
import type { TokenWork } from '../../model/ir/work.ts';
import { layersWhere, type Shape as WholeShape } from '../shared/modelWords.ts';

type Shape = Pick<WholeShape, 'mixers' | 'anatomy'>;

/** Multiply-adds for the token at one position and the row that predicts the next. */
export interface PositionCost {
  /** With the weights of layers and head: the same at every position. */
  readonly weights: number;
  /** With keys and values of the position itself and all before it. */
  readonly attention: number;
  /** Both: only this token is computed, the others lie in the cache. */
  readonly cached: number;
  /** All tokens up to it computed again; the head still once. */
  readonly uncached: number;
}

export function costAt(work: TokenWork, windows: readonly (number | null)[], position: number): PositionCost {
  const T = position + 1;
  const weights = work.body + work.head;
  // Every layer with attention takes the same for a position it looks at.
  const each = windows.length === 0 ? 0 : work.attention / windows.length;
  const over = (count: (window: number) => number) =>
    each * windows.reduce<number>((sum, window) => sum + count(Math.min(T, window ?? T)), 0);
  const attention = over(seen => seen);
  return {
    weights,
    attention,
    cached: weights + attention,
    uncached: work.body * T + work.head + over(seen => (seen * (seen + 1)) / 2 + (T - seen) * seen),
  };
}

/** How many positions each layer with attention sees; null for all. */
export function windowsOf({ mixers, anatomy }: Shape): (number | null)[] {
  return layersWhere({ mixers, anatomy }, (_, mixer) => mixer === 'attention').map(
    layer => anatomy.layers[layer]?.window ?? null,
  );
}

/** Numbers that the cache holds for one position: a key and a value in every layer that has attention. */
export function cachedNumbers({ n_kv_head, head_size }: Dims, layers: number): number {
  return 2 * layers * n_kv_head * head_size;
}

/** About `count` positions from 0 to the last of the context, each once, rising. */
export function spread(n_ctx: number, count: number): number[] {
  const last = n_ctx - 1;
  const steps = Math.min(count - 1, last);
  if (steps <= 0) return [0];
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((i * last) / steps));
}

/** Milliseconds that are compared with each other, all in one unit: `0.84 ms`, `14.3 ms`, `1,250 ms`. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const digits = ms >= 99.95 ? 0 : ms >= 9.995 ? 1 : 2;
  return `${ms.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ms`;
}
