// The numbers of the picture: what every part of the model adds to the stream on one pass, which way that points, and what the layers would say.
//
// C channels · L layers · NH heads · S positions looked at
import type { Mixer } from '../../model/ir/mixers.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { headWeights, type Look, strongestLooks } from '../shared/looks.ts';
import { cosine, norm, plus } from '../shared/vectors.ts';
import type { LensTop } from './types.ts';

export interface PartFacts {
  /** Length of what the part writes. */
  readonly norm: number;
  /** Cosine between that and the stream after the last layer; NaN for a part that writes nothing. */
  readonly toward: number;
  /** Length of the stream behind the part; null where parts are not simply added one after the other. */
  readonly stream: number | null;
}

export interface HeadFacts {
  /** The largest weight, and where it lies. */
  readonly look: Look;
  /** Nats; 0 where the head looks at one position alone. */
  readonly entropy: number;
}

export interface LayerFacts {
  readonly mixer: Mixer;
  /** Both parts read the same stream. */
  readonly parallel: boolean;
  readonly mix: PartFacts;
  readonly mlp: PartFacts;
  /** Of the stream behind the layer: its length, and its cosine to the stream after the last layer. */
  readonly norm: number;
  readonly near: number;
  /** Null in a layer without attention. */
  readonly heads: readonly HeadFacts[] | null;
  /** Which of them has the largest weight; position 0, where heads rest, counts only where nothing else is there. */
  readonly strongest: HeadFacts | null;
}

export interface FlowFacts {
  /** Of the stream before the first layer. */
  readonly embedded: { readonly norm: number; readonly near: number };
  readonly layers: readonly LayerFacts[];
  /** Length of what the head reads. */
  readonly final: number;
  /** The largest addition, and the longest stream: what widths are measured by. */
  readonly most: { readonly part: number; readonly stream: number };
}

/** Nats. */
export function entropyOf(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const p = weights[i] ?? 0;
    if (p > 0) sum -= p * Math.log(p);
  }
  return Math.max(0, sum);
}

type Model = Pick<LoadedModel, 'dims' | 'mixers' | 'anatomy'>;

export function flowFacts(trace: EventOf<'traced'>, attention: EventOf<'attention'>, model: Model): FlowFacts {
  const { n_embd: C, n_layer: L, n_head } = model.dims;
  const row = (rows: Float32Array, i: number) => rows.subarray(i * C, (i + 1) * C);
  const end = row(trace.residual, L);
  const looks = strongestLooks(attention, n_head, false);
  const part = (added: Float32Array, stream: number | null): PartFacts => ({
    norm: norm(added),
    toward: cosine(added, end),
    stream,
  });
  const layers = Array.from({ length: L }, (_, layer): LayerFacts => {
    const [mixed, made] = [row(trace.attention, layer), row(trace.mlp, layer)];
    const [before, after] = [row(trace.residual, layer), row(trace.residual, layer + 1)];
    const mixer = model.mixers[layer] ?? 'attention';
    const parallel = model.anatomy.layers[layer]?.parallel ?? false;
    const between = model.anatomy.additive && !parallel ? norm(plus(before, mixed)) : null;
    const heads = mixer === 'attention' ? headsOf(attention, n_head, layer) : null;
    return {
      mixer,
      parallel,
      mix: part(mixed, between),
      mlp: part(made, norm(after)),
      norm: norm(after),
      near: cosine(after, end),
      heads,
      strongest: heads?.[looks[layer]?.head ?? 0] ?? null,
    };
  });
  const embedded = row(trace.residual, 0);
  return {
    embedded: { norm: norm(embedded), near: cosine(embedded, end) },
    layers,
    final: norm(trace.final),
    most: {
      part: layers.reduce((most, { mix, mlp }) => Math.max(most, mix.norm, mlp.norm), 0),
      stream: layers.reduce((most, each) => Math.max(most, each.norm), norm(embedded)),
    },
  };
}

/** Position 0 counts for a head only where it is all there is. */
function headsOf(attention: EventOf<'attention'>, n_head: number, layer: number): HeadFacts[] {
  return Array.from({ length: n_head }, (_, head) => {
    const weights = headWeights(attention, n_head, layer, head);
    let at = weights.length > 1 ? 1 : 0;
    for (let i = at + 1; i < weights.length; i++) if ((weights[i] ?? 0) > (weights[at] ?? 0)) at = i;
    return { look: { layer, head, at, weight: weights[at] ?? 0 }, entropy: entropyOf(weights) };
  });
}

/** Where the pulse stops, in the order in which the token passes. */
export type Station =
  | { readonly kind: 'embedding' | 'norm' | 'head' }
  | { readonly kind: 'mix' | 'mlp'; readonly layer: number };

export function stationsOf(layers: number): readonly Station[] {
  const parts = Array.from({ length: layers }, (_, layer): Station[] => [
    { kind: 'mix', layer },
    { kind: 'mlp', layer },
  ]);
  return [{ kind: 'embedding' }, ...parts.flat(), { kind: 'norm' }, { kind: 'head' }];
}

/** What the model would say behind a station; null where no layer ends there, or it has not come yet. */
export function lensAt(station: Station, layers: number, lens: readonly LensTop[]): LensTop | null {
  if (station.kind === 'embedding') return lens[0] ?? null;
  if (station.kind === 'mlp') return lens[station.layer + 1] ?? null;
  return station.kind === 'head' ? (lens[layers] ?? null) : null;
}
