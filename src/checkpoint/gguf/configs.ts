// The sizes of GGUF files in the words that each family's config.json has.
import type { JsonFields } from '../json.ts';
import { type Fields, textIds } from './fields.ts';
import { type RopeFactors, ropeFields, turnedPart } from './rope.ts';

export type ConfigOf = (fields: Fields, factors: RopeFactors) => JsonFields;

/** What every decoder has. */
function sizes(fields: Fields): JsonFields {
  return {
    vocab_size: fields.rowsOf('token_embd.weight'),
    hidden_size: fields.number('embedding_length'),
    intermediate_size: fields.uniform('feed_forward_length'),
    num_hidden_layers: fields.number('block_count'),
    num_attention_heads: fields.heads,
    max_position_embeddings: fields.number('context_length'),
    tie_word_embeddings: !fields.tensors.has('output.weight'),
    ...textIds(fields),
  };
}

const grouped = (fields: Fields): JsonFields => ({
  num_key_value_heads: fields.uniform('attention.head_count_kv') ?? fields.heads,
  head_dim: fields.headSize,
});

const biases = (fields: Fields): JsonFields => ({
  attention_bias: fields.hasInLayers('attn_q.bias'),
  mlp_bias: fields.hasInLayers('ffn_gate.bias'),
});

const windowOf = (fields: Fields): JsonFields => ({
  sliding_window: fields.optional('attention.sliding_window') || null,
});

/** Rotary positions over whole heads, norms of mean squares. */
export function decoder(model_type: string): ConfigOf {
  return (fields, factors) => {
    turnedPart(fields, false);
    return {
      model_type,
      ...sizes(fields),
      ...grouped(fields),
      ...biases(fields),
      ...ropeFields(fields, factors),
      rms_norm_eps: fields.number('attention.layer_norm_rms_epsilon'),
    };
  };
}

/** A file whose layers see a window is read as a Mistral. */
export const llama: ConfigOf = (fields, factors) => {
  const window = windowOf(fields);
  return { ...decoder(window.sliding_window === null ? 'llama' : 'mistral')(fields, factors), ...window };
};

export const granite: ConfigOf = (fields, factors) => ({
  ...decoder('granite')(fields, factors),
  attention_multiplier: fields.optional('attention.scale') || 1 / Math.sqrt(fields.headSize),
  embedding_multiplier: fields.optional('embedding_scale') || 1,
  residual_multiplier: fields.optional('residual_scale') || 1,
  logits_scaling: fields.optional('logit_scale') || 1,
});

export const phi3: ConfigOf = (fields, factors) => ({
  model_type: 'phi3',
  ...sizes(fields),
  ...grouped(fields),
  ...windowOf(fields),
  ...ropeFields(fields, factors),
  original_max_position_embeddings:
    fields.optional('rope.scaling.original_context_length') ?? fields.number('context_length'),
  partial_rotary_factor: turnedPart(fields, true),
  rms_norm_eps: fields.number('attention.layer_norm_rms_epsilon'),
});

/** The model with so many layers scales attention by its width over the number of heads; the file does not say so. */
function gemma(model_type: string, layersOfLargest: number): ConfigOf {
  return (fields, factors) => {
    const largest = fields.number('block_count') === layersOfLargest;
    return {
      ...decoder(model_type)(fields, factors),
      ...windowOf(fields),
      query_pre_attn_scalar: largest ? fields.number('embedding_length') / fields.heads : fields.headSize,
      attn_logit_softcapping: fields.optional('attn_logit_softcapping') || null,
      final_logit_softcapping: fields.optional('final_logit_softcapping') || null,
    };
  };
}

export const gemma2 = gemma('gemma2', 46);

export const gemma3: ConfigOf = (fields, factors) => ({
  ...gemma('gemma3_text', 62)(fields, factors),
  rope_local_base_freq: fields.optional('rope.freq_base_swa') ?? 10_000,
  ...gemmaLayers(fields.perLayer('attention.sliding_window_pattern') ?? [6]),
});

/** Every so-manieth layer sees the whole text, or a flag for each that does not. */
function gemmaLayers(pattern: readonly number[]): JsonFields {
  const [every] = pattern;
  if (pattern.length === 1) return { sliding_window_pattern: every };
  return { layer_types: pattern.map(slides => (slides === 0 ? 'full_attention' : 'sliding_attention')) };
}

export const starcoder2: ConfigOf = (fields, factors) => {
  turnedPart(fields, false);
  return {
    model_type: 'starcoder2',
    ...sizes(fields),
    ...grouped(fields),
    ...windowOf(fields),
    ...ropeFields(fields, factors),
    norm_epsilon: fields.number('attention.layer_norm_epsilon'),
    use_bias: fields.hasInLayers('attn_q.bias'),
  };
};

export const gptneox: ConfigOf = (fields, factors) => ({
  model_type: 'gpt_neox',
  ...sizes(fields),
  ...ropeFields(fields, factors),
  rotary_pct: turnedPart(fields, true),
  layer_norm_eps: fields.number('attention.layer_norm_epsilon'),
  attention_bias: fields.hasInLayers('attn_qkv.bias'),
  use_parallel_residual: fields.flag('use_parallel_residual') ?? true,
});

export const bloom: ConfigOf = fields => ({
  model_type: 'bloom',
  ...sizes(fields),
  n_inner: fields.uniform('feed_forward_length') ?? null,
  seq_length: fields.number('context_length'),
  layer_norm_epsilon: fields.number('attention.layer_norm_epsilon'),
});

export const gpt2: ConfigOf = fields => ({
  model_type: 'gpt2',
  ...sizes(fields),
  n_inner: fields.uniform('feed_forward_length') ?? null,
  layer_norm_epsilon: fields.number('attention.layer_norm_epsilon'),
});

/** Layers without heads of keys convolve. */
export const lfm2: ConfigOf = (fields, factors) => {
  const layers = fields.number('block_count');
  const written = fields.perLayer('attention.head_count_kv') ?? [fields.heads];
  const heads = Array.from({ length: layers }, (_, layer) => written[written.length === 1 ? 0 : layer] ?? 0);
  turnedPart(fields, false);
  return {
    model_type: 'lfm2',
    ...sizes(fields),
    ...ropeFields(fields, factors),
    block_auto_adjust_ff_dim: false,
    num_key_value_heads: heads.reduce((most, count) => Math.max(most, count), 1),
    layer_types: heads.map(count => (count === 0 ? 'conv' : 'full_attention')),
    conv_L_cache: fields.number('shortconv.l_cache'),
    conv_bias: [...fields.tensors.keys()].some(name => name.endsWith('.shortconv.conv.bias')),
    norm_eps: fields.number('attention.layer_norm_rms_epsilon'),
  };
};

/** Layers with factors of a decay have the delta rule; those behind the model's own draft. */
export const qwen35: ConfigOf = (fields, factors) => {
  const valueHeads = fields.number('ssm.time_step_rank');
  const hasDelta = (_: unknown, layer: number) => fields.tensors.has(`blk.${layer}.ssm_a`);
  return {
    model_type: 'qwen3_5_text',
    ...sizes(fields),
    ...grouped(fields),
    ...ropeFields(fields, factors),
    num_hidden_layers: fields.layers,
    layer_types: Array.from({ length: fields.layers }, hasDelta).map(delta =>
      delta ? 'linear_attention' : 'full_attention',
    ),
    partial_rotary_factor: turnedPart(fields, true),
    rms_norm_eps: fields.number('attention.layer_norm_rms_epsilon'),
    linear_conv_kernel_dim: fields.number('ssm.conv_kernel'),
    linear_key_head_dim: fields.number('ssm.state_size'),
    linear_value_head_dim: fields.number('ssm.inner_size') / valueHeads,
    linear_num_key_heads: fields.number('ssm.group_count'),
    linear_num_value_heads: valueHeads,
  };
};
