// config.json of a GPT-Neo (TinyStories): every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import { activation, epsilon, flag, idsWithin, readConfig, refused, shown, size, tokenIds } from './config-fields.ts';
import { DECODER_ONLY, type DecoderConfig, LARGEST } from './decoder-config.ts';

/** `[[["global", "local"], 12]]`: kinds of layers in turn, and how often. */
const ATTENTION_TYPES = v.array(v.tuple([v.array(v.string()), size(LARGEST.layers)]));

const FIELDS = v.object({
  ...DECODER_ONLY,
  vocab_size: v.optional(size(LARGEST.vocab), 50_257),
  max_position_embeddings: v.optional(size(LARGEST.positions), 2048),
  hidden_size: v.optional(size(LARGEST.width), 2048),
  num_layers: v.optional(size(LARGEST.layers), 24),
  num_heads: v.optional(size(LARGEST.heads), 16),
  intermediate_size: v.nullish(size(LARGEST.inner)),
  attention_types: v.nullish(ATTENTION_TYPES),
  /** Positions that a local layer sees. */
  window_size: v.optional(size(LARGEST.positions), 256),
  activation_function: v.optional(activation, 'gelu_new'),
  layer_norm_epsilon: v.optional(epsilon, 1e-5),
  tie_word_embeddings: v.optional(flag, true),
  bos_token_id: v.optional(tokenIds, 50_256),
  eos_token_id: v.optional(tokenIds, 50_256),
});

const SYNONYMS = { num_layers: 'num_hidden_layers', num_heads: 'num_attention_heads' };

/** The configuration of a GPT-Neo. Throws as `readConfig`. */
export function parseGptNeo(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json, SYNONYMS);
  const { num_layers: n_layer, num_heads: n_head, hidden_size: n_embd, vocab_size, window_size } = config;
  if (n_embd % n_head !== 0) throw refused('hidden_size', `${n_embd} is not a multiple of num_heads ${n_head}`);
  const written = config.attention_types ?? [[['global', 'local'], 12]];
  const kinds = written.flatMap(([names, times]) => Array.from({ length: times }, () => names).flat());
  const other = kinds.find(kind => kind !== 'global' && kind !== 'local');
  if (other !== undefined) throw refused('attention_types', `${shown(other)}; supported: global, local`);
  if (kinds.length !== n_layer)
    throw refused('attention_types', `${kinds.length} kinds where there are ${n_layer} layers`);
  const head_size = n_embd / n_head;
  return {
    model_type: 'gpt_neo',
    dims: { n_layer, n_embd, n_head, n_kv_head: n_head, head_size, n_ctx: config.max_position_embeddings, vocab_size },
    intermediate_size: config.intermediate_size ?? 4 * n_embd,
    eps: config.layer_norm_epsilon,
    plusOne: false,
    act: config.activation_function,
    tied: config.tie_word_embeddings,
    bias: { qkv: false, out: true, mlp: true },
    qkNorm: null,
    // Scores are not divided by the root of the head size: the weights were trained to do without.
    scale: 1,
    layers: kinds.map(kind => ({ rotary: null, ...(kind === 'local' && { window: window_size }) })),
    bos_token_id: idsWithin(config.bos_token_id, vocab_size)[0] ?? null,
    eos_token_ids: idsWithin(config.eos_token_id, vocab_size),
  };
}
