// Llama: norms of mean squares before each part, rotary positions, grouped heads, a gated MLP. Touvron et al. 2023, "LLaMA".
//
// The residual stream is `embed`, then `layers.0`, `layers.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { gatedMlp, selfAttention } from './decoder-parts.ts';

export function llama(config: DecoderConfig): Graph {
  const { dims, eps, embeddingFactor = 1, residualFactor = 1 } = config;
  const g = new GraphBuilder(dims);
  let x = g.embedded(g.scale('embed', g.embedding('embed_tokens', dims.vocab_size, 'id'), embeddingFactor));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const at = `layers.${layer}`;
    const { heads, out } = selfAttention(g, config, layer, g.rmsnorm(`${at}.input_layernorm`, x, eps));
    const attention = g.scale(`${at}.self_attn.scaled`, out, residualFactor);
    x = g.add(`${at}.residual`, x, attention);
    const inner = gatedMlp(g, config, layer, g.rmsnorm(`${at}.post_attention_layernorm`, x, eps));
    const mlp = g.scale(`${at}.mlp.scaled`, inner, residualFactor);
    x = g.layer({ heads, attention, mlp, residual: g.add(at, x, mlp) });
  }
  const head = g.head(config.tied ? 'embed_tokens.weight' : undefined);
  return g.graph(config.model_type, g.rmsnorm('norm', x, eps), head, config.logits);
}
