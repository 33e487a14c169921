// Gemma 2 and 3: norms by 1 + w before and after each part, embeddings times the root of their width, windows in most layers.
// Gemma Team 2024, "Gemma 2"; 2025, "Gemma 3 Technical Report". The residual stream is `embed`, then `layers.0`, `layers.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph, ValueName } from '../ir/graph.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { gatedMlp, selfAttention } from './decoder-parts.ts';

export function gemma(config: DecoderConfig): Graph {
  const { dims, eps, embeddingFactor = 1 } = config;
  const g = new GraphBuilder(dims);
  const norm = (name: string, x: ValueName) => g.rmsnorm(name, x, eps, { plusOne: true });
  let x = g.embedded(g.scale('embed', g.embedding('embed_tokens', dims.vocab_size, 'id'), embeddingFactor));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const at = `layers.${layer}`;
    const { heads, out } = selfAttention(g, config, layer, norm(`${at}.input_layernorm`, x));
    const attention = norm(`${at}.post_attention_layernorm`, out);
    x = g.add(`${at}.residual`, x, attention);
    const inner = gatedMlp(g, config, layer, norm(`${at}.pre_feedforward_layernorm`, x));
    const mlp = norm(`${at}.post_feedforward_layernorm`, inner);
    x = g.layer({ heads, attention, mlp, residual: g.add(at, x, mlp) });
  }
  const head = g.head(config.tied ? 'embed_tokens.weight' : undefined);
  return g.graph(config.model_type, norm('norm', x), head, config.logits);
}
