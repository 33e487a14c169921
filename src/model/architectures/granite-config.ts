// config.json of a Granite 3: a Llama with factors on embeddings, residuals, attention and logits.

import * as v from 'valibot';
import { flag, positive, readConfig } from './config-fields.ts';
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
  embedding_multiplier: v.optional(positive, 1),
  residual_multiplier: v.optional(positive, 1),
  attention_multiplier: v.optional(positive, 1),
  /** Logits are divided by it. */
  logits_scaling: v.optional(positive, 1),
});

/** The configuration of a Granite. Throws as `readConfig`. */
export function parseGranite(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const rotary = rotaryTable(config, dimsOf(config).head_size, { theta: 10_000 });
  const { attention_bias: qkv, mlp_bias: mlp } = config;
  return {
    ...decoder('granite', config, () => ({ rotary })),
    bias: { qkv, out: qkv, mlp },
    scale: config.attention_multiplier,
    embeddingFactor: config.embedding_multiplier,
    residualFactor: config.residual_multiplier,
    logits: { scale: 1 / config.logits_scaling },
  };
}
