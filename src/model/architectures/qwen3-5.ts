// Qwen3.5: layers with the gated delta rule and, every so many, one with gated attention; norms by 1 + weight.
//
// The residual stream is `embed_tokens`, then `layers.0`, `layers.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph, ValueName } from '../ir/graph.ts';
import { gatedMlp } from './decoder-parts.ts';
import type { Qwen35Config } from './qwen3-5-config.ts';
import { deltaRule, gatedAttention } from './qwen3-5-parts.ts';

export function qwen35(config: Qwen35Config): Graph {
  const { dims, eps } = config;
  const g = new GraphBuilder(dims);
  const norm = (name: string, x: ValueName) => g.rmsnorm(name, x, eps, { plusOne: true });
  let x = g.embedded(g.embedding('embed_tokens', dims.vocab_size, 'id'));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const at = `layers.${layer}`;
    const mix = config.attends[layer] ? gatedAttention : deltaRule;
    const { heads, out: attention } = mix(g, config, layer, norm(`${at}.input_layernorm`, x));
    x = g.add(`${at}.residual`, x, attention);
    const mlp = gatedMlp(g, config, layer, norm(`${at}.post_attention_layernorm`, x));
    x = g.layer({ heads, attention, mlp, residual: g.add(at, x, mlp) });
  }
  const head = g.head(config.tied ? 'embed_tokens.weight' : undefined);
  return g.graph(config.model_type, norm('norm', x), head);
}
