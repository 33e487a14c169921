// Models of any size with random weights from a seed, tensor by tensor, so that GPT-2 124M needs no more memory than its largest tensor.

import { bytesPerElement, fromFloat32, type WeightDtype } from '../../src/checkpoint/dtypes.ts';
import { buildGraph } from '../../src/model/architectures/architectures.ts';
import type { Dims, Graph } from '../../src/model/ir/graph.ts';
import { placements, type Recipe, type TensorRecipe, tensorsOf } from '../../src/model/ir/recipe.ts';

/** Nothing in it is a power of two or a multiple of four, but HS * NH = C. */
export const ODD_CONFIG = {
  model_type: 'gpt2',
  n_layer: 2,
  n_head: 5,
  n_embd: 50,
  n_positions: 75,
  vocab_size: 101,
  n_inner: 70,
  activation_function: 'relu',
} as const;

/** The shape of the published GPT-2 124M: 12 layers of 768, vocabulary 50,257. */
export const GPT2_124M_CONFIG = { model_type: 'gpt2' } as const;

/** The shape of the published SmolLM2-135M. */
export const SMOLLM2_135M_CONFIG = {
  model_type: 'llama',
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  rope_theta: 100_000,
  tie_word_embeddings: true,
  vocab_size: 49_152,
} as const;

/** The shape of the published Qwen3-0.6B. */
export const QWEN3_600M_CONFIG = {
  model_type: 'qwen3',
  hidden_size: 1024,
  intermediate_size: 3072,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  max_position_embeddings: 40_960,
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000,
  tie_word_embeddings: true,
  vocab_size: 151_936,
} as const;

export interface RandomModelOptions {
  /** A config.json; what it leaves out is as in GPT-2 124M. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A whole number; the same seed gives the same bytes. */
  readonly seed: number;
  /** F32 unless given. */
  readonly dtype?: WeightDtype;
  /** Put before every name, for example `transformer.`; the head has none. */
  readonly prefix?: string;
}

interface RandomTensor {
  /** Name in the file. */
  readonly name: string;
  readonly dtype: WeightDtype;
  /** Shape in the file. */
  readonly shape: readonly number[];
  /** Little-endian, in the order of the shape. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface RandomModel {
  readonly config: Readonly<Record<string, unknown>>;
  readonly graph: Graph;
  /** Bytes of the whole file. */
  readonly byteLength: number;
  /** The safetensors file in pieces: the header, then one tensor a piece, made when asked for. */
  parts(): Generator<Uint8Array<ArrayBuffer>>;
  /** The tensors in file order, made when asked for. */
  tensors(): Generator<RandomTensor>;
}

export function randomModel(options: RandomModelOptions): RandomModel {
  const { config, seed, dtype = 'F32', prefix = '' } = options;
  const { graph } = buildGraph(config);
  const stored = graph.weights.flatMap(({ from }) => tensorsOf(from));
  const nameOf = ({ name }: TensorRecipe) => (name === 'lm_head.weight' ? name : prefix + name);
  const header = headerBytes(stored, dtype, nameOf);
  const turned = new Set(graph.weights.flatMap(({ from }) => turnedOf(from)));
  const dataBytes = stored.reduce((sum, tensor) => sum + elements(tensor) * bytesPerElement(dtype), 0);
  function* tensors(): Generator<RandomTensor> {
    for (const tensor of stored) {
      const bytes = fromFloat32(randomTensor(graph.dims, tensor, seed, turned.has(tensor.name)), dtype);
      yield { name: nameOf(tensor), dtype, shape: tensor.stored ?? tensor.shape, bytes };
    }
  }
  function* parts(): Generator<Uint8Array<ArrayBuffer>> {
    yield header;
    for (const { bytes } of tensors()) yield bytes;
  }
  return { config, graph, byteLength: header.length + dataBytes, parts, tensors };
}

/** The whole file in one array: for small models. */
export function randomModelFile(model: RandomModel): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(model.byteLength);
  let at = 0;
  for (const part of model.parts()) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Length, JSON padded to a multiple of 8 bytes. */
function headerBytes(
  stored: readonly TensorRecipe[],
  dtype: WeightDtype,
  nameOf: (tensor: TensorRecipe) => string,
): Uint8Array<ArrayBuffer> {
  let at = 0;
  const entries = stored.map(tensor => {
    const begin = at;
    at += elements(tensor) * bytesPerElement(dtype);
    return [nameOf(tensor), { dtype, shape: tensor.stored ?? tensor.shape, data_offsets: [begin, at] }];
  });
  const json = JSON.stringify(Object.fromEntries(entries));
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const header = new Uint8Array(8 + text.length);
  new DataView(header.buffer).setUint32(0, text.length, true);
  header.set(text, 8);
  return header;
}

/**
 * Numbers of a tensor in file order: norm weights around 1, vectors small, matrices so wide that values between ops keep
 * a deviation near 1 and logits one near 2. The same name and seed give the same numbers in any order of asking.
 */
function randomTensor(dims: Dims, tensor: TensorRecipe, seed: number, turned: boolean): Float32Array<ArrayBuffer> {
  const { name, shape } = tensor;
  const out = new Float32Array(elements(tensor));
  const vector = shape.length === 1;
  const norm = vector && name.endsWith('.weight');
  fillUniform(out, seedOf(name, seed), vector ? 0.2 : deviation(dims, tensor, turned) * Math.sqrt(3), norm ? 1 : 0);
  return out;
}

const elements = ({ shape }: TensorRecipe): number => shape.reduce<number>((product, size) => product * size, 1);

/** Tensors of matrices that lie as [in, out]. */
const turnedOf = (recipe: Recipe): string[] =>
  placements(recipe).flatMap(({ tensor, transposed }) => (transposed ? [tensor.name] : []));

const EMBEDDING = /(?:^wte|^lm_head|embed_tokens|embed_in|embed_out|word_embeddings)\.weight$/;
/** What is added to the residual stream. */
const ADDED = /(?:c_proj|o_proj|down_proj)\.weight$/;

function deviation({ n_layer }: Dims, { name, shape }: TensorRecipe, turned: boolean): number {
  const [first, second = 1] = shape;
  if (EMBEDDING.test(name)) return 2 / Math.sqrt(second);
  if (name === 'wpe.weight') return 1 / Math.sqrt(second);
  // What is added to the residual stream grows it little, whatever the depth.
  return (ADDED.test(name) ? 1 / Math.sqrt(n_layer) : 1.5) / Math.sqrt(turned ? first : second);
}

/** Uniform in [middle - spread, middle + spread) by xorshift32 (Marsaglia 2003): some 2 ns a number. */
function fillUniform(out: Float32Array, seed: number, spread: number, middle: number): void {
  const scale = spread / 2 ** 31;
  let state = seed;
  for (let i = 0; i < out.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[i] = middle + state * scale;
  }
}

/** A state for xorshift32, which must not be 0: FNV-1a of the name and the seed. */
function seedOf(name: string, seed: number): number {
  let hash = 0x811c9dc5 | 0;
  for (const char of `${seed}/${name}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return hash || 1;
}
