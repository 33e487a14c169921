// What each layer of a graph is made of, in words that views can speak: read off its ops and roles, so that no view knows an architecture.
import { defined } from '../lib/assert.ts';
import type { Activation, AttentionOp, Graph, Op, ValueName } from './ir/graph.ts';
import { valuesRead, valueWritten } from './ir/ops.ts';

/** How the positions of a layer's tokens reach its attention; `learned` ones are a part of the embedding. */
export type Positions = 'rotary' | 'linear biases' | 'learned' | 'none';

export interface AttentionAnatomy {
  readonly positions: Positions;
  /** Of rotary positions: how many pairs of a head turn, and whether a pair's columns are neighbours. */
  readonly pairs: number;
  readonly interleaved: boolean;
  /** How many positions a row sees; null for all. */
  readonly window: number | null;
  readonly softcap: number | null;
  /** Each head of the queries and keys has a norm of its own, or all of a row together. */
  readonly headNorms: 'head' | 'row' | null;
}

export interface MlpAnatomy {
  readonly activation: Activation;
  /** Half of what the first product gives lets the other half through. */
  readonly gated: boolean;
  /** What the first product gave, and what the last one reads; columns of the latter. */
  readonly first: ValueName;
  readonly activated: ValueName;
  readonly width: number;
}

export interface LayerAnatomy {
  /** Null where something else stands in the place of attention. */
  readonly attention: AttentionAnatomy | null;
  readonly mlp: MlpAnatomy;
  /** Norms of the stream: before attention and MLP, or of what they give. Null where there is none. */
  readonly norms: {
    readonly beforeAttention: ValueName | null;
    readonly afterAttention: ValueName | null;
    readonly beforeMlp: ValueName | null;
    readonly afterMlp: ValueName | null;
  };
  /** Attention and MLP read the same stream. */
  readonly parallel: boolean;
}

export interface Anatomy {
  readonly norm: 'layernorm' | 'rmsnorm';
  /** Query heads that share a head of keys and values. */
  readonly sharing: number;
  readonly layers: readonly LayerAnatomy[];
}

/** The key head that a query head reads. */
export const keyHeadOf = (head: number, { sharing }: Pick<Anatomy, 'sharing'>): number => Math.floor(head / sharing);

export function anatomyOf(graph: Graph): Anatomy {
  const { ops, dims, roles } = graph;
  const final = ops.find(op => valueWritten(op) === graph.final);
  let from = 0;
  let entering = roles.embedded;
  const layers = roles.layers.map(({ residual }, index): LayerAnatomy => {
    const to = ops.findIndex(op => valueWritten(op) === residual) + 1;
    const layer = ops.slice(Math.max(from, ops.findIndex(op => valueWritten(op) === entering) + 1), to);
    const read = layerOf(graph, layer, entering, index);
    [from, entering] = [to, residual];
    return read;
  });
  const sharing = dims.n_head / dims.n_kv_head;
  return { norm: final?.op === 'layernorm' ? 'layernorm' : 'rmsnorm', sharing, layers };
}

function layerOf(graph: Graph, layer: readonly Op[], entering: ValueName, index: number): LayerAnatomy {
  const { attention, mlp } = defined(graph.roles.layers[index], 'a layer');
  const maker = new Map(layer.map(op => [valueWritten(op), op]));
  const isNorm = (value: ValueName | undefined) => {
    const op = maker.get(value ?? '');
    return op?.op === 'layernorm' || op?.op === 'rmsnorm';
  };
  /** The op of a kind that a value is made of, and the way to it, nearest first. */
  const back = (value: ValueName, found: (op: Op) => boolean): Op | undefined => {
    const op = maker.get(value);
    if (op === undefined || found(op)) return op;
    return back(valuesRead(op)[0] ?? '', found);
  };
  const nonlinear = back(mlp, op => op.op === 'gated' || op.op === 'activation');
  if (nonlinear?.op !== 'gated' && nonlinear?.op !== 'activation') throw new Error(`layer ${index} has an MLP`);
  const first = back(nonlinear.x, op => op.op === 'linear');
  const mlpReads = valuesRead(defined(first, 'the first product of the MLP'))[0];
  const mixerReads = valuesRead(
    defined(
      layer.find(op => op.op === 'linear'),
      'a product',
    ),
  )[0];
  const beforeMlp = isNorm(mlpReads) ? mlpReads : undefined;
  const streamOfMlp = beforeMlp === undefined ? mlpReads : valuesRead(defined(maker.get(beforeMlp), beforeMlp))[0];
  const seen = layer.find((op): op is AttentionOp => op.op === 'attention');
  return {
    attention: seen === undefined ? null : attentionOf(graph, layer, seen),
    mlp: {
      activation: nonlinear.kind,
      gated: nonlinear.op === 'gated',
      first: nonlinear.x,
      activated: nonlinear.out,
      width: defined(graph.widths[nonlinear.out], nonlinear.out),
    },
    norms: {
      beforeAttention: isNorm(mixerReads) ? (mixerReads ?? null) : null,
      afterAttention: isNorm(attention) ? attention : null,
      beforeMlp: beforeMlp ?? null,
      afterMlp: isNorm(mlp) ? mlp : null,
    },
    parallel: streamOfMlp === entering,
  };
}

function attentionOf(graph: Graph, layer: readonly Op[], { q, window, softcap, alibi }: AttentionOp): AttentionAnatomy {
  const turn = layer.find(op => op.op === 'rotary' && op.out === q.value);
  const learned = graph.ops.some(op => op.op === 'embedding' && op.index === 'position');
  const rotary = turn?.op === 'rotary' ? turn : null;
  const norm = layer.find(op => op.op === 'rmsnorm' && op.out === (rotary?.x.value ?? q.value));
  const { n_head, head_size } = graph.dims;
  const ofHeads =
    norm?.op === 'rmsnorm' && norm.out !== graph.final && norm.x.width >= n_head * head_size ? norm : null;
  return {
    positions: rotary ? 'rotary' : alibi ? 'linear biases' : learned ? 'learned' : 'none',
    pairs: rotary ? defined(graph.rotary[rotary.table], 'a rotary table').inv_freq.length : 0,
    interleaved: rotary?.interleaved ?? false,
    window: window ?? null,
    softcap: softcap ?? null,
    headNorms: ofHeads === null ? null : ofHeads.group === head_size ? 'head' : 'row',
  };
}
