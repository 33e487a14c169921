// config.json of an OPT: every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import { activation, flag, flagThatIs, idsWithin, readConfig, refused, size, tokenIds } from './config-fields.ts';
import { DECODER_ONLY, type DecoderConfig, LARGEST } from './decoder-config.ts';

const FIELDS = v.object({
  ...DECODER_ONLY,
  vocab_size: v.optional(size(LARGEST.vocab), 50_272),
  max_position_embeddings: v.optional(size(LARGEST.positions), 2048),
  hidden_size: v.optional(size(LARGEST.width), 768),
  word_embed_proj_dim: v.nullish(size(LARGEST.width)),
  num_hidden_layers: v.optional(size(LARGEST.layers), 12),
  num_attention_heads: v.optional(size(LARGEST.heads), 12),
  ffn_dim: v.optional(size(LARGEST.inner), 3072),
  activation_function: v.optional(activation, 'relu'),
  enable_bias: v.optional(flag, true),
  do_layer_norm_before: flagThatIs(true, 'norms after attention and MLP are not supported in this family'),
  _remove_final_layer_norm: flagThatIs(false, 'a model without its last norm is not supported'),
  layer_norm_elementwise_affine: flagThatIs(true, 'layer norms without weights are not supported'),
  tie_word_embeddings: v.optional(flag, true),
  bos_token_id: v.optional(tokenIds, 2),
  eos_token_id: v.optional(tokenIds, 2),
});

/** The configuration of an OPT. Throws as `readConfig`. */
export function parseOpt(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const { num_hidden_layers: n_layer, num_attention_heads: n_head, hidden_size: n_embd, vocab_size } = config;
  if (n_embd % n_head !== 0)
    throw refused('hidden_size', `${n_embd} is not a multiple of num_attention_heads ${n_head}`);
  const { word_embed_proj_dim: projected, enable_bias: bias } = config;
  if (typeof projected === 'number' && projected !== n_embd)
    throw refused('word_embed_proj_dim', `embeddings of ${projected} for a stream of ${n_embd} are not supported`);
  const head_size = n_embd / n_head;
  return {
    model_type: 'opt',
    dims: { n_layer, n_embd, n_head, n_kv_head: n_head, head_size, n_ctx: config.max_position_embeddings, vocab_size },
    intermediate_size: config.ffn_dim,
    eps: 1e-5,
    plusOne: false,
    act: config.activation_function,
    tied: config.tie_word_embeddings,
    bias: { qkv: bias, out: bias, mlp: bias },
    qkNorm: null,
    scale: 1 / Math.sqrt(head_size),
    layers: Array.from({ length: n_layer }, () => ({ rotary: null })),
    bos_token_id: idsWithin(config.bos_token_id, vocab_size)[0] ?? null,
    eos_token_ids: idsWithin(config.eos_token_id, vocab_size),
  };
}
