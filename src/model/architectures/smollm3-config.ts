// config.json of a SmolLM3: a Llama some of whose layers have no positions.

import * as v from 'valibot';
import { flag, readConfig, refused, size } from './config-fields.ts';
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
    vocab_size: 128_256,
    hidden_size: 2048,
    intermediate_size: 11_008,
    num_hidden_layers: 36,
    num_attention_heads: 16,
    max_position_embeddings: 32_768,
    tie_word_embeddings: true,
    bos_token_id: 128_000,
    eos_token_id: 128_001,
  }),
  ...LAYER_TYPES,
  num_key_value_heads: v.optional(v.nullable(size(LARGEST.heads)), 4),
  attention_bias: v.optional(flag, false),
  mlp_bias: v.optional(flag, false),
  use_sliding_window: v.optional(flag, false),
  /** One number a layer; 0 is a layer without positions. */
  no_rope_layers: v.nullish(v.array(v.number())),
  /** Where that list is not there: every so-manieth layer is without. */
  no_rope_layer_interval: v.optional(size(LARGEST.layers), 4),
});

/** The configuration of a SmolLM3. Throws as `readConfig`. */
export function parseSmolLm3(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const { n_layer, head_size } = dimsOf(config);
  const rotary = rotaryTable(config, head_size, { theta: 2_000_000 });
  const { no_rope_layers: listed, no_rope_layer_interval: interval, attention_bias: qkv, mlp_bias: mlp } = config;
  if (listed && listed.length !== n_layer)
    throw refused('no_rope_layers', `${listed.length} entries where there are ${n_layer} layers`);
  const turns = (index: number) => (listed ? listed[index] !== 0 : (index + 1) % interval !== 0);
  const sliding = slidingLayers(config.layer_types, n_layer, index => !turns(index));
  const window = config.use_sliding_window ? config.sliding_window : null;
  const layer = (index: number) => ({
    rotary: turns(index) ? rotary : null,
    ...windowed(sliding[index] ? window : null),
  });
  return { ...decoder('smollm3', config, layer), bias: { qkv, out: qkv, mlp } };
}
