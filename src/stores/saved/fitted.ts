// The model that a text was fitted to: its weights, whether its numbers are rounded, and where it came from.
import type { ModelSource } from '../../lib/model-source.ts';
import type { SameModel } from '../document/types.ts';
import { modelTag } from '../model/model.ts';
import type { ModelState } from '../model/types.ts';

export interface Fitted {
  readonly tag: string;
  /** Of a recording. */
  readonly rounded: boolean;
  /** Null for a server. */
  readonly source: ModelSource | null;
}

export const UNFITTED: Fitted = { tag: '', rounded: false, source: null };

/** Of the model that is ready; `UNFITTED` where none is. */
export function fittedOf(state: Pick<ModelState, 'load'>): Fitted {
  if (state.load.status !== 'ready') return UNFITTED;
  const { source, recorded } = state.load.model;
  return {
    tag: modelTag(state),
    rounded: recorded !== undefined,
    source: source.kind === 'server' ? null : source,
  };
}

export function sameModel(before: Fitted, now: Fitted): SameModel {
  if (before.tag !== now.tag) return false;
  return before.rounded && !now.rounded ? 'rounded' : true;
}
