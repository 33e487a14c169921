// What the tensors of a GGUF file are called in the checkpoints of their families.
// Source: gguf-py/gguf/tensor_mapping.py of ggml-org/llama.cpp. `.weight` and `.bias` stay behind a name.

export interface Names {
  /** Outside of the layers. */
  readonly outer: Readonly<Record<string, string>>;
  /** What stands before the number of a layer. */
  readonly layer: string;
  /** Behind the number. */
  readonly inner: Readonly<Record<string, string>>;
  /** Behind the number, whole names on both sides: the family has no `.weight` and no `.bias` there. */
  readonly bare?: Readonly<Record<string, string>>;
}

const LLAMA: Names = {
  outer: { token_embd: 'embed_tokens', output_norm: 'norm', output: 'lm_head' },
  layer: 'layers',
  inner: {
    attn_norm: 'input_layernorm',
    attn_q: 'self_attn.q_proj',
    attn_k: 'self_attn.k_proj',
    attn_v: 'self_attn.v_proj',
    attn_q_norm: 'self_attn.q_norm',
    attn_k_norm: 'self_attn.k_norm',
    attn_output: 'self_attn.o_proj',
    ffn_norm: 'post_attention_layernorm',
    ffn_gate: 'mlp.gate_proj',
    ffn_up: 'mlp.up_proj',
    ffn_down: 'mlp.down_proj',
  },
};

const { ffn_norm: _between, ...WITHOUT_FFN_NORM } = LLAMA.inner;
const { attn_norm: _before, ...WITHOUT_NORMS } = WITHOUT_FFN_NORM;

/** Those of a Llama, but for some inside the layers. */
const like = (inner: Names['inner']): Names => ({ ...LLAMA, inner: { ...LLAMA.inner, ...inner } });

/** Matrices of attention and MLP as GPT-NeoX and BLOOM call them. */
const NEOX_INNER = {
  attn_norm: 'input_layernorm',
  ffn_norm: 'post_attention_layernorm',
  ffn_up: 'mlp.dense_h_to_4h',
  ffn_down: 'mlp.dense_4h_to_h',
} as const;

export const NAMES = {
  llama: LLAMA,
  phi3: like({ attn_qkv: 'self_attn.qkv_proj', ffn_up: 'mlp.gate_up_proj' }),
  gemma: like({
    post_attention_norm: 'post_attention_layernorm',
    ffn_norm: 'pre_feedforward_layernorm',
    post_ffw_norm: 'post_feedforward_layernorm',
  }),
  olmo2: {
    ...LLAMA,
    inner: {
      ...WITHOUT_NORMS,
      post_attention_norm: 'post_attention_layernorm',
      post_ffw_norm: 'post_feedforward_layernorm',
    },
  },
  starcoder2: like({ ffn_up: 'mlp.c_fc', ffn_down: 'mlp.c_proj' }),
  lfm2: {
    outer: {
      token_embd: 'embed_tokens',
      token_embd_norm: 'embedding_norm',
      output_norm: 'embedding_norm',
      output: 'lm_head',
    },
    layer: 'layers',
    inner: {
      attn_norm: 'operator_norm',
      attn_q: 'self_attn.q_proj',
      attn_k: 'self_attn.k_proj',
      attn_v: 'self_attn.v_proj',
      attn_q_norm: 'self_attn.q_layernorm',
      attn_k_norm: 'self_attn.k_layernorm',
      attn_output: 'self_attn.out_proj',
      'shortconv.conv': 'conv.conv',
      'shortconv.in_proj': 'conv.in_proj',
      'shortconv.out_proj': 'conv.out_proj',
      ffn_norm: 'ffn_norm',
      ffn_gate: 'feed_forward.w1',
      ffn_up: 'feed_forward.w3',
      ffn_down: 'feed_forward.w2',
    },
  },
  qwen35: {
    outer: LLAMA.outer,
    layer: LLAMA.layer,
    inner: {
      ...WITHOUT_FFN_NORM,
      post_attention_norm: 'post_attention_layernorm',
      attn_qkv: 'linear_attn.in_proj_qkv',
      attn_gate: 'linear_attn.in_proj_z',
      ssm_alpha: 'linear_attn.in_proj_a',
      ssm_beta: 'linear_attn.in_proj_b',
      ssm_conv1d: 'linear_attn.conv1d',
      ssm_norm: 'linear_attn.norm',
      ssm_out: 'linear_attn.out_proj',
    },
    bare: { ssm_a: 'linear_attn.A_log', 'ssm_dt.bias': 'linear_attn.dt_bias' },
  },
  gptneox: {
    outer: { token_embd: 'embed_in', output_norm: 'final_layer_norm', output: 'embed_out' },
    layer: 'layers',
    inner: { ...NEOX_INNER, attn_qkv: 'attention.query_key_value', attn_output: 'attention.dense' },
  },
  bloom: {
    outer: {
      token_embd: 'word_embeddings',
      token_embd_norm: 'word_embeddings_layernorm',
      output_norm: 'ln_f',
      output: 'lm_head',
    },
    layer: 'h',
    inner: { ...NEOX_INNER, attn_qkv: 'self_attention.query_key_value', attn_output: 'self_attention.dense' },
  },
  gpt2: {
    outer: { token_embd: 'wte', position_embd: 'wpe', output_norm: 'ln_f', output: 'lm_head' },
    layer: 'h',
    inner: {
      attn_norm: 'ln_1',
      attn_qkv: 'attn.c_attn',
      attn_output: 'attn.c_proj',
      ffn_norm: 'ln_2',
      ffn_up: 'mlp.c_fc',
      ffn_down: 'mlp.c_proj',
    },
  },
} as const satisfies Readonly<Record<string, Names>>;

/** The name of a tensor in its family's checkpoints; null for one that the family does not have. */
export function familyName({ outer, layer, inner, bare = {} }: Names, name: string): string | null {
  const [, at, whole = ''] = /^blk\.(\d{1,4})\.(.+)$/.exec(name) ?? [];
  if (Object.hasOwn(bare, whole)) return `${layer}.${at}.${bare[whole]}`;
  const [, number, stem = '', ending = ''] = /^(?:blk\.(\d{1,4})\.)?(.+)(\.(?:weight|bias))$/.exec(name) ?? [];
  const names = number === undefined ? outer : inner;
  const known = Object.hasOwn(names, stem) ? names[stem] : undefined;
  if (known === undefined) return null;
  return number === undefined ? `${known}${ending}` : `${layer}.${number}.${known}${ending}`;
}
