// A search from the end of the text: what is asked, what lives, what is complete, and the texts of earlier searches beside it.
import type { StoreApi } from 'zustand/vanilla';
import type { EventOf, WireError } from '../../protocol/events.ts';
import type { SearchMethod } from '../../protocol/search.ts';
import type { DocumentToken } from '../../stores/document/types.ts';

export const KINDS = ['greedy', 'nucleus', 'beam', 'contrastive', 'best_first'] as const;
export type Kind = (typeof KINDS)[number];

/** What each kind has of its own. */
export interface SearchSetup {
  readonly kind: Kind;
  readonly max_new_tokens: number;
  readonly beams: number;
  readonly length_penalty: number;
  readonly early_stopping: 'true' | 'false' | 'never';
  readonly alpha: number;
  readonly top_k: number;
  readonly children: number;
  readonly answers: number;
  readonly most: number;
  /** Texts of the nucleus, each with a seed of its own. */
  readonly count: number;
}

export type NumberKey = Exclude<keyof SearchSetup, 'kind' | 'early_stopping'>;

/** What a kind found, kept to be compared with the others. */
export interface Finding {
  readonly kind: Kind;
  /** What it was asked, in words. */
  readonly setup: string;
  readonly paths: readonly FoundPath[];
}

/** One text: its tokens, its log-probability before sampling, and what its kind ranks it by. */
export interface FoundPath {
  readonly tokens: readonly DocumentToken[];
  readonly total: number;
  readonly score: number;
}

interface SearchState {
  readonly setup: SearchSetup;
  /** What all findings go on from; null before the first. */
  readonly base: readonly DocumentToken[] | null;
  /** The latest state of the search under way, or of the last one. */
  readonly told: EventOf<'searched'> | null;
  /** What the search under way, or the last one, was asked. */
  readonly asked: SearchSetup | null;
  /** States of all its steps: what fell stays in sight. */
  readonly fallen: readonly (EventOf<'searched'>['fallen'][number] & { readonly step: number })[];
  /** The last of each kind; the latest first. */
  readonly findings: readonly Finding[];
  readonly status: 'idle' | 'working' | 'stopping' | 'done' | 'stopped' | 'failed';
  readonly error: WireError | null;
}

interface SearchActions {
  setKind(kind: Kind): void;
  setNumber(key: NumberKey, value: number): void;
  setStopping(stopping: SearchSetup['early_stopping']): void;
  /** Never rejects: the outcome is in `status`. */
  start(): Promise<void>;
  stop(): void;
  /** Puts a text of a finding into the document, the others of that finding become branches. */
  take(finding: number, path: number): void;
  /** Forgets all findings. */
  clear(): void;
}

export type SearchStoreState = SearchState & SearchActions;
export type SearchStore = StoreApi<SearchStoreState>;

/** What the worker is asked; null where the kind is a draw. */
export function methodOf(setup: SearchSetup): SearchMethod | null {
  const { kind, beams, length_penalty, early_stopping, alpha, top_k, children, answers, most } = setup;
  switch (kind) {
    case 'beam':
      return {
        kind,
        beams,
        length_penalty,
        early_stopping: early_stopping === 'never' ? early_stopping : early_stopping === 'true',
      };
    case 'contrastive':
      return { kind, alpha, top_k };
    case 'best_first':
      return { kind, children, length_penalty, answers, most };
    case 'greedy':
    case 'nucleus':
      return null;
    default:
      return kind satisfies never;
  }
}
