// config.json of a Llama (1 to 3.x, and what was trained in its shape): every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import { flag, readConfig } from './config-fields.ts';
import { type DecoderConfig, decoder, decoderFields, dimsOf } from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
    bos_token_id: 1,
    eos_token_id: 2,
  }),
  attention_bias: v.optional(flag, false),
  mlp_bias: v.optional(flag, false),
});

/** The configuration of a Llama. Throws as `readConfig`. */
export function parseLlama(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const rotary = rotaryTable(config, dimsOf(config).head_size, { theta: 10_000 });
  const { attention_bias, mlp_bias } = config;
  return {
    ...decoder('llama', config, () => ({ rotary })),
    bias: { qkv: attention_bias, out: attention_bias, mlp: mlp_bias },
  };
}
