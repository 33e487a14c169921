// The vectors inside one layer's MLP, cut out of a trace.
import type { LayerAnatomy } from '../../model/ir/anatomy.ts';
import type { EventOf } from '../../protocol/events.ts';

export interface InnerVector {
  readonly key: string;
  readonly name: string;
  /** [N] */
  readonly values: Float32Array;
}

/** Gate, up and product of `layer` where it is gated, else what its activation reads and makes. */
export function innerVectors(
  { before, after }: Pick<EventOf<'traced'>, 'before' | 'after'>,
  layers: readonly Pick<LayerAnatomy, 'gated' | 'inner'>[],
  layer: number,
): InnerVector[] {
  const own = layers[layer];
  if (own === undefined) return [];
  const read = ({ gated, inner }: Pick<LayerAnatomy, 'gated' | 'inner'>) => (gated ? 2 : 1) * inner;
  const earlier = layers.slice(0, layer);
  const from = earlier.reduce((sum, each) => sum + read(each), 0);
  const at = earlier.reduce((sum, { inner }) => sum + inner, 0);
  const made = after.subarray(at, at + own.inner);
  const first = before.subarray(from, from + own.inner);
  if (!own.gated) {
    return [
      { key: 'before', name: 'before', values: first },
      { key: 'after', name: 'after', values: made },
    ];
  }
  return [
    { key: 'gate', name: 'gate', values: first },
    { key: 'up', name: 'up', values: before.subarray(from + own.inner, from + 2 * own.inner) },
    { key: 'product', name: 'product', values: made },
  ];
}
