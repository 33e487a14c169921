// config.json of an OLMo 2: norms after attention and MLP, and norms over all queries and all keys of a row.

import * as v from 'valibot';
import { epsilon, flag, readConfig } from './config-fields.ts';
import { type DecoderConfig, decoder, decoderFields, dimsOf } from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 50_304,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
    bos_token_id: null,
    eos_token_id: 50_279,
  }),
  rms_norm_eps: v.optional(epsilon, 1e-5),
  attention_bias: v.optional(flag, false),
});

/** The configuration of an OLMo 2. Throws as `readConfig`. */
export function parseOlmo2(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const rotary = rotaryTable(config, dimsOf(config).head_size, { theta: 10_000 });
  const { attention_bias: qkv } = config;
  return { ...decoder('olmo2', config, () => ({ rotary })), bias: { qkv, out: qkv, mlp: false }, qkNorm: 'row' };
}
