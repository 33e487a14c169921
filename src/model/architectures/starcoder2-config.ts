// config.json of a StarCoder2: layer norms with biases around rotary positions and grouped heads, a plain MLP.

import * as v from 'valibot';
import { activation, epsilon, flag, readConfig, size } from './config-fields.ts';
import { type DecoderConfig, decoder, decoderFields, dimsOf, LARGEST, windowed } from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 49_152,
    hidden_size: 3072,
    intermediate_size: 12_288,
    num_hidden_layers: 30,
    num_attention_heads: 24,
    max_position_embeddings: 4096,
    tie_word_embeddings: true,
    bos_token_id: 50_256,
    eos_token_id: 50_256,
  }),
  num_key_value_heads: v.optional(v.nullable(size(LARGEST.heads)), 2),
  hidden_act: v.optional(activation, 'gelu_pytorch_tanh'),
  norm_epsilon: v.optional(epsilon, 1e-5),
  use_bias: v.optional(flag, true),
});

/** The configuration of a StarCoder2. Throws as `readConfig`. */
export function parseStarcoder2(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const rotary = rotaryTable(config, dimsOf(config).head_size, { theta: 10_000 });
  const { use_bias: bias, norm_epsilon: eps } = config;
  return {
    ...decoder('starcoder2', config, () => ({ rotary, ...windowed(config.sliding_window) })),
    eps,
    bias: { qkv: bias, out: bias, mlp: bias },
  };
}
