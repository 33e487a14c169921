// The two parts of a layer that the Llama-like families share: attention with rotary positions and grouped heads, and the gated MLP.
//
// C channels · NH heads · KVH heads of keys and values · HS head size. Names are those of the checkpoints.

import { defined } from '../../lib/assert.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { ValueName, View } from '../ir/graph.ts';
import { permute, type Recipe, type Shape, stacked, tensor } from '../ir/recipe.ts';
import type { DecoderConfig } from './decoder-config.ts';

/** The columns of a matrix that lies in the file as several, and of its bias. */
type Piece = readonly [name: string, rows: number];

/** What attention gave: the heads side by side, and their product with the last matrix. */
export interface Attended {
  readonly heads: ValueName;
  readonly out: ValueName;
}

/** The same of a layer that may have no heads of attention. */
export interface Mixed {
  readonly heads: ValueName | null;
  readonly out: ValueName;
}

/** One product for all pieces of the file, one below the other, with the biases of all where `bias` says so. */
export function joined(
  g: GraphBuilder,
  name: string,
  x: ValueName,
  C: number,
  pieces: readonly Piece[],
  bias: boolean,
): ValueName {
  const of = (suffix: string, shape: (rows: number) => Shape): Recipe => {
    const all = pieces.map(([piece, rows]) => tensor(`${piece}.${suffix}`, shape(rows)));
    return all.length === 1 ? defined(all[0], name) : stacked(all);
  };
  return g.linear(
    name,
    x,
    of('weight', rows => [rows, C]),
    bias ? of('bias', rows => [rows]) : undefined,
  );
}

/** Attention of layer number `layer`. */
export function selfAttention(g: GraphBuilder, config: DecoderConfig, layer: number, x: ValueName): Attended {
  const { n_embd: C, n_head: NH, n_kv_head: KVH, head_size: HS } = config.dims;
  const at = `layers.${layer}.self_attn`;
  const [Q, KV] = [NH * HS, KVH * HS];
  const apart: Piece[] = [
    [`${at}.q_proj`, Q],
    [`${at}.k_proj`, KV],
    [`${at}.v_proj`, KV],
  ];
  const pieces: Piece[] = config.fused ? [[`${at}.qkv_proj`, Q + 2 * KV]] : apart;
  const qkv = joined(g, `${at}.qkv`, x, C, pieces, config.bias.qkv);
  const heads = headsOf(g, config, layer, at, qkv);
  return { heads, out: joined(g, `${at}.o_proj`, heads, Q, [[`${at}.o_proj`, C]], config.bias.out) };
}

/** What the heads give of queries, keys and values side by side; `at` is where the layer's attention stands among the names. */
export function headsOf(g: GraphBuilder, config: DecoderConfig, layer: number, at: string, qkv: ValueName): ValueName {
  const { n_head: NH, n_kv_head: KVH, head_size: HS } = config.dims;
  const { q, k } = positioned(g, config, layer, at, qkv);
  g.kvAppend(layer, k, { value: qkv, offset: (NH + KVH) * HS, width: KVH * HS });
  const { window } = config.layers[layer] ?? {};
  return g.attention(at, {
    layer,
    q,
    scale: config.scale,
    ...(window !== undefined && { window }),
    ...(config.softcap !== undefined && { softcap: config.softcap }),
    ...(config.alibi && { alibi: true }),
  });
}

/** Queries and keys with their norms, turned by their positions where the layer has any. */
function positioned(
  g: GraphBuilder,
  config: DecoderConfig,
  layer: number,
  at: string,
  qkv: ValueName,
): { readonly q: View; readonly k: View } {
  const { n_head: NH, n_kv_head: KVH, head_size: HS } = config.dims;
  const [Q, KV] = [NH * HS, KVH * HS];
  const rotary = config.layers[layer]?.rotary ?? null;
  const turned = (name: string, view: View): View =>
    rotary === null ? view : whole(g.rotary(name, view, rotary, config.interleaved), view.width);
  const both = turned(`${at}.qk`, normed(g, config, at, { value: qkv, offset: 0, width: Q + KV }));
  return { q: { ...both, width: Q }, k: { ...both, offset: both.offset + Q, width: KV } };
}

/** Queries and keys side by side, each head, or each kind of head, with its norm. */
function normed(
  g: GraphBuilder,
  { dims, qkNorm, qkNormNames: [qName, kName] = ['q_norm', 'k_norm'], eps, plusOne, bareNorms }: DecoderConfig,
  at: string,
  view: View,
): View {
  if (qkNorm === null) return view;
  const { n_head: NH, n_kv_head: KVH, head_size: HS } = dims;
  const [Q, KV] = qkNorm === 'head' ? [HS, HS] : [NH * HS, KVH * HS];
  const groups = { group: Q, ...(KV !== Q && { tail: KV }) };
  if (bareNorms) return whole(g.rmsnorm(`${at}.qk_norm`, view, eps, { ...groups, weight: null }), view.width);
  const times = (name: string, count: number, width: number) =>
    Array.from({ length: count }, () => tensor(`${at}.${name}.weight`, [width]));
  const [q, k] = qkNorm === 'head' ? [NH, KVH] : [1, 1];
  const weight = stacked([...times(qName, q, Q), ...times(kName, k, KV)]);
  return whole(g.rmsnorm(`${at}.qk_norm`, view, eps, { ...groups, plusOne, weight }), view.width);
}

const whole = (value: ValueName, width: number): View => ({ value, offset: 0, width });

/** Gate and what it lets through in one product, then the way back. */
export function gatedMlp(g: GraphBuilder, config: DecoderConfig, layer: number, x: ValueName): ValueName {
  const { dims, intermediate_size: inner, bias, act } = config;
  const at = `layers.${layer}.mlp`;
  const apart: Piece[] = [
    [`${at}.gate_proj`, inner],
    [`${at}.up_proj`, inner],
  ];
  const pieces: Piece[] = config.fused ? [[`${at}.gate_up_proj`, 2 * inner]] : apart;
  const both = joined(g, `${at}.gate_up`, x, dims.n_embd, pieces, bias.mlp);
  const gated = g.gated(`${at}.act`, both, act);
  return joined(g, `${at}.down_proj`, gated, inner, [[`${at}.down_proj`, dims.n_embd]], bias.mlp);
}

/** Two products with the activation between them; `names` of the tensors. */
export function plainMlp(
  g: GraphBuilder,
  { dims, intermediate_size: inner, bias, act }: DecoderConfig,
  x: ValueName,
  [first, second]: readonly [string, string],
): ValueName {
  const wide = joined(g, first, x, dims.n_embd, [[first, inner]], bias.mlp);
  return joined(g, second, g.activation(`${first}.act`, wide, act), inner, [[second, dims.n_embd]], bias.mlp);
}

/** Queries, keys and values that lie head by head in one tensor, put side by side: all queries, all keys, all values. */
export function headByHead(g: GraphBuilder, config: DecoderConfig, name: string, x: ValueName): ValueName {
  const { n_embd: C, n_head: NH, head_size: HS } = config.dims;
  const order = Array.from({ length: 3 * NH * HS }, (_, row) => {
    const [which, rest] = [Math.floor(row / (NH * HS)), row % (NH * HS)];
    return (Math.floor(rest / HS) * 3 + which) * HS + (rest % HS);
  });
  const bias = config.bias.qkv ? permute(tensor(`${name}.bias`, [3 * NH * HS]), order) : undefined;
  return g.linear(name, x, permute(tensor(`${name}.weight`, [3 * NH * HS, C]), order), bias);
}
