// config.json of a GPT-2 checkpoint, checked: every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import type { Activation } from '../ir/graph.ts';
import {
  activation,
  empty,
  epsilon,
  flag,
  flagThatIs,
  idsWithin,
  readConfig,
  refused,
  size,
  type TextIds,
  tokenIds,
} from './config-fields.ts';

/** What the numbers of a GPT-2 depend on, with defaults filled in. Names as in config.json. */
export interface Gpt2Config extends TextIds {
  readonly model_type: 'gpt2';
  readonly n_layer: number;
  readonly n_head: number;
  readonly n_embd: number;
  /** Most positions of a sequence: rows of `wpe.weight`. */
  readonly n_positions: number;
  readonly vocab_size: number;
  /** Width of the feed-forward layer; 4 * n_embd where the file has none. */
  readonly n_inner: number;
  readonly activation_function: Activation;
  readonly layer_norm_epsilon: number;
  readonly scale_attn_weights: boolean;
  readonly scale_attn_by_inverse_layer_idx: boolean;
  readonly tie_word_embeddings: boolean;
}

/** Largest accepted sizes: far above any published GPT-2, low enough that a hostile file cannot exhaust memory by sizes alone. */
const LARGEST = {
  n_layer: 512,
  n_head: 1024,
  n_embd: 32_768,
  n_positions: 1_048_576,
  vocab_size: 4_194_304,
  n_inner: 262_144,
} as const;

/** The id that transformers' GPT2Config writes where a model names none. */
const DEFAULT_END_OF_TEXT = 50_256;

/** Defaults are those of transformers' GPT2Config. */
const FIELDS = v.object({
  n_layer: v.optional(size(LARGEST.n_layer), 12),
  n_head: v.optional(size(LARGEST.n_head), 12),
  n_embd: v.optional(size(LARGEST.n_embd), 768),
  n_ctx: v.optional(size(LARGEST.n_positions), 1024),
  n_positions: v.optional(size(LARGEST.n_positions)),
  vocab_size: v.optional(size(LARGEST.vocab_size), 50_257),
  n_inner: v.nullish(size(LARGEST.n_inner)),
  activation_function: v.optional(activation, 'gelu_new'),
  layer_norm_epsilon: v.optional(epsilon, 1e-5),
  scale_attn_weights: v.optional(flag, true),
  scale_attn_by_inverse_layer_idx: v.optional(flag, false),
  tie_word_embeddings: v.optional(flag, true),
  /** Asks for f32 attention, which is what there is. */
  reorder_and_upcast_attn: v.optional(flag, false),
  bos_token_id: v.optional(tokenIds, DEFAULT_END_OF_TEXT),
  eos_token_id: v.optional(tokenIds, DEFAULT_END_OF_TEXT),
  add_cross_attention: flagThatIs(false, 'cross-attention is not supported'),
  is_encoder_decoder: flagThatIs(false, 'only decoders are supported'),
  pruned_heads: empty('pruned heads are not supported'),
  quantization_config: empty('quantised checkpoints of this kind are not supported'),
});

const SYNONYMS = {
  n_layer: 'num_hidden_layers',
  n_head: 'num_attention_heads',
  n_embd: 'hidden_size',
  n_positions: 'max_position_embeddings',
};

/** The configuration of a GPT-2. Throws as `readConfig`. */
export function parseConfig(json: unknown): Gpt2Config {
  const config = readConfig(FIELDS, json, SYNONYMS);
  const { n_layer, n_head, n_embd, vocab_size } = config;
  if (n_embd % n_head !== 0) throw refused('n_embd', `${n_embd} is not a multiple of n_head ${n_head}`);
  return {
    model_type: 'gpt2',
    n_layer,
    n_head,
    n_embd,
    n_positions: config.n_positions ?? config.n_ctx,
    vocab_size,
    n_inner: config.n_inner ?? 4 * n_embd,
    activation_function: config.activation_function,
    layer_norm_epsilon: config.layer_norm_epsilon,
    scale_attn_weights: config.scale_attn_weights,
    scale_attn_by_inverse_layer_idx: config.scale_attn_by_inverse_layer_idx,
    tie_word_embeddings: config.tie_word_embeddings,
    bos_token_id: idsWithin(config.bos_token_id, vocab_size)[0] ?? null,
    eos_token_ids: idsWithin(config.eos_token_id, vocab_size),
  };
}
