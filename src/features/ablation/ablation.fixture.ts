// Test support: what the scripted engine makes of a model with parts switched off. Each part shifts all logits by a hash of its own.

import { logitsAfter, SHIPPED } from '../../../e2e/support/scripted-engine.ts';
import type { Baseline, Part } from '../../protocol/probe-commands.ts';
import { rankRow } from '../../sampling/row.ts';

/** In (-2, 2); half of it where the mean stands in. */
function shiftOf(part: Part, baseline: Baseline, id: number): number {
  const name = part.kind === 'head' ? part.head + 3 : part.kind === 'mlp' ? 1 : 2;
  const mixed = Math.imul((part.layer * 97 + name) ^ (id * 0x9e3779b1), 0x85ebca6b) >>> 0;
  const shift = (((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32) * 4 - 2;
  return baseline === 'mean' ? shift / 2 : shift;
}

/** Logits after `ids` with parts off. [V] */
export function ablatedLogits(
  ids: Uint32Array,
  off: readonly Part[],
  baseline: Baseline,
  weights = SHIPPED,
): Float32Array<ArrayBuffer> {
  return logitsAfter(ids, weights).map((logit, id) =>
    off.reduce((sum, part) => sum + shiftOf(part, baseline, id), logit),
  );
}

/** Log-probabilities of `ids[from...]` with parts off. */
export function ablatedLogprobs(
  ids: Uint32Array,
  from: number,
  off: readonly Part[],
  baseline: Baseline,
  weights = SHIPPED,
): Float32Array {
  const begin = Math.max(1, from);
  return Float32Array.from(ids.subarray(begin), (id, i) => {
    const { logits, logZ } = rankRow(ablatedLogits(ids.subarray(0, begin + i), off, baseline, weights));
    return (logits[id] ?? Number.NaN) - logZ;
  });
}
