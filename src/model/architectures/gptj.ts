// GPT-J: attention and MLP side by side behind one norm, neighbouring columns turn together, a bias on the logits. Wang and Komatsuzaki 2021, "GPT-J-6B".
//
// C channels · V vocab. The residual stream is `wte`, then `h.0`, `h.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { headsOf, joined, plainMlp } from './decoder-parts.ts';

export function gptj(config: DecoderConfig): Graph {
  const { dims, eps, bias } = config;
  const { n_embd: C, vocab_size: V } = dims;
  const g = new GraphBuilder(dims);
  let x = g.embedded(g.embedding('wte', V, 'id'));
  for (let layer = 0; layer < dims.n_layer; layer++) {
    const at = `h.${layer}`;
    const normed = g.layernorm(`${at}.ln_1`, x, eps);
    const apart = (['q_proj', 'k_proj', 'v_proj'] as const).map(name => [`${at}.attn.${name}`, C] as const);
    const heads = headsOf(g, config, layer, `${at}.attn`, joined(g, `${at}.attn.qkv`, normed, C, apart, bias.qkv));
    const attention = joined(g, `${at}.attn.out_proj`, heads, C, [[`${at}.attn.out_proj`, C]], bias.out);
    const mlp = plainMlp(g, config, normed, [`${at}.mlp.fc_in`, `${at}.mlp.fc_out`]);
    const after = g.add(`${at}.residual`, x, attention);
    x = g.layer({ heads, attention, mlp, residual: g.add(at, after, mlp) });
  }
  const head = g.head(config.tied ? 'wte.weight' : undefined);
  return g.graph('gptj', g.layernorm('ln_f', x, eps), head, { bias: g.vector('lm_head.bias', V) });
}
