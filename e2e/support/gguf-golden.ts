// The golden models as GGUF files, laid down as llama.cpp's converter does it: names, rows of queries and keys, norms with their 1, turned matrices.

import { fromFloat32, isWeightDtype, toFloat32 } from '../../src/checkpoint/dtypes.ts';
import { NAMES, type Names } from '../../src/checkpoint/gguf/names.ts';
import type { TensorRange } from '../../src/checkpoint/safetensors.ts';
import { unwrapped } from '../../src/model/tensor-names.ts';
import { float32, type GgufTensor, type GgufValue, writeGguf } from './gguf-file.ts';
import { type Golden, tensorsOf } from './golden.ts';
import { turned } from './turned.ts';

export type Config = Readonly<Record<string, unknown>>;

interface Kind {
  readonly arch: string;
  readonly names: Names;
  /** Keys of its own, without the architecture before them. */
  readonly keys?: (config: Config) => readonly (readonly [string, GgufValue])[];
  readonly neighbours?: true;
  readonly plusOne?: true;
  readonly turned?: RegExp;
  readonly headByHead?: RegExp;
  /** What else is done to the numbers of a tensor. */
  readonly changed?: (plain: string, values: Float32Array, config: Config) => Float32Array<ArrayBuffer> | null;
}

const number = (config: Config, ...fields: readonly string[]): number => {
  for (const field of fields) if (typeof config[field] === 'number') return config[field];
  throw new Error(`no ${fields.join(' or ')}`);
};
const has = (config: Config, field: string) => typeof config[field] === 'number';

function heads(config: Config): number {
  return number(config, 'num_attention_heads', 'n_head');
}
function headSize(config: Config): number {
  return has(config, 'head_dim') ? number(config, 'head_dim') : number(config, 'hidden_size', 'n_embd') / heads(config);
}
const rmsNorm = (config: Config) =>
  [['attention.layer_norm_rms_epsilon', float32(number(config, 'rms_norm_eps', 'norm_eps'))]] as const;
const layerNorm = (config: Config) =>
  [
    ['attention.layer_norm_epsilon', float32(number(config, 'layer_norm_epsilon', 'layer_norm_eps', 'norm_epsilon'))],
  ] as const;
const window = (config: Config) =>
  has(config, 'sliding_window') ? ([['attention.sliding_window', number(config, 'sliding_window')]] as const) : [];
const caps = (config: Config) =>
  ['attn', 'final'].flatMap(name => {
    const field = `${name}_logit_softcapping`;
    return has(config, field) ? [[field, float32(number(config, field))] as const] : [];
  });

const KINDS: Readonly<Record<string, Kind>> = {
  llama: { arch: 'llama', names: NAMES.llama, neighbours: true, keys: rmsNorm },
  mistral: {
    arch: 'llama',
    names: NAMES.llama,
    neighbours: true,
    keys: config => [...rmsNorm(config), ...window(config)],
  },
  qwen2: { arch: 'qwen2', names: NAMES.llama, keys: rmsNorm },
  qwen3: { arch: 'qwen3', names: NAMES.llama, keys: rmsNorm },
  smollm3: { arch: 'smollm3', names: NAMES.llama, neighbours: true, keys: rmsNorm },
  granite: {
    arch: 'granite',
    names: NAMES.llama,
    neighbours: true,
    keys: config => [
      ...rmsNorm(config),
      ['attention.scale', float32(number(config, 'attention_multiplier'))],
      ['embedding_scale', float32(number(config, 'embedding_multiplier'))],
      ['residual_scale', float32(number(config, 'residual_multiplier'))],
      ['logit_scale', float32(number(config, 'logits_scaling'))],
    ],
  },
  phi3: {
    arch: 'phi3',
    names: NAMES.phi3,
    keys: config => [
      ...rmsNorm(config),
      ['rope.scaling.original_context_length', number(config, 'original_max_position_embeddings')],
      ['attention.sliding_window', has(config, 'sliding_window') ? number(config, 'sliding_window') : 0],
    ],
  },
  gemma2: {
    arch: 'gemma2',
    names: NAMES.gemma,
    plusOne: true,
    keys: config => [...rmsNorm(config), ...window(config), ...caps(config)],
  },
  gemma3_text: {
    arch: 'gemma3',
    names: NAMES.gemma,
    plusOne: true,
    keys: config => [
      ...rmsNorm(config),
      ...window(config),
      ['attention.sliding_window_pattern', number(config, 'sliding_window_pattern')],
      ['rope.freq_base_swa', float32(number(config, 'rope_local_base_freq'))],
      ['rope.scaling.type', 'linear'],
      ['rope.scaling.factor', float32(8)],
    ],
  },
  olmo2: { arch: 'olmo2', names: NAMES.olmo2, keys: rmsNorm },
  starcoder2: { arch: 'starcoder2', names: NAMES.starcoder2, keys: layerNorm },
  lfm2: {
    arch: 'lfm2',
    names: NAMES.lfm2,
    keys: config => [...rmsNorm(config), ['shortconv.l_cache', number(config, 'conv_L_cache')]],
  },
  qwen3_5_text: {
    arch: 'qwen35',
    names: NAMES.qwen35,
    changed: deltaChanged,
    keys: config => [
      ...rmsNorm(config),
      ['ssm.conv_kernel', number(config, 'linear_conv_kernel_dim')],
      ['ssm.state_size', number(config, 'linear_key_head_dim')],
      ['ssm.group_count', number(config, 'linear_num_key_heads')],
      ['ssm.time_step_rank', number(config, 'linear_num_value_heads')],
      ['ssm.inner_size', number(config, 'linear_value_head_dim') * number(config, 'linear_num_value_heads')],
      ['full_attention_interval', number(config, 'full_attention_interval')],
      ['rope.dimension_sections', sectionsOf(config)],
    ],
  },
  gpt_neox: {
    arch: 'gptneox',
    names: NAMES.gptneox,
    headByHead: /query_key_value/,
    keys: config => [...layerNorm(config), ['use_parallel_residual', config.use_parallel_residual !== false]],
  },
  bloom: { arch: 'bloom', names: NAMES.bloom, headByHead: /query_key_value/, keys: layerNorm },
  gpt2: { arch: 'gpt2', names: NAMES.gpt2, turned: /\.c_(?:attn|proj|fc)\.weight$/, keys: layerNorm },
};

/** Pairs that turn by time, height and width, which for a text are all its position: about a third each. */
function sectionsOf(config: Config): number[] {
  const pairs = (number(config, 'head_dim') * number(config, 'partial_rotary_factor')) / 2;
  const width = Math.floor(pairs / 3);
  const height = Math.floor((pairs - width) / 2);
  return [pairs - height - width, height, width, 0];
}

function keysOf(config: Config, kind: Kind): (readonly [string, GgufValue])[] {
  const hidden = number(config, 'hidden_size', 'n_embd');
  const inner = has(config, 'intermediate_size') ? number(config, 'intermediate_size') : 4 * hidden;
  const kvHeads = has(config, 'num_key_value_heads') ? number(config, 'num_key_value_heads') : heads(config);
  const perLayer = Array.isArray(config.layer_types)
    ? config.layer_types.map(type => (type === 'full_attention' ? kvHeads : 0))
    : kvHeads;
  const part = has(config, 'partial_rotary_factor')
    ? number(config, 'partial_rotary_factor')
    : has(config, 'rotary_pct')
      ? number(config, 'rotary_pct')
      : 1;
  const base = ['rope_theta', 'rotary_emb_base'].find(field => has(config, field));
  return [
    [
      'context_length',
      has(config, 'max_position_embeddings')
        ? number(config, 'max_position_embeddings')
        : number({ n_positions: 2048, ...config }, 'n_positions'),
    ],
    ['embedding_length', hidden],
    ['block_count', number(config, 'num_hidden_layers', 'n_layer')],
    ['feed_forward_length', inner],
    ['attention.head_count', heads(config)],
    ['attention.head_count_kv', perLayer],
    ...(has(config, 'head_dim')
      ? ([
          ['attention.key_length', headSize(config)],
          ['attention.value_length', headSize(config)],
        ] as const)
      : []),
    ...(base === undefined ? [] : ([['rope.freq_base', float32(number(config, base))]] as const)),
    ['rope.dimension_count', headSize(config) * part],
    ...(kind.keys?.(config) ?? []),
  ];
}

/** Row i of the result is row `order(i)` of `values`. */
function reordered(values: Float32Array, rows: number, order: (row: number) => number): Float32Array<ArrayBuffer> {
  const columns = values.length / rows;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    out.set(values.subarray(order(row) * columns, (order(row) + 1) * columns), row * columns);
  return out;
}

/** Norms with their 1, but for that of the delta rule; its value heads from neighbours to tiles, in rows and in columns; factors of its decay. */
function deltaChanged(plain: string, values: Float32Array, config: Config): Float32Array<ArrayBuffer> | null {
  const [NK, NV, K, V] = ['num_key_heads', 'num_value_heads', 'key_head_dim', 'value_head_dim'].map(name =>
    number(config, `linear_${name}`),
  ) as [number, number, number, number];
  /** Of `rows` rows those of value heads, of `size` rows each, stand last. */
  const tiled = (of: Float32Array, rows: number, size: number) => {
    const first = rows - NV * size;
    return reordered(of, rows, row => {
      if (row < first) return row;
      const [head, within] = [Math.floor((row - first) / size), (row - first) % size];
      return first + ((head % NK) * (NV / NK) + Math.floor(head / NK)) * size + within;
    });
  };
  const inner = /\.linear_attn\.(.*)$/.exec(plain)?.[1];
  switch (inner) {
    case undefined:
      return plain.endsWith('norm.weight') ? values.map(value => value + 1) : null;
    case 'in_proj_qkv.weight':
    case 'conv1d.weight':
      return tiled(values, 2 * NK * K + NV * V, V);
    case 'in_proj_z.weight':
      return tiled(values, NV * V, V);
    case 'in_proj_a.weight':
    case 'in_proj_b.weight':
    case 'dt_bias':
      return tiled(values, NV, 1);
    case 'A_log':
      return tiled(values, NV, 1).map(value => -Math.exp(value));
    case 'out_proj.weight': {
      const C = values.length / (NV * V);
      return turned(tiled(turned(values, C, NV * V), NV * V, V), NV * V, C);
    }
    default:
      return null;
  }
}

/** A tensor of the checkpoint as the converter writes it; null for one that it leaves out. */
function converted(
  { name: wrapped, shape, dtype }: TensorRange,
  bytes: Uint8Array,
  config: Config,
  kind: Kind,
): GgufTensor | null {
  const { plain } = unwrapped(wrapped);
  const name = ggufName(kind.names, plain);
  if (name === null || !isWeightDtype(dtype)) return null;
  const HS = headSize(config);
  const [rows = 0, columns = 0] = shape;
  let values = toFloat32(bytes, dtype);
  let out = shape.filter((size, axis) => size !== 1 || shape.length !== 3 || axis !== 1);
  if (kind.neighbours && /[qk]_proj/.test(plain)) {
    const half = HS / 2;
    const order = (row: number) => row - (row % HS) + (row % 2) * half + Math.floor((row % HS) / 2);
    values = reordered(values, rows, order);
  }
  if (kind.headByHead?.test(plain)) {
    const NH = heads(config);
    const order = (row: number) => {
      const [which, head] = [Math.floor(row / (NH * HS)), Math.floor(row / HS) % NH];
      return (head * 3 + which) * HS + (row % HS);
    };
    values = reordered(values, rows, order);
  }
  if (kind.turned?.test(plain)) {
    values = turned(values, rows, columns);
    out = [...shape].reverse();
  }
  values = kind.changed?.(plain, values, config) ?? values;
  if (kind.plusOne && shape.length === 1) values = values.map(value => value + 1);
  const type = shape.length === 1 ? 'F32' : dtype;
  return { name, dtype: type, shape: out, bytes: fromFloat32(values, type) };
}

/** The name that `familyName` takes to `plain`. */
function ggufName({ outer, layer, inner, bare = {} }: Names, plain: string): string | null {
  if (plain === 'lm_head.weight') return 'output.weight';
  const [, at, whole] = new RegExp(`^${layer}\\.(\\d+)\\.(.*)$`).exec(plain) ?? [];
  const alone = Object.entries(bare).find(([, name]) => name === whole)?.[0];
  if (alone !== undefined) return `blk.${at}.${alone}`;
  const [, stem = '', ending = ''] = /^(.*)(\.(?:weight|bias))$/.exec(plain) ?? [];
  const [, number_, rest] = new RegExp(`^${layer}\\.(\\d+)\\.(.*)$`).exec(stem) ?? [];
  const names = Object.entries(number_ === undefined ? outer : inner);
  const found = names.find(([, name]) => name === (number_ === undefined ? stem : rest))?.[0];
  if (found === undefined) return null;
  return number_ === undefined ? `${found}${ending}` : `blk.${number_}.${found}${ending}`;
}

interface TokenizerJson {
  readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly merges: (string | [string, string])[] };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/** A byte-level tokenizer.json with special tokens alone beside its vocabulary, as the metadata of a GGUF file. */
export function byteLevelMetadata({ model, added_tokens }: TokenizerJson): GgufOptions['metadata'] & object {
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
  for (const { id, content } of added_tokens) tokens[id] = content;
  const special = new Set(added_tokens.map(({ id }) => id));
  return [
    ['tokenizer.ggml.model', 'gpt2'],
    ['tokenizer.ggml.tokens', tokens],
    ['tokenizer.ggml.token_type', tokens.map((_, id) => (special.has(id) ? 3 : 1))],
    ['tokenizer.ggml.merges', model.merges.map(merge => (typeof merge === 'string' ? merge : merge.join(' ')))],
  ];
}

export interface GgufOptions {
  /** Beside those of the model. */
  readonly metadata?: readonly (readonly [string, GgufValue])[];
  readonly tensors?: readonly GgufTensor[];
}

/** Everything of a golden model as one GGUF file: `config` in place of its own, where its file cannot say the same. */
export function goldenGguf(
  golden: Pick<Golden, 'weightsFile'>,
  config: Config,
  { metadata = [], tensors: more = [] }: GgufOptions = {},
) {
  const kind = KINDS[String(config.model_type)];
  if (kind === undefined) throw new Error(`no GGUF of ${String(config.model_type)}`);
  const tensors = [...tensorsOf(golden.weightsFile).values()].flatMap(tensor => {
    const bytes = golden.weightsFile.subarray(tensor.begin, tensor.end);
    return converted(tensor, bytes, config, kind) ?? [];
  });
  const own = keysOf(config, kind).map(([key, value]) => [`${kind.arch}.${key}`, value] as const);
  const ids = ['bos', 'eos'].flatMap(name =>
    has(config, `${name}_token_id`)
      ? [[`tokenizer.ggml.${name}_token_id`, number(config, `${name}_token_id`)] as const]
      : [],
  );
  const all = [['general.architecture', kind.arch] as const, ...own, ...ids, ...metadata];
  return {
    file: writeGguf({ metadata: all, tensors: [...tensors, ...more] }),
    metadata: all,
    tensors: [...tensors, ...more],
  };
}
