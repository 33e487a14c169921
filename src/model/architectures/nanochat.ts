// nanochat: norms without weights, one of them on the embedding, norms of each head, a plain MLP of squared ReLUs. Karpathy 2025, github.com/karpathy/nanochat.
//
// The residual stream is `embed`, then `layers.0`, `layers.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph, ValueName } from '../ir/graph.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { plainMlp, selfAttention } from './decoder-parts.ts';

export function nanochat(config: DecoderConfig): Graph {
  const { dims, eps } = config;
  const g = new GraphBuilder(dims);
  const norm = (name: string, x: ValueName) => g.rmsnorm(name, x, eps, { weight: null });
  let x = g.embedded(norm('embed', g.embedding('embed_tokens', dims.vocab_size, 'id')));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const at = `layers.${layer}`;
    const { heads, out: attention } = selfAttention(g, config, layer, norm(`${at}.input_layernorm`, x));
    x = g.add(`${at}.residual`, x, attention);
    const mlp = plainMlp(g, config, norm(`${at}.post_attention_layernorm`, x), [`${at}.mlp.fc1`, `${at}.mlp.fc2`]);
    x = g.layer({ heads, attention, mlp, residual: g.add(at, x, mlp) });
  }
  const head = g.head(config.tied ? 'embed_tokens.weight' : undefined);
  return g.graph(config.model_type, norm('norm', x), head, config.logits);
}
