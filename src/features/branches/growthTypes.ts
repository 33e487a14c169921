// A tree that grows by itself from a place of the text, and what the last switch of a branch found in the cache. State and actions of its store.
import type { StoreApi } from 'zustand/vanilla';
import type { GrownNode } from '../../protocol/probe-events.ts';
import type { DocumentToken, TokenPlace } from '../../stores/document/types.ts';
import type { TaskState } from '../../stores/gpu-work/view-task.ts';

export interface GrowthSettings {
  /** Tokens deep. */
  readonly depth: number;
  /** At most so many behind one token, the likeliest. */
  readonly children: number;
  /** Least probability of a token before sampling, after its parents. */
  readonly floor: number;
}

export const DEFAULT_GROWTH: GrowthSettings = { depth: 3, children: 3, floor: 0.05 };
export const GROWTH_BOUNDS = {
  depth: { min: 1, max: 8, step: 1 },
  children: { min: 1, max: 8, step: 1 },
  floor: { min: 0.001, max: 1, step: 0.01 },
} as const;

/** A drawing holds no more; the growth then ends by itself. */
export const MOST_GROWN = 192;

export interface Growth {
  /** Tokens that it grew from; what has grown stays right as long as some branch begins with them. */
  readonly base: readonly DocumentToken[];
  readonly settings: GrowthSettings;
  /** A parent before its children. */
  readonly nodes: readonly GrownNode[];
  /** Rows computed, and positions that were found in the cache. */
  readonly computed: number;
  readonly reused: number;
  /** It ended at MOST_GROWN. */
  readonly full: boolean;
}

/** A branch that was switched to. */
export interface Visit {
  readonly branch: number;
  /** Its text then: the visit is over when the branch no longer begins with it. */
  readonly tokens: readonly DocumentToken[];
  /** What the first computation after it found and computed; null before one was needed. */
  readonly counts: { readonly reused: number; readonly computed: number } | null;
  /** More was computed than is new: the branch was not in the cache. */
  readonly again: boolean;
}

export interface GrowthState {
  readonly settings: GrowthSettings;
  readonly growth: Growth | null;
  /** Done and total in depths. */
  readonly task: TaskState;
  /** Why what had grown is gone; null while nothing was lost. */
  readonly lost: 'text' | 'model' | null;
  readonly visit: Visit | null;
}

interface GrowthActions {
  change(settings: Partial<GrowthSettings>): void;
  /** Seconds that a growth from there takes at most, about. */
  seconds(place: TokenPlace): number;
  /** Grows from a place of the active branch, in place of what has grown before; a person asked for it. */
  grow(place: TokenPlace): Promise<void>;
  stop(): void;
  clear(): void;
  /** Makes the way to a grown node the active branch. */
  accept(node: number): void;
}

export type GrowthStoreState = GrowthState & GrowthActions;

/** The most nodes that a growth may have: no more children than the floor leaves room for. */
export function mostNodes({ depth, children, floor }: GrowthSettings): number {
  const each = Math.min(children, Math.max(1, Math.floor(1 / floor)));
  let [level, all] = [1, 0];
  for (let i = 0; i < depth && all < MOST_GROWN; i++) {
    level *= each;
    all += level;
  }
  return Math.min(all, MOST_GROWN);
}

/** The most rows that it computes: every node but those of the last depth has one. */
export function mostRows(settings: GrowthSettings): number {
  return settings.depth === 1 ? 0 : mostNodes({ ...settings, depth: settings.depth - 1 });
}

/** Ids from the end of the base to a node; none where there is no such node. */
export function grownPath({ nodes }: Growth, node: number): number[] {
  const byNumber = new Map(nodes.map(each => [each.node, each]));
  const ids: number[] = [];
  for (let at = byNumber.get(node); at !== undefined; at = byNumber.get(at.parent)) ids.unshift(at.id);
  return ids;
}

/** For each node the log-probability of all tokens from the end of the base to it together. */
export function pathLogprobs({ nodes }: Growth): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { node, parent, logprob } of nodes) sums.set(node, (sums.get(parent) ?? 0) + logprob);
  return sums;
}
export type GrowthStore = StoreApi<GrowthStoreState>;
