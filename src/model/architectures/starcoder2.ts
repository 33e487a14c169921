// StarCoder2: layer norms before each part, rotary positions, grouped heads, a plain MLP. Lozhkov et al. 2024, "StarCoder 2 and The Stack v2".
//
// The residual stream is `embed_tokens`, then `layers.0`, `layers.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { plainMlp, selfAttention } from './decoder-parts.ts';

export function starcoder2(config: DecoderConfig): Graph {
  const { dims, eps } = config;
  const g = new GraphBuilder(dims);
  let x = g.embedded(g.embedding('embed_tokens', dims.vocab_size, 'id'));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const at = `layers.${layer}`;
    const { heads, out: attention } = selfAttention(g, config, layer, g.layernorm(`${at}.input_layernorm`, x, eps));
    x = g.add(`${at}.residual`, x, attention);
    const normed = g.layernorm(`${at}.post_attention_layernorm`, x, eps);
    const mlp = plainMlp(g, config, normed, [`${at}.mlp.c_fc`, `${at}.mlp.c_proj`]);
    x = g.layer({ heads, attention, mlp, residual: g.add(at, x, mlp) });
  }
  const head = g.head(config.tied ? 'embed_tokens.weight' : undefined);
  return g.graph(config.model_type, g.layernorm('norm', x, eps), head);
}
