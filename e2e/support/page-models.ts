// Models for the browser tests: what a server of the Hub or a person's disk may hold, made from the model that ships.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TensorBytes, writeSafetensors } from '../../src/checkpoint/write-safetensors.ts';
import { writeGguf } from './gguf-file.ts';
import { byteLevelMetadata, type Config, goldenGguf } from './gguf-golden.ts';
import { tensorsOf } from './golden.ts';
import { writePytorch } from './pytorch-file.ts';
import { randomModel, randomModelFile } from './random-model.ts';

export type Files = Readonly<Record<string, Uint8Array | string>>;

/** The folder of the model that ships. */
export const SHIPPED_FOLDER = fileURLToPath(new URL('../../public/models/nucleus-3m', import.meta.url));
export const SHIPPED_FILES = ['config.json', 'generation_config.json', 'tokenizer.json', 'model.safetensors'] as const;

function shipped(name: string): Buffer {
  return readFileSync(join(SHIPPED_FOLDER, name));
}

/** The shipped model without its weights. */
function smallFiles(): Record<string, Uint8Array> {
  return Object.fromEntries(SHIPPED_FILES.filter(name => name.endsWith('.json')).map(name => [name, shipped(name)]));
}

/** The shipped model as it lies in its folder. */
export function shippedModel(): Files {
  return { ...smallFiles(), 'model.safetensors': shipped('model.safetensors') };
}

function shippedTensors(): TensorBytes[] {
  const file = shipped('model.safetensors');
  return [...tensorsOf(file)].map(([name, { dtype, shape, begin, end }]) => ({
    name,
    dtype,
    shape,
    bytes: file.subarray(begin, end),
  }));
}

/** The shipped model as PyTorch writes it, inside what a trainer wraps it in: the head shares the embedding's numbers, some matrices lie turned. */
export function pytorchModel(): Files {
  const turned = ['wte.weight', 'h.0.mlp.c_fc.weight', 'h.1.attn.c_attn.weight'];
  const tensors = shippedTensors().map(tensor => ({ ...tensor, name: `module.${tensor.name}` }));
  const weights = writePytorch(tensors, {
    inside: ['state_dict'],
    tied: { 'module.lm_head.weight': 'module.wte.weight' },
    turned: turned.map(name => `module.${name}`),
  });
  return {
    ...smallFiles(),
    'pytorch_model.bin': weights,
    'training_args.bin': 'not read',
    'consolidated.00.pth': 'nor this',
  };
}

/** The shipped model as one GGUF file, and as two parts. */
export function ggufModel(): { readonly whole: Uint8Array; readonly parts: readonly [Uint8Array, Uint8Array] } {
  const config = JSON.parse(shipped('config.json').toString()) as Config;
  const tokenizer = JSON.parse(shipped('tokenizer.json').toString()) as Parameters<typeof byteLevelMetadata>[0];
  const added = [...byteLevelMetadata(tokenizer), ['tokenizer.ggml.pre', 'gpt-2'] as const];
  const weightsFile = new Uint8Array(shipped('model.safetensors'));
  const { file, metadata, tensors } = goldenGguf({ weightsFile }, config, { metadata: added });
  const part = (number: number, from: number, to?: number) =>
    writeGguf({
      metadata: [...(number === 0 ? metadata : []), ['split.no', number], ['split.count', 2]],
      tensors: tensors.slice(from, to),
    });
  return { whole: file, parts: [part(0, 0, 4), part(1, 4)] };
}

/** The shipped model in two PyTorch files with their index. */
export function shardedPytorchModel(): Files {
  const tensors = shippedTensors();
  const names = ['pytorch_model-00001-of-00002.bin', 'pytorch_model-00002-of-00002.bin'] as const;
  const half = Math.ceil(tensors.length / 2);
  const weight_map = Object.fromEntries(tensors.map(({ name }, i) => [name, names[i < half ? 0 : 1]]));
  return {
    ...smallFiles(),
    'pytorch_model.bin.index.json': JSON.stringify({ metadata: {}, weight_map }),
    [names[0]]: writePytorch(tensors.slice(0, half)),
    [names[1]]: writePytorch(tensors.slice(half)),
  };
}

/** The shipped model with its tokenizer in the files from before there was tokenizer.json. */
export function vocabularyModel(): Files {
  const { model, added_tokens } = JSON.parse(shipped('tokenizer.json').toString()) as {
    model: { vocab: Record<string, number>; merges: (string | [string, string])[] };
    added_tokens: { id: number; content: string }[];
  };
  const { 'tokenizer.json': _, ...rest } = shippedModel();
  const added = new Map(added_tokens.map(({ content, id }) => [content, id]));
  const lines = model.merges.map(merge => (typeof merge === 'string' ? merge : merge.join(' ')));
  return {
    ...rest,
    'vocab.json': JSON.stringify(
      Object.fromEntries(Object.entries(model.vocab).filter(([token]) => !added.has(token))),
    ),
    'merges.txt': `#version: 0.2\n${lines.join('\n')}\n`,
    'added_tokens.json': JSON.stringify(Object.fromEntries(added)),
    'special_tokens_map.json': JSON.stringify({ eos_token: '<|endoftext|>', bos_token: '<|endoftext|>' }),
    'tokenizer_config.json': JSON.stringify({ tokenizer_class: 'GPT2Tokenizer' }),
  };
}

/** The shipped model, with a configuration that says it were quantised, and a card that names another one. */
export function quantisedModel(): Files {
  const config: unknown = JSON.parse(shipped('config.json').toString());
  const quantised = { ...Object(config), quantization_config: { quant_method: 'gptq', bits: 4 } };
  const card = '---\nlicense: mit\nbase_model:\n- acme/whole\n---\n# A model';
  return { ...shippedModel(), 'config.json': JSON.stringify(quantised), 'README.md': card };
}

/** The shipped model in two shards with their index. */
export function shardedModel(): Files {
  const tensors = shippedTensors();
  const half = Math.ceil(tensors.length / 2);
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
  const shards = [tensors.slice(0, half), tensors.slice(half)];
  const weight_map = Object.fromEntries(tensors.map(({ name }, i) => [name, names[i < half ? 0 : 1]]));
  const total_size = tensors.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return {
    ...smallFiles(),
    'model.safetensors.index.json': JSON.stringify({ metadata: { total_size }, weight_map }),
    [names[0]]: writeSafetensors(shards[0] ?? []),
    [names[1]]: writeSafetensors(shards[1] ?? []),
  };
}

/** Random weights in f32: 24.6 MB, so that they take two chunks of 16 MiB; the tokenizer of the shipped model fits. */
export function twoChunkModel(): Files {
  const config = {
    model_type: 'gpt2',
    n_layer: 3,
    n_head: 6,
    n_embd: 384,
    n_positions: 128,
    n_ctx: 128,
    vocab_size: 2048,
    bos_token_id: 2047,
    eos_token_id: 2047,
  };
  const weights = randomModelFile(randomModel({ config, seed: 7 }));
  return { ...smallFiles(), 'config.json': JSON.stringify(config), 'model.safetensors': weights };
}

/** The shipped model with the signs of one norm turned: the same sizes and names, other numbers. */
export function retouchedModel(): Files {
  const file = new Uint8Array(shipped('model.safetensors'));
  const norm = tensorsOf(file).get('ln_f.weight');
  if (norm?.dtype !== 'F16') throw new Error('the shipped model has no norm in f16');
  for (let at = norm.begin + 1; at < norm.end; at += 2) file[at] = (file[at] ?? 0) ^ 0x80;
  return { ...smallFiles(), 'model.safetensors': file };
}
