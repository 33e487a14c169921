// GPT-NeoX: attention and MLP side by side on the same stream, heads that turn in part. Black et al. 2022, "GPT-NeoX-20B".
//
// C channels. The residual stream is `embed_in`, then `layers.0`, `layers.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import { headByHead, headsOf, joined, plainMlp } from './decoder-parts.ts';
import type { GptNeoxConfig } from './gpt-neox-config.ts';

export function gptNeox(config: GptNeoxConfig): Graph {
  const { dims, eps, parallel, bias } = config;
  const { n_embd: C } = dims;
  const g = new GraphBuilder(dims);
  let x = g.embedded(g.embedding('embed_in', dims.vocab_size, 'id'));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const at = `layers.${layer}`;
    const normed = g.layernorm(`${at}.input_layernorm`, x, eps);
    const qkv = headByHead(g, config, `${at}.attention.query_key_value`, normed);
    const heads = headsOf(g, config, layer, `${at}.attention`, qkv);
    const attention = joined(g, `${at}.attention.dense`, heads, C, [[`${at}.attention.dense`, C]], bias.out);
    const after = g.add(`${at}.residual`, x, attention);
    const inner = g.layernorm(`${at}.post_attention_layernorm`, parallel ? x : after, eps);
    const mlp = plainMlp(g, config, inner, [`${at}.mlp.dense_h_to_4h`, `${at}.mlp.dense_4h_to_h`]);
    x = g.layer({ heads, attention, mlp, residual: g.add(at, after, mlp) });
  }
  const head = g.head(config.tied ? 'embed_in.weight' : undefined, 'embed_out.weight');
  return g.graph(config.model_type, g.layernorm('final_layer_norm', x, eps), head);
}
