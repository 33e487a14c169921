// config.json of a BLOOM: every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import { epsilon, flag, idsWithin, readConfig, refused, size, tokenIds } from './config-fields.ts';
import { DECODER_ONLY, type DecoderConfig, LARGEST } from './decoder-config.ts';

const FIELDS = v.object({
  ...DECODER_ONLY,
  vocab_size: v.optional(size(LARGEST.vocab), 250_880),
  hidden_size: v.optional(size(LARGEST.width), 64),
  n_layer: v.optional(size(LARGEST.layers), 2),
  n_head: v.optional(size(LARGEST.heads), 8),
  n_inner: v.nullish(size(LARGEST.inner)),
  /** The length it was trained with: linear biases know no last position. */
  seq_length: v.optional(size(LARGEST.positions), 2048),
  layer_norm_epsilon: v.optional(epsilon, 1e-5),
  apply_residual_connection_post_layernorm: v.optional(flag, false),
  tie_word_embeddings: v.optional(flag, true),
  bos_token_id: v.optional(tokenIds, 1),
  eos_token_id: v.optional(tokenIds, 2),
});

const SYNONYMS = { n_layer: 'num_hidden_layers', n_head: 'num_attention_heads', hidden_size: 'n_embed' };

export interface BloomConfig extends DecoderConfig {
  /** What attention and MLP are added to is the stream behind their norm. */
  readonly residualOfNorm: boolean;
}

/** The configuration of a BLOOM. Throws as `readConfig`. */
export function parseBloom(json: unknown): BloomConfig {
  const config = readConfig(FIELDS, json, SYNONYMS);
  const { n_layer, n_head, hidden_size: n_embd, vocab_size, n_inner } = config;
  if (n_embd % n_head !== 0) throw refused('hidden_size', `${n_embd} is not a multiple of n_head ${n_head}`);
  if (typeof n_inner === 'number' && n_inner !== 4 * n_embd)
    throw refused('n_inner', `${n_inner} where this family has 4 * hidden_size`);
  const head_size = n_embd / n_head;
  return {
    model_type: 'bloom',
    dims: { n_layer, n_embd, n_head, n_kv_head: n_head, head_size, n_ctx: config.seq_length, vocab_size },
    intermediate_size: 4 * n_embd,
    eps: config.layer_norm_epsilon,
    plusOne: false,
    act: 'gelu_new',
    tied: config.tie_word_embeddings,
    bias: { qkv: true, out: true, mlp: true },
    qkNorm: null,
    scale: 1 / Math.sqrt(head_size),
    alibi: true,
    layers: Array.from({ length: n_layer }, () => ({ rotary: null })),
    residualOfNorm: config.apply_residual_connection_post_layernorm,
    bos_token_id: idsWithin(config.bos_token_id, vocab_size)[0] ?? null,
    eos_token_ids: idsWithin(config.eos_token_id, vocab_size),
  };
}
