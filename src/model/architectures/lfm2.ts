// LFM2: gated short convolutions, and attention in some layers; a gated MLP in all. Liquid AI 2025.
//
// The residual stream is `embed_tokens`, then `layers.0`, `layers.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph, ValueName } from '../ir/graph.ts';
import { headsOf, joined, type Mixed } from './decoder-parts.ts';
import type { Lfm2Config } from './lfm2-config.ts';

export function lfm2(config: Lfm2Config): Graph {
  const { dims, eps, intermediate_size: inner } = config;
  const g = new GraphBuilder(dims);
  const C = dims.n_embd;
  let x = g.embedded(g.embedding('embed_tokens', dims.vocab_size, 'id'));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const at = `layers.${layer}`;
    const mix = config.convolves[layer] ? convolution : attention;
    const { heads, out } = mix(g, config, layer, g.rmsnorm(`${at}.operator_norm`, x, eps));
    x = g.add(`${at}.residual`, x, out);

    const mlpAt = `${at}.feed_forward`;
    const both = [`${mlpAt}.w1`, `${mlpAt}.w3`].map(name => [name, inner] as const);
    const wide = joined(g, `${mlpAt}.w1_w3`, g.rmsnorm(`${at}.ffn_norm`, x, eps), C, both, false);
    const gated = g.gated(`${mlpAt}.act`, wide, 'silu');
    const mlp = joined(g, `${mlpAt}.w2`, gated, inner, [[`${mlpAt}.w2`, C]], false);
    x = g.layer({ heads, attention: out, mlp, residual: g.add(at, x, mlp) });
  }
  const head = g.head(config.tied ? 'embed_tokens.weight' : undefined);
  return g.graph(config.model_type, g.rmsnorm('embedding_norm', x, eps), head);
}

/** One product makes a gate before, a gate after and what is convolved. */
function convolution(g: GraphBuilder, { dims, taps, convBias }: Lfm2Config, layer: number, x: ValueName): Mixed {
  const C = dims.n_embd;
  const at = `layers.${layer}.conv`;
  const value = joined(g, `${at}.in_proj`, x, C, [[`${at}.in_proj`, 3 * C]], convBias);
  const [before, after, convolved] = [0, C, 2 * C].map(offset => ({ value, offset, width: C }));
  const y = g.shortConv(`${at}.conv`, layer, convolved!, taps, { before: before!, after: after!, bias: convBias });
  return { heads: null, out: joined(g, `${at}.out_proj`, y, C, [[`${at}.out_proj`, C]], convBias) };
}

function attention(g: GraphBuilder, config: Lfm2Config, layer: number, x: ValueName): Mixed {
  const { n_embd: C, n_head: NH, n_kv_head: KVH, head_size: HS } = config.dims;
  const at = `layers.${layer}.self_attn`;
  const rows = { q: NH * HS, k: KVH * HS, v: KVH * HS };
  const pieces = Object.entries(rows).map(([name, count]) => [`${at}.${name}_proj`, count] as const);
  const heads = headsOf(g, config, layer, at, joined(g, `${at}.qkv`, x, C, pieces, false));
  return { heads, out: joined(g, `${at}.out_proj`, heads, NH * HS, [[`${at}.out_proj`, C]], false) };
}
