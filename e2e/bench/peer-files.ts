// The same weights for every engine: a safetensors file, an ONNX file with a folder around it, and GGUF files.
import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fromFloat32, isWeightDtype, toFloat32 } from '../../src/checkpoint/dtypes.ts';
import { STORAGES } from '../../src/gpu/storage/storages.ts';
import type { Graph } from '../../src/model/ir/graph.ts';
import { BYTE_TO_CHAR } from '../../src/tokenizer/byte-alphabet.ts';
import { type GgufTensor, writeGguf } from '../support/gguf-file.ts';
import { type Config, goldenGguf } from '../support/gguf-golden.ts';
import { referenceWeights } from '../support/reference-weights.ts';
import { onnxModel } from './onnx/onnx-model.ts';

export interface PeerSource {
  readonly graph: Graph;
  readonly config: Config;
  readonly weightsFile: Uint8Array<ArrayBuffer>;
}

/** Writes `q8_0.gguf` into `folder`, and unless `blocksAlone` also `model.safetensors`, `config.json`, `onnx/model.onnx` and `f32.gguf`. */
export async function writePeerFiles(folder: string, source: PeerSource, blocksAlone = false): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { metadata, tensors } = goldenGguf(source, publishedConfig(source.config, source.graph), {
    metadata: byteTokens(source.graph.dims.vocab_size),
  });
  await writeFile(path.join(folder, 'q8_0.gguf'), writeGguf({ metadata, tensors: tensors.map(inBlocks) }));
  if (blocksAlone) return;
  await writeFloats(folder, source);
  await writeFile(path.join(folder, 'f32.gguf'), writeGguf({ metadata, tensors: tensors.map(inFloats) }));
}

async function writeFloats(folder: string, { graph, config, weightsFile }: PeerSource): Promise<void> {
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  await writeFile(path.join(folder, 'model.safetensors'), weightsFile);
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(publishedConfig(config, graph)));
  const onnx = await open(path.join(folder, 'onnx', 'model.onnx'), 'w');
  try {
    for (const part of onnxModel(graph, referenceWeights(graph, { weightsFile }))) await onnx.write(part);
  } finally {
    await onnx.close();
  }
}

/** config.json with what published files of the family have and the graph knows. */
function publishedConfig(config: Config, { dims }: Graph): Config {
  const { n_layer, n_embd, n_head, n_kv_head, head_size, n_ctx, vocab_size } = dims;
  const end = vocab_size - 1;
  const ends = { bos_token_id: end, eos_token_id: end };
  if (config.model_type === 'gpt2') {
    const sizes = { n_layer, n_embd, n_head, n_positions: n_ctx, n_ctx, vocab_size, layer_norm_epsilon: 1e-5 };
    return { ...sizes, ...ends, architectures: ['GPT2LMHeadModel'], ...config };
  }
  const sizes = { num_key_value_heads: n_kv_head, head_dim: head_size };
  return { ...sizes, ...ends, hidden_act: 'silu', architectures: ['LlamaForCausalLM'], ...config };
}

/** Bytes below are a character each: a drawn one above would end a text of some engines in half a character, which they cannot write as JSON. */
const CHARACTERS = 0x80;

/** A vocabulary in which the ids of letters are their bytes, so that a text of letters is known ids to engines that take nothing but texts. */
export function byteTokens(V: number) {
  const tokens = Array.from({ length: V }, (_, id) => (id < CHARACTERS && BYTE_TO_CHAR[id]) || `<${id}>`);
  return [
    ['tokenizer.ggml.model', 'gpt2'],
    ['tokenizer.ggml.pre', 'gpt-2'],
    ['tokenizer.ggml.tokens', tokens],
    ['tokenizer.ggml.token_type', tokens.map(() => 1)],
    ['tokenizer.ggml.merges', [`${tokens[0]} ${tokens[1]}`]],
  ] as const;
}

function numbersOf({ bytes, dtype }: GgufTensor): Float32Array<ArrayBuffer> {
  if (!isWeightDtype(dtype)) throw new Error(`${dtype} is no float`);
  return toFloat32(bytes, dtype);
}

const inFloats = (tensor: GgufTensor): GgufTensor => ({
  ...tensor,
  dtype: 'F32',
  bytes: fromFloat32(numbersOf(tensor), 'F32'),
});

/** A matrix in Q8_0 where its rows are whole blocks, and all else in f32. */
function inBlocks(tensor: GgufTensor): GgufTensor {
  const { block, quantise } = STORAGES.q8_0;
  const [, columns = 0] = tensor.shape;
  if (quantise === null || columns === 0 || columns % block !== 0 || tensor.name === 'position_embd.weight')
    return inFloats(tensor);
  return { ...tensor, dtype: 'Q8_0', bytes: quantise(numbersOf(tensor)) };
}
