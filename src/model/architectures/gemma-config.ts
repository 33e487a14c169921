// config.json of a Gemma 2 or of the text part of a Gemma 3: every field that changes numbers is honoured or refused by its name.

import * as v from 'valibot';
import { activation, configObject, flag, positive, readConfig, size } from './config-fields.ts';
import {
  type DecoderConfig,
  type DecoderDefaults,
  decoder,
  decoderFields,
  dimsOf,
  LARGEST,
  LAYER_TYPES,
  slidingLayers,
  windowed,
} from './decoder-config.ts';
import { rotaryTable } from './rope.ts';

const DEFAULTS: Omit<DecoderDefaults, 'vocab_size' | 'max_position_embeddings'> = {
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  tie_word_embeddings: true,
  bos_token_id: 2,
  eos_token_id: 1,
};

/** The fields that both have; `attention` and `logits` are the caps of files that name none. */
function fields(vocab_size: number, max_position_embeddings: number, attention: number | null, logits: number | null) {
  return {
    ...decoderFields({ ...DEFAULTS, vocab_size, max_position_embeddings }),
    ...LAYER_TYPES,
    num_key_value_heads: v.optional(v.nullable(size(LARGEST.heads)), 4),
    head_dim: v.optional(v.nullable(size(LARGEST.width)), 256),
    // `hidden_act` of the first Gemma is not read.
    hidden_act: v.optional(v.unknown()),
    hidden_activation: v.optional(activation, 'gelu_pytorch_tanh'),
    attention_bias: v.optional(flag, false),
    query_pre_attn_scalar: v.optional(positive, 256),
    sliding_window: v.optional(v.nullable(size(LARGEST.positions)), 4096),
    attn_logit_softcapping: v.optional(v.nullable(positive), attention),
    final_logit_softcapping: v.optional(v.nullable(positive), logits),
    use_bidirectional_attention: v.nullish(
      v.pipe(
        flag,
        v.check(value => !value, 'only attention to earlier positions is supported'),
      ),
    ),
  } as const;
}

const GEMMA2 = v.object(fields(256_000, 8192, 50, 30));
const GEMMA3 = v.object({
  ...fields(262_208, 131_072, null, null),
  /** Every so-manieth layer sees the whole text. */
  sliding_window_pattern: v.optional(size(LARGEST.layers), 6),
  rope_local_base_freq: v.nullish(positive),
});

type Fields = v.InferOutput<typeof GEMMA2>;

function gemmaConfig(model_type: string, config: Fields, layer: Parameters<typeof decoder>[2]): DecoderConfig {
  const { attention_bias: qkv, final_logit_softcapping: cap } = config;
  return {
    ...decoder(model_type, { ...config, hidden_act: config.hidden_activation }, layer),
    plusOne: true,
    bias: { qkv, out: qkv, mlp: false },
    scale: 1 / Math.sqrt(config.query_pre_attn_scalar),
    embeddingFactor: Math.sqrt(config.hidden_size),
    logits: cap === null ? {} : { softcap: cap },
  };
}

/** The configuration of a Gemma 2. Throws as `readConfig`. */
export function parseGemma2(json: unknown): DecoderConfig {
  const config = readConfig(GEMMA2, json);
  const { n_layer, head_size } = dimsOf(config);
  const rotary = rotaryTable(config, head_size, { theta: 10_000 });
  const sliding = slidingLayers(config.layer_types, n_layer, index => index % 2 === 0);
  const layer = (index: number) => ({ rotary, ...windowed(sliding[index] ? config.sliding_window : null) });
  const { attn_logit_softcapping: softcap } = config;
  return { ...gemmaConfig('gemma2', config, layer), ...(softcap !== null && { softcap }) };
}

/**
 * The configuration of a Gemma 3's text part, which is all of the file or its `text_config`. Its class knows a cap of attention, and its
 * attention does not apply it. Throws as `readConfig`.
 */
export function parseGemma3(json: unknown): DecoderConfig {
  const whole = configObject(json);
  const inner = whole.text_config === undefined ? {} : configObject(whole.text_config);
  const config = readConfig(GEMMA3, { ...whole, ...inner });
  const { n_layer, head_size } = dimsOf(config);
  const theta = config.rope_local_base_freq ?? 10_000;
  const { rope_parameters, max_position_embeddings } = config;
  const near = rotaryTable({ rope_parameters, max_position_embeddings }, head_size, {
    theta,
    layerType: 'sliding_attention',
  });
  const far = rotaryTable(config, head_size, { theta: 1_000_000, layerType: 'full_attention' });
  const pattern = config.sliding_window_pattern;
  const sliding = slidingLayers(config.layer_types, n_layer, index => (index + 1) % pattern !== 0);
  const layer = (index: number) =>
    sliding[index] ? { rotary: near, ...windowed(config.sliding_window) } : { rotary: far };
  return { ...gemmaConfig('gemma3_text', config, layer), qkNorm: 'head' };
}
