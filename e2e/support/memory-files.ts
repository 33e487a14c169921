// The files of a model in memory, and checkpoints that imitate the published ones at small widths.

import type { CheckpointFiles } from '../../src/checkpoint/checkpoint.ts';
import { fromFloat32, type WeightDtype } from '../../src/checkpoint/dtypes.ts';
import { type TensorBytes, writeSafetensors } from '../../src/checkpoint/write-safetensors.ts';
import { NucleusError } from '../../src/lib/error.ts';
import { BYTE_TO_CHAR } from '../../src/tokenizer/byte-alphabet.ts';
import { writePytorch } from './pytorch-file.ts';
import { randomModel } from './random-model.ts';

export type FileContents = Readonly<Record<string, Uint8Array | string | object>>;

const toBytes = (content: Uint8Array | string | object): Uint8Array<ArrayBuffer> => {
  if (content instanceof Uint8Array) return new Uint8Array(content);
  return new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));
};

/** Files in memory; an object becomes its JSON. */
export function memoryFiles(contents: FileContents): CheckpointFiles {
  const files = new Map(Object.entries(contents).map(([name, content]) => [name, toBytes(content)]));
  const get = (name: string): Uint8Array<ArrayBuffer> => {
    const file = files.get(name);
    if (!file) throw new NucleusError('missing_file', `${name} is not there`, { file: name });
    return file;
  };
  return {
    names: [...files.keys()],
    has: name => files.has(name),
    size: name => get(name).length,
    bytes: async name => get(name).slice(),
    read: async (name, begin, end) => get(name).slice(begin, end),
  };
}

/** A byte-level tokenizer.json without merges: 256 bytes, then `<|endoftext|>` as the last id. */
export const BYTE_TOKENIZER = {
  version: '1.0',
  added_tokens: [
    {
      id: 256,
      content: '<|endoftext|>',
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries([
      ...BYTE_TO_CHAR.map((char, id) => [char, id] as const),
      ['<|endoftext|>', 256] as const,
    ]),
    merges: [],
  },
};

/** As config.json of the published `gpt2`, but 2 layers of 4 heads of 8, and a vocabulary of 257. The context stays at 1,024. */
export const SMALL_GPT2_CONFIG = {
  activation_function: 'gelu_new',
  architectures: ['GPT2LMHeadModel'],
  attn_pdrop: 0.1,
  bos_token_id: 256,
  embd_pdrop: 0.1,
  eos_token_id: 256,
  initializer_range: 0.02,
  layer_norm_epsilon: 1e-5,
  model_type: 'gpt2',
  n_ctx: 1024,
  n_embd: 32,
  n_head: 4,
  n_layer: 2,
  n_positions: 1024,
  resid_pdrop: 0.1,
  summary_activation: null,
  task_specific_params: { 'text-generation': { do_sample: true, max_length: 50 } },
  vocab_size: 257,
} as const;

export interface PublishedOptions {
  /** `gpt2`: names without prefix; `distilgpt2`: with `transformer.`. Both store the causal mask of every layer. */
  readonly style: 'gpt2' | 'distilgpt2';
  readonly dtype: WeightDtype;
}

/** Tensors of a small model as a published checkpoint has them, in its alphabetical order: weights, and `h.N.attn.bias` [1, 1, 1024, 1024]. */
export function publishedTensors({ style, dtype }: PublishedOptions): TensorBytes[] {
  const prefix = style === 'distilgpt2' ? 'transformer.' : '';
  const model = randomModel({ config: SMALL_GPT2_CONFIG, seed: 3, dtype, prefix });
  const n = SMALL_GPT2_CONFIG.n_ctx;
  const mask = Float32Array.from({ length: n * n }, (_, i) => (i % n <= Math.floor(i / n) ? 1 : 0));
  const masks = Array.from({ length: SMALL_GPT2_CONFIG.n_layer }, (_, layer) => ({
    name: `${prefix}h.${layer}.attn.bias`,
    dtype,
    shape: [1, 1, n, n],
    bytes: fromFloat32(mask, dtype),
  }));
  return [...model.tensors(), ...masks].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A whole model folder: one file, or as many shards as asked, with their index. */
export function publishedFiles(options: PublishedOptions, shards = 1): Record<string, Uint8Array | string | object> {
  const small = { 'config.json': SMALL_GPT2_CONFIG, 'tokenizer.json': BYTE_TOKENIZER };
  const write = (tensors: readonly TensorBytes[]) => writeSafetensors(tensors, new Map([['format', 'pt']]));
  return { ...small, ...weightFiles(publishedTensors(options), 'model', 'safetensors', write, shards) };
}

/** The same tensors as `publishedFiles`, in PyTorch files; the head is there, and is the embedding. */
export function pytorchFiles(options: PublishedOptions, shards = 1): Record<string, Uint8Array | string | object> {
  const small = { 'config.json': SMALL_GPT2_CONFIG, 'tokenizer.json': BYTE_TOKENIZER };
  const tensors = publishedTensors(options);
  const [wte = ''] = tensors.flatMap(({ name }) => (name.endsWith('wte.weight') ? [name] : []));
  const tied = shards === 1 ? { 'lm_head.weight': wte } : {};
  const turned = tensors.flatMap(({ name }) => (/wte|c_fc.weight|c_attn.weight/.test(name) ? [name] : []));
  const write = (part: readonly TensorBytes[]) => writePytorch(part, { tied, turned });
  return { ...small, ...weightFiles(tensors, 'pytorch_model', 'bin', write, shards) };
}

function weightFiles(
  tensors: readonly TensorBytes[],
  stem: string,
  ending: string,
  write: (tensors: readonly TensorBytes[]) => Uint8Array,
  shards: number,
): Record<string, Uint8Array | object> {
  if (shards === 1) return { [`${stem}.${ending}`]: write(tensors) };
  const nameOf = (i: number) =>
    `${stem}-${String(i + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.${ending}`;
  const weight_map = Object.fromEntries(tensors.map(({ name }, i) => [name, nameOf(i % shards)]));
  const files = Array.from({ length: shards }, (_, shard) => [
    nameOf(shard),
    write(tensors.filter((_tensor, i) => i % shards === shard)),
  ]);
  return { ...Object.fromEntries(files), [`${stem}.${ending}.index.json`]: { metadata: {}, weight_map } };
}
