// GPT-Neo: GPT-2's layers, every second one seeing a window alone, attention without its factor. Black et al. 2021, "GPT-Neo".
//
// C channels. The residual stream is `embed`, then `h.0`, `h.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { headsOf, joined, plainMlp } from './decoder-parts.ts';

export function gptNeo(config: DecoderConfig): Graph {
  const { dims, eps, bias } = config;
  const { n_embd: C, vocab_size: V, n_ctx } = dims;
  const g = new GraphBuilder(dims);
  let x = g.embedded(g.add('embed', g.embedding('wte', V, 'id'), g.embedding('wpe', n_ctx, 'position')));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const h = `h.${layer}`;
    const at = `${h}.attn.attention`;
    const apart = (['q_proj', 'k_proj', 'v_proj'] as const).map(name => [`${at}.${name}`, C] as const);
    const qkv = joined(g, `${at}.qkv`, g.layernorm(`${h}.ln_1`, x, eps), C, apart, bias.qkv);
    const heads = headsOf(g, config, layer, at, qkv);
    const attention = joined(g, `${at}.out_proj`, heads, C, [[`${at}.out_proj`, C]], bias.out);
    x = g.add(`${h}.residual`, x, attention);
    const mlp = plainMlp(g, config, g.layernorm(`${h}.ln_2`, x, eps), [`${h}.mlp.c_fc`, `${h}.mlp.c_proj`]);
    x = g.layer({ heads, attention, mlp, residual: g.add(h, x, mlp) });
  }
  const head = g.head(config.tied ? 'wte.weight' : undefined);
  return g.graph('gpt_neo', g.layernorm('ln_f', x, eps), head);
}
