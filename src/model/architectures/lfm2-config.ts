// config.json of an LFM2: every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import { epsilon, flag, positive, readConfig, refused, size } from './config-fields.ts';
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

export interface Lfm2Config extends DecoderConfig {
  /** Whether each layer convolves; the others attend. */
  readonly convolves: readonly boolean[];
  /** Positions that a convolution sees, its own and those before it. */
  readonly taps: number;
  readonly convBias: boolean;
}

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 65_536,
    hidden_size: 2560,
    intermediate_size: 12_288,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 128_000,
    tie_word_embeddings: true,
    bos_token_id: 1,
    eos_token_id: 2,
  }),
  ...LAYER_TYPES,
  num_key_value_heads: v.optional(v.nullable(size(LARGEST.heads)), 8),
  norm_eps: v.optional(epsilon, 1e-5),
  // Names of the same in older files, which rule where both are there.
  tie_embedding: v.nullish(flag),
  block_ff_dim: v.nullish(size(LARGEST.inner)),
  full_attn_idxs: v.nullish(v.array(v.number())),
  conv_bias: v.optional(flag, false),
  conv_L_cache: v.optional(size(64), 3),
  block_auto_adjust_ff_dim: v.optional(flag, true),
  block_ffn_dim_multiplier: v.optional(v.nullable(positive), 1),
  block_multiple_of: v.optional(size(LARGEST.inner), 256),
});
type Fields = v.InferOutput<typeof FIELDS>;

/** The configuration of an LFM2. Throws as `readConfig`. */
export function parseLfm2(json: unknown): Lfm2Config {
  const config = readConfig(FIELDS, json);
  const { n_layer, head_size } = dimsOf({ ...config, rms_norm_eps: config.norm_eps });
  const rotary = rotaryTable(config, head_size, { theta: 1_000_000 });
  const attends = new Set(config.full_attn_idxs ?? Array.from({ length: n_layer }, (_, index) => index));
  const byIndex = (index: number) => (attends.has(index) ? 'full_attention' : 'conv');
  const kinds = layerKinds(config.layer_types, n_layer, ['conv', 'full_attention'], byIndex);
  const inner = innerSize(config);
  if (inner > LARGEST.inner)
    throw refused('intermediate_size', `${inner} is above the largest supported, ${LARGEST.inner}`);
  const fields = {
    ...config,
    // Read from the file in no other word.
    hidden_act: 'silu' as const,
    intermediate_size: inner,
    rms_norm_eps: config.norm_eps,
    tie_word_embeddings: config.tie_embedding ?? config.tie_word_embeddings,
  };
  return {
    ...decoder('lfm2', fields, () => ({ rotary })),
    qkNorm: 'head',
    qkNormNames: ['q_layernorm', 'k_layernorm'],
    convolves: kinds.map(kind => kind === 'conv'),
    taps: config.conv_L_cache,
    convBias: config.conv_bias,
  };
}

/** Width of the MLP: two thirds of what the file says, rounded up, unless the file says it is meant as it stands. */
function innerSize(config: Fields): number {
  const written = config.block_ff_dim ?? config.intermediate_size;
  if (!config.block_auto_adjust_ff_dim) return written;
  const thirds = Math.trunc((2 * written) / 3);
  const { block_ffn_dim_multiplier: factor, block_multiple_of: multiple } = config;
  if (factor === null) return thirds;
  return Math.ceil(Math.trunc(factor * thirds) / multiple) * multiple;
}
