// What the configurations of the Llama-like families share: their fields, and what a graph needs to know of them.

import * as v from 'valibot';
import type { Activation, Dims, LogitsRule, RotaryTable } from '../ir/graph.ts';
import {
  activation,
  empty,
  epsilon,
  flag,
  flagThatIs,
  idsWithin,
  refused,
  shown,
  size,
  type TextIds,
  tokenIds,
} from './config-fields.ts';
import { ROPE_FIELDS, type RopeConfig } from './rope.ts';

/** What a layer has of its own. */
export interface LayerRule {
  /** Null for a layer without positions. */
  readonly rotary: RotaryTable | null;
  /** How many positions a row sees; all where none is given. */
  readonly window?: number;
}

export interface DecoderConfig extends TextIds {
  readonly model_type: string;
  readonly dims: Dims;
  readonly intermediate_size: number;
  readonly eps: number;
  /** Norms multiply by 1 + weight. */
  readonly plusOne: boolean;
  /** Norms have no weights. */
  readonly bareNorms?: boolean;
  readonly act: Activation;
  readonly tied: boolean;
  /** Which products have a bias. */
  readonly bias: { readonly qkv: boolean; readonly out: boolean; readonly mlp: boolean };
  /** Norms of queries and keys: of each head, of all heads of a row together, or none. */
  readonly qkNorm: 'head' | 'row' | null;
  /** What the file calls them, where it is not `q_norm` and `k_norm`. */
  readonly qkNormNames?: readonly [string, string];
  /** Factor of q · k before the softmax. */
  readonly scale: number;
  readonly softcap?: number;
  /** Linear biases for positions. */
  readonly alibi?: boolean;
  /** Pairs of a head are neighbours. */
  readonly interleaved?: boolean;
  readonly layers: readonly LayerRule[];
  /** The file holds queries, keys and values in one tensor, and gate and what it lets through in another. */
  readonly fused?: boolean;
  readonly embeddingFactor?: number;
  /** Of what attention and MLP add. */
  readonly residualFactor?: number;
  readonly logits?: LogitsRule;
}

/** Largest accepted sizes: far above any published model of these families, low enough that a hostile file cannot exhaust memory by sizes alone. */
export const LARGEST = {
  layers: 512,
  heads: 1024,
  width: 65_536,
  positions: 2 ** 24,
  vocab: 4_194_304,
  inner: 524_288,
} as const;

/** What transformers' configuration class of a family has where the file says nothing. */
export interface DecoderDefaults {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly max_position_embeddings: number;
  readonly tie_word_embeddings: boolean;
  readonly bos_token_id: number | null;
  readonly eos_token_id: number | null;
}

/** What no decoder here may have, whatever its family. */
export const DECODER_ONLY = {
  add_cross_attention: flagThatIs(false, 'cross-attention is not supported'),
  is_encoder_decoder: flagThatIs(false, 'only decoders are supported'),
  is_causal: flagThatIs(true, 'only attention to earlier positions is supported'),
  quantization_config: empty('quantised checkpoints of this kind are not supported'),
} as const;

/** The fields that all have; spread them into a family's schema. */
export function decoderFields(defaults: DecoderDefaults) {
  return {
    ...ROPE_FIELDS,
    vocab_size: v.optional(size(LARGEST.vocab), defaults.vocab_size),
    hidden_size: v.optional(size(LARGEST.width), defaults.hidden_size),
    intermediate_size: v.optional(size(LARGEST.inner), defaults.intermediate_size),
    num_hidden_layers: v.optional(size(LARGEST.layers), defaults.num_hidden_layers),
    num_attention_heads: v.optional(size(LARGEST.heads), defaults.num_attention_heads),
    num_key_value_heads: v.nullish(size(LARGEST.heads)),
    head_dim: v.nullish(size(LARGEST.width)),
    max_position_embeddings: v.optional(size(LARGEST.positions), defaults.max_position_embeddings),
    tie_word_embeddings: v.optional(flag, defaults.tie_word_embeddings),
    bos_token_id: v.optional(tokenIds, defaults.bos_token_id),
    eos_token_id: v.optional(tokenIds, defaults.eos_token_id),
    hidden_act: v.optional(activation, 'silu'),
    rms_norm_eps: v.optional(epsilon, 1e-6),
    sliding_window: v.nullish(size(LARGEST.positions)),
    ...DECODER_ONLY,
  } as const;
}

/** What `decoder` reads of a family's fields. */
export interface DecoderFields extends RopeConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads?: number | null | undefined;
  readonly head_dim?: number | null | undefined;
  readonly tie_word_embeddings: boolean;
  readonly bos_token_id: readonly number[];
  readonly eos_token_id: readonly number[];
  readonly hidden_act: Activation;
  readonly rms_norm_eps: number;
}

/** The sizes of a file, checked against each other. Throws `unsupported_config` by the field's name. */
export function dimsOf(config: Omit<DecoderFields, 'hidden_act'>): Dims {
  const { hidden_size, num_attention_heads: heads } = config;
  const kvHeads = config.num_key_value_heads ?? heads;
  if (heads % kvHeads !== 0)
    throw refused('num_key_value_heads', `num_attention_heads ${heads} is not a multiple of ${kvHeads}`);
  if (typeof config.head_dim !== 'number' && hidden_size % heads !== 0)
    throw refused('hidden_size', `${hidden_size} is not a multiple of num_attention_heads ${heads}`);
  return {
    n_layer: config.num_hidden_layers,
    n_embd: hidden_size,
    n_head: heads,
    n_kv_head: kvHeads,
    head_size: config.head_dim ?? hidden_size / heads,
    n_ctx: config.max_position_embeddings,
    vocab_size: config.vocab_size,
  };
}

/** A plain decoder of this kind: no biases, no norms of queries and keys, every layer the same; a family says what it has besides. */
export function decoder(model_type: string, config: DecoderFields, layer: (index: number) => LayerRule): DecoderConfig {
  const dims = dimsOf(config);
  return {
    model_type,
    dims,
    intermediate_size: config.intermediate_size,
    eps: config.rms_norm_eps,
    plusOne: false,
    act: config.hidden_act,
    tied: config.tie_word_embeddings,
    bias: { qkv: false, out: false, mlp: false },
    qkNorm: null,
    scale: 1 / Math.sqrt(dims.head_size),
    layers: Array.from({ length: dims.n_layer }, (_, index) => layer(index)),
    bos_token_id: idsWithin(config.bos_token_id, dims.vocab_size)[0] ?? null,
    eos_token_ids: idsWithin(config.eos_token_id, dims.vocab_size),
  };
}

const layerTypeNames = v.nullish(v.array(v.string()));

/** The field `layer_types`, where a family has it. */
export const LAYER_TYPES = { layer_types: layerTypeNames } as const;

/** Whether each layer sees a window alone: as `layer_types` says, else as the family has it. Throws `unsupported_config` for other kinds. */
export function slidingLayers(
  types: readonly string[] | null | undefined,
  layers: number,
  byDefault: (index: number) => boolean,
): boolean[] {
  const kind = (index: number) => (byDefault(index) ? 'sliding_attention' : 'full_attention');
  const kinds = layerKinds(types, layers, ['full_attention', 'sliding_attention'], kind);
  return kinds.map(type => type === 'sliding_attention');
}

/** The kind of each layer: as `layer_types` says, else as the family has it. Throws `unsupported_config` for kinds that it does not have. */
export function layerKinds<K extends string>(
  types: readonly string[] | null | undefined,
  layers: number,
  known: readonly K[],
  byDefault: (index: number) => K,
): K[] {
  if (!types) return Array.from({ length: layers }, (_, index) => byDefault(index));
  if (types.length !== layers) throw refused('layer_types', `${types.length} kinds where there are ${layers} layers`);
  return types.map(type => {
    const found = known.find(kind => kind === type);
    if (found === undefined) throw refused('layer_types', `${shown(type)}; supported: ${known.join(', ')}`);
    return found;
  });
}

/** A window of that many positions, or none. */
export const windowed = (window: number | null | undefined): { readonly window?: number } =>
  typeof window === 'number' ? { window } : {};
