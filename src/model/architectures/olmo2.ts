// OLMo 2: norms of what attention and MLP give, before it is added, and of all queries and all keys of a row. Walsh et al. 2024, "2 OLMo 2 Furious".
//
// The residual stream is `embed_tokens`, then `layers.0`, `layers.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { gatedMlp, selfAttention } from './decoder-parts.ts';

export function olmo2(config: DecoderConfig): Graph {
  const { dims, eps } = config;
  const g = new GraphBuilder(dims);
  let x = g.embedded(g.embedding('embed_tokens', dims.vocab_size, 'id'));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const at = `layers.${layer}`;
    const { heads, out } = selfAttention(g, config, layer, x);
    const attention = g.rmsnorm(`${at}.post_attention_layernorm`, out, eps);
    x = g.add(`${at}.residual`, x, attention);
    const mlp = g.rmsnorm(`${at}.post_feedforward_layernorm`, gatedMlp(g, config, layer, x), eps);
    x = g.layer({ heads, attention, mlp, residual: g.add(at, x, mlp) });
  }
  const head = g.head(config.tied ? 'embed_tokens.weight' : undefined);
  return g.graph(config.model_type, g.rmsnorm('norm', x, eps), head);
}
