// config.json of a nanochat: norms without weights, squared ReLU, a cap on the logits.

import * as v from 'valibot';
import { activation, flag, positive, readConfig } from './config-fields.ts';
import { type DecoderConfig, decoder, decoderFields, dimsOf } from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

const FIELDS = v.object({
  ...decoderFields({
    vocab_size: 50_304,
    hidden_size: 768,
    intermediate_size: 8192,
    num_hidden_layers: 12,
    num_attention_heads: 6,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
    bos_token_id: 0,
    eos_token_id: 1,
  }),
  hidden_act: v.optional(activation, 'relu2'),
  attention_bias: v.optional(flag, false),
  final_logit_softcapping: v.optional(v.nullable(positive), 15),
});

/** The configuration of a nanochat. Throws as `readConfig`. */
export function parseNanochat(json: unknown): DecoderConfig {
  const config = readConfig(FIELDS, json);
  const { inv_freq } = rotaryTable(config, dimsOf(config).head_size, { theta: 10_000 });
  // It turns the other way round. Its norms come after the turn, which changes no length: they may as well come before, and undo any stretching.
  const rotary = { inv_freq: inv_freq.map(f => -f), scale: 1 };
  const { attention_bias: qkv, final_logit_softcapping: cap } = config;
  return {
    ...decoder('nanochat', config, () => ({ rotary })),
    bias: { qkv, out: qkv, mlp: false },
    qkNorm: 'head',
    bareNorms: true,
    logits: cap === null ? {} : { softcap: cap },
  };
}
