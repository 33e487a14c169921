// The models of the benchmark, wherever they come from: a header, a stream of bytes, and the whole file where the oracle can take it.

import { headerLength, parseSafetensorsHeader } from '../../src/checkpoint/safetensors.ts';
import { joinShards } from '../../src/checkpoint/shards.ts';
import type { NumericCheckpoint } from '../../src/engine/checkpoint.ts';
import { defined } from '../../src/lib/assert.ts';
import { buildGraph } from '../../src/model/architectures/architectures.ts';
import { GPT2_124M_CONFIG, randomModel } from '../support/random-model.ts';

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

/** The shapes of the published GPT-2 124M in f32, or of some of its layers, filled with numbers from a seed one tensor at a time. */
export function gpt2At124M(n_layer = 12): BenchModel {
  const config = { ...GPT2_124M_CONFIG, n_layer };
  const random = randomModel({ config, seed: 7 });
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* random.parts();
  }
  const header = defined(random.parts().next().value, 'a header');
  const name = n_layer === 12 ? 'GPT-2 124M shapes' : `GPT-2 124M shapes, ${n_layer} of 12 layers`;
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
