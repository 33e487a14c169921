// A model on the GPU for tests and benchmarks, from the bytes of a safetensors file or a stream of them.

import type { CheckpointFiles } from '../../src/checkpoint/checkpoint.ts';
import { headerLength, parseSafetensorsHeader } from '../../src/checkpoint/safetensors.ts';
import { joinShards } from '../../src/checkpoint/shards.ts';
import type { NumericCheckpoint } from '../../src/engine/checkpoint.ts';
import { ModelLoader, type ModelOptions } from '../../src/engine/model.ts';
import type { Probes } from '../../src/engine/probes/probes.ts';
import type { Room } from '../../src/engine/room.ts';
import type { Session } from '../../src/engine/session.ts';
import type { BatchRunner } from '../../src/gpu/batch-runner.ts';
import { type Gpu, type KernelClass, openGpu } from '../../src/gpu/device.ts';
import type { Runner } from '../../src/gpu/runner.ts';
import { Scope } from '../../src/gpu/scope.ts';
import type { Weights } from '../../src/gpu/weights.ts';
import { buildGraph } from '../../src/model/architectures/architectures.ts';
import type { Graph } from '../../src/model/ir/graph.ts';

export interface GpuModel extends Disposable {
  readonly gpu: Gpu;
  readonly graph: Graph;
  readonly session: Session;
  readonly room: Room;
  readonly runner: Runner;
  readonly probes: Probes;
  readonly batch: BatchRunner | null;
  /** For further sessions on the same device. */
  readonly weights: Weights;
}

const FILE = 'model.safetensors';

/**
 * A device of its own, with nothing compiled: for tests that change the device, or count what is made on it. `GPU=hardware` refuses an
 * adapter that is a CPU; the adapter is printed once.
 */
export async function openOwnGpu(kernelClass?: KernelClass): Promise<Gpu> {
  const gpu = await openGpu(kernelClass);
  const { vendor, architecture, description } = gpu.adapter;
  const name = `${vendor} ${architecture} ${description}`.trim();
  if (!printed.has(name)) console.log(`adapter: ${name}${gpu.software ? ' (software)' : ''}`);
  printed.add(name);
  if (import.meta.env.GPU === 'hardware' && gpu.software) throw new Error(`GPU=hardware, but the adapter is ${name}`);
  return gpu;
}
const printed = new Set<string>();

/**
 * A scope of its own on the device that all tests share: most of their time is the compiling of kernels, and what one test has compiled
 * the next one has. Buffers and models are of the caller, who closes the scope.
 */
export async function openTestGpu(kernelClass?: KernelClass): Promise<Gpu> {
  shared ??= openOwnGpu();
  const gpu = await shared;
  return { ...gpu, kernelClass: kernelClass ?? gpu.kernelClass, scope: new Scope('device', gpu.device) };
}
let shared: Promise<Gpu> | null = null;

/** Pieces of a file, of a size that is a multiple of nothing. */
export async function* pieces(file: Uint8Array, size = 10_007): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

/** A safetensors file: its header is enough when `stream` brings the bytes. */
interface WeightsFile {
  readonly bytes: Uint8Array;
  readonly size?: number;
  readonly stream?: AsyncIterable<Uint8Array>;
}

/** Puts a checkpoint on the GPU. */
export function loadOnGpu(gpu: Gpu, config: unknown, file: WeightsFile, options: ModelOptions = {}): Promise<GpuModel> {
  return loadGraph(gpu, buildGraph(config).graph, file, options);
}

/** As `loadOnGpu`, for a graph of one's own. */
export async function loadGraph(
  gpu: Gpu,
  graph: Graph,
  file: WeightsFile,
  options: ModelOptions = {},
): Promise<GpuModel> {
  const size = file.size ?? file.bytes.length;
  const length = headerLength(file.bytes.subarray(0, 8), size);
  const header = parseSafetensorsHeader(file.bytes.subarray(8, 8 + length), size);
  const index = { fileOf: new Map([...header.tensors.keys()].map(name => [name, FILE])), files: [FILE] };
  const tensors = joinShards(index, new Map([[FILE, header]]));
  return loadTensors(gpu, { graph, tensors }, [[FILE, file.stream ?? pieces(file.bytes)]], options);
}

/** As `loadOnGpu`, for what was read of files of any kind. */
export async function loadReadOnGpu(
  gpu: Gpu,
  reading: Pick<CheckpointFiles, 'bytes'>,
  { graph, tensors, weightFiles }: NumericCheckpoint,
  options: ModelOptions = {},
): Promise<GpuModel> {
  const streams: [string, AsyncIterable<Uint8Array>][] = [];
  for (const name of weightFiles) streams.push([name, pieces(await reading.bytes(name))]);
  return loadTensors(gpu, { graph, tensors }, streams, options);
}

async function loadTensors(
  gpu: Gpu,
  { graph, tensors }: Pick<NumericCheckpoint, 'graph' | 'tensors'>,
  streams: readonly (readonly [string, AsyncIterable<Uint8Array>])[],
  options: ModelOptions,
): Promise<GpuModel> {
  const scope = gpu.scope.open('model');
  const loader = await ModelLoader.create(gpu, scope, graph, tensors, options);
  for (const [name, stream] of streams) await loader.upload(name, stream);
  const { session, room, runner, probes, batch } = await loader.finish();
  const { weights } = loader;
  return {
    gpu,
    graph,
    session,
    room,
    runner,
    probes,
    batch,
    weights,
    [Symbol.dispose]: () => gpu.scope[Symbol.dispose](),
  };
}
