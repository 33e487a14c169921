// config.json of a GPT-J: every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import { activation, epsilon, flag, idsWithin, readConfig, refused, size, tokenIds } from './config-fields.ts';
import { DECODER_ONLY, type DecoderConfig, LARGEST } from './decoder-config.ts';

const FIELDS = v.object({
  ...DECODER_ONLY,
  vocab_size: v.optional(size(LARGEST.vocab), 50_400),
  n_positions: v.optional(size(LARGEST.positions), 2048),
  n_embd: v.optional(size(LARGEST.width), 4096),
  n_layer: v.optional(size(LARGEST.layers), 28),
  n_head: v.optional(size(LARGEST.heads), 16),
  n_inner: v.nullish(size(LARGEST.inner)),
  rotary_dim: v.optional(size(LARGEST.width), 64),
  activation_function: v.optional(activation, 'gelu_new'),
  layer_norm_epsilon: v.optional(epsilon, 1e-5),
  tie_word_embeddings: v.optional(flag, false),
  bos_token_id: v.optional(tokenIds, 50_256),
  eos_token_id: v.optional(tokenIds, 50_256),
});

const SYNONYMS = {
  n_layer: 'num_hidden_layers',
  n_head: 'num_attention_heads',
  n_embd: 'hidden_size',
  n_positions: 'max_position_embeddings',
};

/** The configuration of a GPT-J. Throws as `readConfig`. */
export function parseGptj(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json, SYNONYMS);
  const { n_layer, n_head, n_embd, vocab_size, rotary_dim } = config;
  if (n_embd % n_head !== 0) throw refused('n_embd', `${n_embd} is not a multiple of n_head ${n_head}`);
  const head_size = n_embd / n_head;
  if (rotary_dim % 2 !== 0 || rotary_dim > head_size)
    throw refused('rotary_dim', `${rotary_dim} of a head of ${head_size} is no whole number of pairs`);
  const inv_freq = Array.from({ length: rotary_dim / 2 }, (_, i) => 10_000 ** ((-2 * i) / rotary_dim));
  const rotary = { inv_freq, scale: 1 };
  return {
    model_type: 'gptj',
    dims: { n_layer, n_embd, n_head, n_kv_head: n_head, head_size, n_ctx: config.n_positions, vocab_size },
    intermediate_size: config.n_inner ?? 4 * n_embd,
    eps: config.layer_norm_epsilon,
    plusOne: false,
    act: config.activation_function,
    tied: config.tie_word_embeddings,
    bias: { qkv: false, out: false, mlp: true },
    qkNorm: null,
    scale: 1 / Math.sqrt(head_size),
    interleaved: true,
    layers: Array.from({ length: n_layer }, () => ({ rotary })),
    bos_token_id: idsWithin(config.bos_token_id, vocab_size)[0] ?? null,
    eos_token_ids: idsWithin(config.eos_token_id, vocab_size),
  };
}
