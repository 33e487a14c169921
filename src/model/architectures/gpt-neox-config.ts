// config.json of a GPT-NeoX (Pythia): every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import { activation, epsilon, flag, positive, readConfig } from './config-fields.ts';
import { type DecoderConfig, decoder, decoderFields, dimsOf } from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 50_432,
    hidden_size: 6144,
    intermediate_size: 24_576,
    num_hidden_layers: 44,
    num_attention_heads: 64,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
    bos_token_id: 0,
    eos_token_id: 2,
  }),
  // Not fields of this family.
  num_key_value_heads: v.optional(v.null()),
  head_dim: v.optional(v.null()),
  hidden_act: v.optional(activation, 'gelu'),
  layer_norm_eps: v.optional(epsilon, 1e-5),
  attention_bias: v.optional(flag, true),
  use_parallel_residual: v.optional(flag, true),
  rotary_pct: v.nullish(positive),
  rotary_emb_base: v.nullish(positive),
});

export interface GptNeoxConfig extends DecoderConfig {
  /** Attention and MLP of a layer read the same stream. */
  readonly parallel: boolean;
}

/** The configuration of a GPT-NeoX. Throws as `readConfig`. */
export function parseGptNeox(json: unknown): GptNeoxConfig {
  const config = readConfig(FIELDS, json);
  const { attention_bias: qkv, rotary_emb_base, rotary_pct, layer_norm_eps: eps } = config;
  const defaults = { theta: rotary_emb_base ?? 10_000, partial: rotary_pct ?? 0.25 };
  const rotary = rotaryTable(config, dimsOf(config).head_size, defaults);
  return {
    ...decoder('gpt_neox', config, () => ({ rotary })),
    eps,
    bias: { qkv, out: qkv, mlp: true },
    parallel: config.use_parallel_residual,
  };
}
