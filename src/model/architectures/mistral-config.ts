// config.json of a Mistral: a Llama whose layers may see a window alone.

import * as v from 'valibot';
import { readConfig, size } from './config-fields.ts';
import { type DecoderConfig, decoder, decoderFields, dimsOf, LARGEST, windowed } from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
    bos_token_id: 1,
    eos_token_id: 2,
  }),
  num_key_value_heads: v.optional(v.nullable(size(LARGEST.heads)), 8),
  sliding_window: v.optional(v.nullable(size(LARGEST.positions)), 4096),
});

/** The configuration of a Mistral. Throws as `readConfig`. */
export function parseMistral(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const rotary = rotaryTable(config, dimsOf(config).head_size, { theta: 10_000 });
  return decoder('mistral', config, () => ({ rotary, ...windowed(config.sliding_window) }));
}
