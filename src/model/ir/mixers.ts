// What brings positions together in each layer of a model: attention, or something that looks back in another way.
import { defined } from '../../lib/assert.ts';
import type { Graph, Op } from './graph.ts';

const MIXERS = ['attention', 'short_conv', 'delta_rule'] as const satisfies readonly Op['op'][];
export type Mixer = (typeof MIXERS)[number];

/** One a layer. */
export function mixersOf({ dims, ops }: Graph): Mixer[] {
  return Array.from({ length: dims.n_layer }, (_, layer) =>
    defined(
      MIXERS.find(mixer => ops.some(op => op.op === mixer && op.layer === layer)),
      `what layer ${layer} looks back with`,
    ),
  );
}

/** Numbers of the layers with attention, in order. */
export const attendingLayers = (graph: Graph): number[] =>
  mixersOf(graph).flatMap((mixer, layer) => (mixer === 'attention' ? [layer] : []));
