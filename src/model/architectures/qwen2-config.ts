// config.json of a Qwen2: a Llama with biases on queries, keys and values, and windows in its later layers if asked for.

import * as v from 'valibot';
import { flag, readConfig, size } from './config-fields.ts';
import {
  type DecoderConfig,
  decoder,
  decoderFields,
  dimsOf,
  LARGEST,
  LAYER_TYPES,
  slidingLayers,
  windowed,
} from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 151_936,
    hidden_size: 4096,
    intermediate_size: 22_016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
    bos_token_id: null,
    eos_token_id: null,
  }),
  ...LAYER_TYPES,
  num_key_value_heads: v.optional(v.nullable(size(LARGEST.heads)), 32),
  use_sliding_window: v.optional(flag, false),
  sliding_window: v.optional(v.nullable(size(LARGEST.positions)), 4096),
  /** Layers from this one on see a window. */
  max_window_layers: v.optional(v.number(), 28),
});

/** The configuration of a Qwen2. Throws as `readConfig`. */
export function parseQwen2(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const { n_layer, head_size } = dimsOf(config);
  const rotary = rotaryTable(config, head_size, { theta: 10_000 });
  const sliding = slidingLayers(config.layer_types, n_layer, index => index >= config.max_window_layers);
  const window = config.use_sliding_window ? config.sliding_window : null;
  const layer = (index: number) => ({ rotary, ...windowed(sliding[index] ? window : null) });
  return { ...decoder('qwen2', config, layer), bias: { qkv: true, out: false, mlp: false } };
}
