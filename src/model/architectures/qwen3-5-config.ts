// config.json of the text part of a Qwen3.5: every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import type { DeltaHeads } from '../ir/graph.ts';
import { configObject, flag, readConfig, refused, size } from './config-fields.ts';
import {
  type DecoderConfig,
  decoder,
  decoderFields,
  dimsOf,
  LARGEST,
  LAYER_TYPES,
  layerKinds,
} from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

export interface Qwen35Config extends DecoderConfig {
  /** Whether each layer attends; the others have the delta rule. */
  readonly attends: readonly boolean[];
  readonly delta: DeltaHeads;
  /** Positions that the convolution before the delta rule sees, its own and those before it. */
  readonly taps: number;
}

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 248_320,
    hidden_size: 4096,
    intermediate_size: 12_288,
    num_hidden_layers: 32,
    num_attention_heads: 16,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
    bos_token_id: null,
    eos_token_id: null,
  }),
  ...LAYER_TYPES,
  num_key_value_heads: v.optional(v.nullable(size(LARGEST.heads)), 4),
  head_dim: v.optional(v.nullable(size(LARGEST.width)), 256),
  attention_bias: v.optional(flag, false),
  /** Every so-manieth layer attends. */
  full_attention_interval: v.optional(size(LARGEST.layers), 4),
  linear_conv_kernel_dim: v.optional(size(64), 4),
  linear_key_head_dim: v.optional(size(1024), 128),
  linear_value_head_dim: v.optional(size(1024), 128),
  linear_num_key_heads: v.optional(size(LARGEST.heads), 16),
  linear_num_value_heads: v.optional(size(LARGEST.heads), 32),
});

/** The configuration of a Qwen3.5's text part, which is all of the file or its `text_config`. Throws as `readConfig`. */
export function parseQwen35(json: unknown): Qwen35Config {
  const whole = configObject(json);
  const inner = whole.text_config === undefined ? {} : configObject(whole.text_config);
  // Whether the head is tied is a matter of the whole model, where the file has one.
  const { tie_word_embeddings = inner.tie_word_embeddings } = whole;
  const config = readConfig(FIELDS, { ...whole, ...inner, tie_word_embeddings });
  const { n_layer, head_size } = dimsOf(config);
  const rotary = rotaryTable(config, head_size, { theta: 10_000, partial: 0.25 });
  const { full_attention_interval: every, attention_bias: qkv } = config;
  const byIndex = (index: number) => ((index + 1) % every === 0 ? 'full_attention' : 'linear_attention');
  const kinds = layerKinds(config.layer_types, n_layer, ['linear_attention', 'full_attention'], byIndex);
  const { linear_num_key_heads: key_heads, linear_num_value_heads: value_heads } = config;
  if (value_heads % key_heads !== 0)
    throw refused('linear_num_value_heads', `${value_heads} is not a multiple of linear_num_key_heads ${key_heads}`);
  const { linear_key_head_dim: key_size, linear_value_head_dim: value_size } = config;
  return {
    ...decoder('qwen3_5_text', config, () => ({ rotary })),
    plusOne: true,
    bias: { qkv, out: qkv, mlp: false },
    qkNorm: 'head',
    attends: kinds.map(kind => kind === 'full_attention'),
    delta: { key_heads, value_heads, key_size, value_size },
    taps: config.linear_conv_kernel_dim,
  };
}
