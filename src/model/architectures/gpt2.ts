// GPT-2: a decoder with learned positions, norms before each part, and one matrix for queries, keys and values.
// Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"; tensor names of the published checkpoints.
//
// C channels · V vocab · HS head size. The residual stream is `embed`, then `h.0`, `h.1`, ... after each layer.

import { GraphBuilder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import type { Gpt2Config } from './gpt2-config.ts';

export function gpt2(config: Gpt2Config): Graph {
  const { n_layer, n_head, n_embd: C, n_positions, vocab_size: V, n_inner, layer_norm_epsilon: eps } = config;
  const HS = C / n_head;
  const g = new GraphBuilder({
    n_layer,
    n_embd: C,
    n_head,
    n_kv_head: n_head,
    head_size: HS,
    n_ctx: n_positions,
    vocab_size: V,
  });

  let x = g.embedded(g.add('embed', g.embedding('wte', V, 'id'), g.embedding('wpe', n_positions, 'position')));
  for (let layer = 0; layer < n_layer; layer++) {
    const h = `h.${layer}`;

    const qkv = g.conv1d(`${h}.attn.c_attn`, g.layernorm(`${h}.ln_1`, x, eps), 3 * C);
    g.kvAppend(layer, { value: qkv, offset: C, width: C }, { value: qkv, offset: 2 * C, width: C });
    const q = { value: qkv, offset: 0, width: C };
    const heads = g.attention(`${h}.attn`, { layer, q, scale: attentionScale(config, layer) });
    const attention = g.conv1d(`${h}.attn.c_proj`, heads, C);
    x = g.add(`${h}.attn.residual`, x, attention);

    const inner = g.conv1d(`${h}.mlp.c_fc`, g.layernorm(`${h}.ln_2`, x, eps), n_inner);
    const activated = g.activation(`${h}.mlp.act`, inner, config.activation_function);
    const mlp = g.conv1d(`${h}.mlp.c_proj`, activated, C);
    x = g.layer({ heads, attention, mlp, residual: g.add(h, x, mlp) });
  }
  const head = g.head(config.tie_word_embeddings ? 'wte.weight' : undefined);
  return g.graph('gpt2', g.layernorm('ln_f', x, eps), head);
}

/** 1 / sqrt(HS) unless switched off, and for models of the Mistral kind divided by the layer's number from 1. */
function attentionScale(config: Gpt2Config, layer: number): number {
  const scale = config.scale_attn_weights ? 1 / Math.sqrt(config.n_embd / config.n_head) : 1;
  return config.scale_attn_by_inverse_layer_idx ? scale / (layer + 1) : scale;
}
