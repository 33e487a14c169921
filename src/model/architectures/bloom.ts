// BLOOM: linear biases for positions, a norm on the embedding. BigScience 2022, "BLOOM"; Press et al. 2021, "Train Short, Test Long".
//
// C channels. The residual stream is `word_embeddings_layernorm`, then `h.0`, `h.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { BloomConfig } from './bloom-config.ts';
import { headByHead, headsOf, joined, plainMlp } from './decoder-parts.ts';

export function bloom(config: BloomConfig): Graph {
  const { dims, eps, bias, residualOfNorm } = config;
  const { n_embd: C } = dims;
  const g = new GraphBuilder(dims);
  const embedding = g.embedding('word_embeddings', dims.vocab_size, 'id');
  let x = g.embedded(g.layernorm('word_embeddings_layernorm', embedding, eps));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const h = `h.${layer}`;
    const at = `${h}.self_attention`;
    const normed = g.layernorm(`${h}.input_layernorm`, x, eps);
    const heads = headsOf(g, config, layer, at, headByHead(g, config, `${at}.query_key_value`, normed));
    const attention = joined(g, `${at}.dense`, heads, C, [[`${at}.dense`, C]], bias.out);
    const after = g.add(`${h}.residual`, residualOfNorm ? normed : x, attention);
    const inner = g.layernorm(`${h}.post_attention_layernorm`, after, eps);
    const mlp = plainMlp(g, config, inner, [`${h}.mlp.dense_h_to_4h`, `${h}.mlp.dense_4h_to_h`]);
    x = g.layer({ heads, attention, mlp, residual: g.add(h, residualOfNorm ? inner : after, mlp) });
  }
  const head = g.head(config.tied ? 'word_embeddings.weight' : undefined);
  return g.graph('bloom', g.layernorm('ln_f', x, eps), head);
}
