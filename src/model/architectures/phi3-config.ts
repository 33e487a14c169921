// config.json of a Phi-3 or Phi-4-mini: a Llama with fused matrices, heads that turn in part, and windows.

import * as v from 'valibot';
import { epsilon, readConfig, size } from './config-fields.ts';
import { type DecoderConfig, decoder, decoderFields, dimsOf, LARGEST, windowed } from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 32_064,
    hidden_size: 3072,
    intermediate_size: 8192,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
    bos_token_id: 1,
    eos_token_id: 32_000,
  }),
  rms_norm_eps: v.optional(epsilon, 1e-5),
  original_max_position_embeddings: v.optional(size(LARGEST.positions), 4096),
});

/** The configuration of a Phi-3. Throws as `readConfig`. */
export function parsePhi3(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const rotary = rotaryTable(config, dimsOf(config).head_size, {
    theta: 10_000,
    partial: 1,
    aliases: { su: 'longrope', yarn: 'longrope' },
    original: config.original_max_position_embeddings,
  });
  return { ...decoder('phi3', config, () => ({ rotary, ...windowed(config.sliding_window) })), fused: true };
}
