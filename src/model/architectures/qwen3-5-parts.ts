// The two ways a layer of Qwen3.5 looks back: attention whose heads have gates, and the gated delta rule. Names of the published checkpoints.
//
// C channels · NH heads · KVH heads of keys and values · HS head size · NV value heads of the delta rule.

import type { GraphBuilder } from '../ir/builder.ts';
import type { ValueName } from '../ir/graph.ts';
import { concat, permute, type Recipe, rows, type Shape, stacked, tensor } from '../ir/recipe.ts';
import { headsOf, joined, type Mixed } from './decoder-parts.ts';
import type { Qwen35Config } from './qwen3-5-config.ts';

/** Each head's rows of `q_proj` are its query, then its gate: all queries, keys, values and all gates become one matrix. */
export function gatedAttention(g: GraphBuilder, config: Qwen35Config, layer: number, x: ValueName): Mixed {
  const { n_embd: C, n_head: NH, n_kv_head: KVH, head_size: HS } = config.dims;
  const at = `layers.${layer}.self_attn`;
  const [Q, KV] = [NH * HS, KVH * HS];
  const order = Array.from(
    { length: 2 * Q },
    (_, i) => (2 * Math.floor((i % Q) / HS) + Math.floor(i / Q)) * HS + (i % HS),
  );
  const of = (kind: string, shape: (n: number) => Shape): Recipe => {
    const both = permute(tensor(`${at}.q_proj.${kind}`, shape(2 * Q)), order);
    const [k, v] = ['k', 'v'].map(name => tensor(`${at}.${name}_proj.${kind}`, shape(KV)));
    return concat(rows(both, 0, Q), k!, v!, rows(both, Q, Q));
  };
  const bias = config.bias.qkv ? of('bias', n => [n]) : undefined;
  const value = g.linear(
    `${at}.qkv`,
    x,
    of('weight', n => [n, C]),
    bias,
  );
  const gate = { value, offset: Q + 2 * KV, width: Q };
  const heads = g.gate(`${at}.gated`, headsOf(g, config, layer, at, value), gate, 'sigmoid');
  return { heads, out: joined(g, `${at}.o_proj`, heads, Q, [[`${at}.o_proj`, C]], config.bias.out) };
}

/** One product makes all that the rule takes, and the gate of what it gives. */
export function deltaRule(
  g: GraphBuilder,
  { dims, act, eps, taps, delta }: Qwen35Config,
  layer: number,
  x: ValueName,
): Mixed {
  const at = `layers.${layer}.linear_attn`;
  const { key_heads, value_heads: NV, key_size, value_size } = delta;
  const Z = NV * value_size;
  const QKV = 2 * key_heads * key_size + Z;
  const widths = { qkv: QKV, z: Z, b: NV, a: NV };
  const pieces = Object.entries(widths).map(([piece, width]) => [`${at}.in_proj_${piece}`, width] as const);
  const value = joined(g, `${at}.in_proj`, x, dims.n_embd, pieces, false);
  const columns = (offset: number, width: number) => ({ value, offset, width });
  const qkv = g.stateConv(`${at}.conv1d`, layer, columns(0, QKV), taps, act);
  const gates = { rate: columns(QKV + Z, NV), decay: columns(QKV + Z + NV, NV) };
  const weight = stacked(Array.from({ length: NV }, () => tensor(`${at}.norm.weight`, [value_size])));
  const normed = g.rmsnorm(`${at}.norm`, g.deltaRule(at, layer, qkv, gates, delta), eps, { group: value_size, weight });
  const gated = g.gate(`${at}.gated`, normed, columns(QKV, Z), 'silu');
  return { heads: null, out: joined(g, `${at}.out_proj`, gated, Z, [[`${at}.out_proj`, dims.n_embd]], false) };
}
