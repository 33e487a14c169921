// Loads a model: files, checks, memory, bytes to the GPU, pipelines; and says what a model would need before any of it.

import type { Gpu } from '../gpu/device.ts';
import { layoutWeights } from '../gpu/layout.ts';
import { sessionBuffers } from '../gpu/runner.ts';
import type { Scope } from '../gpu/scope.ts';
import type { ModelFiles } from '../hub/files.ts';
import { asNucleusError, NucleusError } from '../lib/error.ts';
import { formatBytes } from '../lib/format.ts';
import { matchWeights } from '../model/checkpoint.ts';
import { allocateValues } from '../model/ir/allocate.ts';
import { parameterCount } from '../model/ir/size.ts';
import { workOf } from '../model/ir/work.ts';
import { fuse } from '../model/rewrites/fuse.ts';
import type { InspectedEvent, LoadedModel, LoadPhase } from '../protocol/events.ts';
import { describeAdapter } from './adapter.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import type { Vocabulary } from './generate.ts';
import { ModelLoader, runnerOptions, storageOfWeights } from './model.ts';
import type { Probes } from './probes/probes.ts';
import type { Session } from './session.ts';

/** A model that is ready to run, and what the page is told of it. */
export interface OpenModel extends Disposable {
  readonly session: Session;
  readonly probes: Probes;
  readonly vocabulary: Vocabulary;
  /** But for the number of the device, which the engine counts. */
  readonly loaded: Omit<LoadedModel, 'device'>;
}

export interface LoadOptions {
  readonly gpu: Gpu;
  readonly files: ModelFiles;
  readonly signal: AbortSignal;
  /** Called once the model is known to be readable and before its memory is taken: the time to let go of another one. */
  readonly onReadable: () => void;
  readonly onPhase: (phase: LoadPhase) => void;
}

/** Throws as `readCheckpoint`, `ModelLoader` and reading the files do; nothing stays reserved then. */
export async function loadModel(options: LoadOptions): Promise<OpenModel> {
  const { gpu, files, signal, onPhase } = options;
  const checkpoint = await readCheckpoint(files);
  const { refusal } = judge(gpu, checkpoint);
  if (refusal) throw refusal;
  options.onReadable();
  const scope = gpu.scope.open('model');
  try {
    const loader = await ModelLoader.create(gpu, scope, checkpoint.graph, checkpoint.tensors);
    // Pipelines compile while the bytes come.
    const finishing = loader.finish();
    finishing.catch(() => {});
    for (const file of checkpoint.weightFiles) await loader.upload(file, files.stream(file));
    onPhase('upload');
    await gpu.device.queue.onSubmittedWorkDone();
    onPhase('compile');
    const { session, probes } = await finishing;
    if (signal.aborted) throw new NucleusError('cancelled', 'cancelled while loading');
    const vocabulary = { bytes: checkpoint.tokenBytes, eosIds: checkpoint.eosIds };
    const digest = await files.digest();
    const loaded = { ...describe(gpu, files, checkpoint, loader.weights.layouts.bytes, scope), digest };
    onPhase('ready');
    return { session, probes, vocabulary, loaded, [Symbol.dispose]: () => scope[Symbol.dispose]() };
  } catch (error) {
    scope[Symbol.dispose]();
    throw error;
  }
}

function describe(
  gpu: Gpu,
  files: ModelFiles,
  checkpoint: Checkpoint,
  weightBytes: number,
  scope: Scope,
): Omit<LoadedModel, 'digest' | 'device'> {
  const { graph, config } = checkpoint;
  return {
    key: files.key,
    source: files.source,
    name: files.name,
    commit: files.commit,
    arch: graph.arch,
    dims: graph.dims,
    dtype: dtypeOf(checkpoint),
    weightBytes,
    gpuBytes: scope.bytes,
    parameters: parameterCount(graph),
    work: workOf(graph),
    tied: graph.ops.some(op => op.op === 'embedding' && op.table === graph.head),
    tokenizerJson: checkpoint.tokenizerJson,
    tokenizerConfig: checkpoint.tokenizerConfig,
    bosId: config.bos_token_id,
    eosIds: checkpoint.eosIds,
    defaults: checkpoint.defaults,
    warnings: checkpoint.warnings,
    adapter: describeAdapter(gpu),
    fromCache: files.fromCache,
    cached: files.stored,
  };
}

/** The dtype of the head, the largest matrix of most models. */
function dtypeOf({ graph, tensors }: Checkpoint): string {
  const { tensorOf } = matchWeights(graph, tensors);
  return storageOfWeights(graph, tensorOf, tensors)(graph.head).name;
}

/** What loading would take, from the small files and the header of the weights. Throws as `readCheckpoint` does. */
export async function inspect(run: number, gpu: Gpu, files: ModelFiles): Promise<InspectedEvent> {
  const checkpoint = await readCheckpoint(files);
  const { graph } = checkpoint;
  const { gpuBytes, refusal } = judge(gpu, checkpoint);
  return {
    type: 'inspected',
    run,
    files: files.names.map(name => ({ name, bytes: files.size(name) })),
    totalBytes: files.totalBytes,
    parameters: parameterCount(graph),
    dtype: dtypeOf(checkpoint),
    n_ctx: graph.dims.n_ctx,
    gpuBytes,
    fits: refusal === null,
    reason: refusal === null ? '' : refusalWords(refusal),
    commit: files.commit,
    cached: files.fromCache,
    warnings: checkpoint.warnings,
  };
}

/** Bytes a model takes on the GPU, and `model_too_large` when a part of it breaks the device's limits. */
function judge(gpu: Gpu, { graph, tensors }: Checkpoint): { gpuBytes: number; refusal: NucleusError | null } {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const { tensorOf } = matchWeights(graph, tensors);
  const storageOf = storageOfWeights(graph, tensorOf, tensors);
  const fused = fuse(graph);
  const session = sessionBuffers(fused, allocateValues(fused).buffers, runnerOptions(graph, gpu.software));
  const sessionBytes = session.reduce((sum, { size }) => sum + size, 0);
  const largest = session.reduce((a, b) => (b.size > a.size ? b : a));
  const whole = layoutWeights(fused, storageOf, Number.MAX_SAFE_INTEGER);
  const gpuBytes = whole.bytes + sessionBytes;
  if (largest.size > limit) {
    const message = `${largest.label} needs one buffer of ${largest.size} bytes, and this adapter allows ${limit}`;
    return { gpuBytes, refusal: new NucleusError('model_too_large', message, { needed: largest.size, limit }) };
  }
  try {
    layoutWeights(fused, storageOf, limit);
    return { gpuBytes, refusal: null };
  } catch (error) {
    return { gpuBytes, refusal: asNucleusError(error) };
  }
}

function refusalWords({ detail, message }: NucleusError): string {
  const [needed, limit] = [Number(detail.needed), Number(detail.limit)];
  if (Number.isNaN(needed) || Number.isNaN(limit)) return message;
  return `A part of it takes ${formatBytes(needed)} in one piece, and this adapter allows ${formatBytes(limit)} at most.`;
}
