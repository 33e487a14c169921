// The models of the benchmark, wherever they come from: a header, a stream of bytes, and the whole file where the oracle can take it.

import type { WeightDtype } from '../../src/checkpoint/dtypes.ts';
import { headerLength, parseSafetensorsHeader } from '../../src/checkpoint/safetensors.ts';
import { joinShards } from '../../src/checkpoint/shards.ts';
import type { NumericCheckpoint } from '../../src/engine/checkpoint.ts';
import { defined } from '../../src/lib/assert.ts';
import { type FormatChoice, isWeightFormat, WEIGHT_FORMATS } from '../../src/lib/weight-format.ts';
import { buildGraph } from '../../src/model/architectures/architectures.ts';
import { GPT2_124M_CONFIG, QWEN3_600M_CONFIG, randomModel, SMOLLM2_135M_CONFIG } from '../support/random-model.ts';

export interface BenchModel extends Pick<NumericCheckpoint, 'graph' | 'tensors' | 'weightFiles'> {
  readonly name: string;
  stream(file: string): AsyncIterable<Uint8Array>;
  /** The whole safetensors file, for the oracle; null for a model that is too large for it. */
  readonly weightsFile: Uint8Array | null;
}

const FILE = 'model.safetensors';

/** A model from the two files of its folder. */
export function modelOfFiles(name: string, config: unknown, weightsFile: Uint8Array): BenchModel {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield weightsFile;
  }
  const length = headerLength(weightsFile.subarray(0, 8), weightsFile.length);
  return modelOf(name, config, weightsFile.subarray(8, 8 + length), weightsFile.length, stream, weightsFile);
}

/** Published shapes that the benchmark fills with numbers from a seed, in the dtype in which they are published. */
export const SHAPES = {
  'gpt2-124m': { name: 'GPT-2 124M', config: GPT2_124M_CONFIG, dtype: 'F32' },
  'smollm2-135m': { name: 'SmolLM2-135M', config: SMOLLM2_135M_CONFIG, dtype: 'BF16' },
  'qwen3-0.6b': { name: 'Qwen3-0.6B', config: QWEN3_600M_CONFIG, dtype: 'BF16' },
} as const satisfies Readonly<Record<string, { name: string; config: object; dtype: WeightDtype }>>;
export type ShapeName = keyof typeof SHAPES;

const isShapeName = (name: string): name is ShapeName => Object.hasOwn(SHAPES, name);

/** Names of shapes behind commas. Throws for one that is none. */
export const readShapes = (list: string): readonly ShapeName[] =>
  named(list).map(name => {
    if (!isShapeName(name)) throw new Error(`--shapes takes ${Object.keys(SHAPES).join(', ')}, not ${name}`);
    return name;
  });

/** Names of formats behind commas, all of them unless given. Throws for one that is none. */
export const readFormats = (list = WEIGHT_FORMATS.join(',')): readonly FormatChoice[] =>
  named(list).map(name => {
    if (name !== 'stored' && !isWeightFormat(name))
      throw new Error(`--formats takes stored, ${WEIGHT_FORMATS.join(', ')}, not ${name}`);
    return name;
  });

const named = (list: string): string[] => list.split(',').filter(name => name !== '');

/** One of them; numbers are made one tensor at a time. */
export function shapesOf(shape: ShapeName): BenchModel {
  const { name, config, dtype } = SHAPES[shape];
  return randomOf(`${name} shapes`, config, dtype);
}

/** Some layers of GPT-2 124M in f32. */
export function gpt2At124M(n_layer = 12): BenchModel {
  if (n_layer === 12) return shapesOf('gpt2-124m');
  return randomOf(`GPT-2 124M shapes, ${n_layer} of 12 layers`, { ...GPT2_124M_CONFIG, n_layer }, 'F32');
}

/** Any shapes with numbers from a seed. */
export function randomOf(name: string, config: Readonly<Record<string, unknown>>, dtype: WeightDtype): BenchModel {
  const random = randomModel({ config, seed: 7, dtype });
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* random.parts();
  }
  const header = defined(random.parts().next().value, 'a header');
  return modelOf(name, config, header.subarray(8), random.byteLength, stream, null);
}

function modelOf(
  name: string,
  config: unknown,
  header: Uint8Array,
  size: number,
  stream: () => AsyncIterable<Uint8Array>,
  weightsFile: Uint8Array | null,
): BenchModel {
  const { graph } = buildGraph(config);
  const parsed = parseSafetensorsHeader(header, size);
  const index = { fileOf: new Map([...parsed.tensors.keys()].map(tensor => [tensor, FILE])), files: [FILE] };
  const tensors = joinShards(index, new Map([[FILE, parsed]]));
  return { name, graph, tensors, weightFiles: [FILE], stream, weightsFile };
}
