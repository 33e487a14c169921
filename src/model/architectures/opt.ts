// OPT: GPT-2's layers with queries, keys and values apart, and a table of positions that begins at its third row. Zhang et al. 2022, "OPT".
//
// C channels. The residual stream is `embed`, then `layers.0`, `layers.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import { rows, tensor } from '../ir/recipe.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { headsOf, joined, plainMlp } from './decoder-parts.ts';

/** Rows of the table of positions that no position has. */
const OFFSET = 2;

export function opt(config: DecoderConfig): Graph {
  const { dims, eps, bias } = config;
  const { n_embd: C, vocab_size: V, n_ctx } = dims;
  const g = new GraphBuilder(dims);
  const places = rows(tensor('embed_positions.weight', [n_ctx + OFFSET, C]), OFFSET, n_ctx);
  const positions = g.embedding('embed_positions', n_ctx, 'position', places);
  let x = g.embedded(g.add('embed', g.embedding('embed_tokens', V, 'id'), positions));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const h = `layers.${layer}`;
    const at = `${h}.self_attn`;
    const apart = (['q_proj', 'k_proj', 'v_proj'] as const).map(name => [`${at}.${name}`, C] as const);
    const qkv = joined(g, `${at}.qkv`, g.layernorm(`${h}.self_attn_layer_norm`, x, eps), C, apart, bias.qkv);
    const heads = headsOf(g, config, layer, at, qkv);
    const attention = joined(g, `${at}.out_proj`, heads, C, [[`${at}.out_proj`, C]], bias.out);
    x = g.add(`${h}.residual`, x, attention);
    const mlp = plainMlp(g, config, g.layernorm(`${h}.final_layer_norm`, x, eps), [`${h}.fc1`, `${h}.fc2`]);
    x = g.layer({ heads, attention, mlp, residual: g.add(h, x, mlp) });
  }
  const head = g.head(config.tied ? 'embed_tokens.weight' : undefined);
  return g.graph('opt', g.layernorm('final_layer_norm', x, eps), head);
}
