// Loads a model: files, checks, memory, bytes to the GPU, pipelines; and says what a model would need before any of it.

import type { BatchRunner } from '../gpu/batch-runner.ts';
import type { Gpu } from '../gpu/device.ts';
import { QuantisePool } from '../gpu/quantise/pool.ts';
import type { Scope } from '../gpu/scope.ts';
import { workDone } from '../gpu/waits.ts';
import type { ModelFiles } from '../hub/files.ts';
import { contextBytes, defaultContext } from '../lib/context-memory.ts';
import { asNucleusError } from '../lib/error.ts';
import { digestIn, type FormatChoice, type FormatNeeds, isWeightFormat } from '../lib/weight-format.ts';
import { anatomyOf } from '../model/ir/anatomy.ts';
import { mixersOf } from '../model/ir/mixers.ts';
import { parameterCount } from '../model/ir/size.ts';
import { workOf } from '../model/ir/work.ts';
import type { InspectedEvent, LoadedModel, LoadPhase } from '../protocol/events.ts';
import { openTokenizer } from '../tokenizer/open.ts';
import { describeAdapter } from './adapter.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { type Fit, fitOf, refusalWords } from './fit.ts';
import type { Vocabulary } from './growing.ts';
import { deviceMemory, LIGHT, ModelLoader } from './model.ts';
import type { Probes } from './probes/probes.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';
import { throwIfCancelled } from './throw-if-cancelled.ts';
import type { Tuning } from './tuning.ts';
import type { Verdicts } from './verdicts.ts';

/** A model that is ready to run, and what the page is told of it. */
export interface OpenModel extends Disposable {
  readonly session: Session;
  readonly room: Room;
  readonly probes: Probes;
  readonly batch: BatchRunner | null;
  readonly vocabulary: Vocabulary;
  /** But for the number of the device, which the engine counts, and the context, which is the room's. */
  readonly loaded: Omit<LoadedModel, 'device' | 'context'>;
}

export interface LoadOptions {
  readonly gpu: Gpu;
  readonly files: ModelFiles;
  readonly signal: AbortSignal;
  /** Tokens that a text may have; as memory suggests unless given. */
  readonly allowed?: number | undefined;
  readonly kv?: 'f16' | undefined;
  /** As stored unless given, or in the largest format that fits where that does not, and for which there turns out to be memory. */
  readonly format?: FormatChoice | undefined;
  /** Smaller steps and fewer slots. */
  readonly light?: boolean | undefined;
  readonly tuning: Tuning;
  readonly verdicts: Verdicts;
  /** Called once the model is known to be readable and before its memory is taken: the time to let go of another one. */
  readonly onReadable: () => void;
  readonly onPhase: (phase: LoadPhase) => void;
}

/** Throws as `readCheckpoint`, `ModelLoader` and reading the files do; nothing stays reserved then. */
export async function loadModel(options: LoadOptions): Promise<OpenModel> {
  const { gpu, files, signal } = options;
  const checkpoint = await readCheckpoint(files);
  const fit = fitOf(gpu, checkpoint, { wanted: options.format, memory: deviceMemory() });
  if (fit.refusal) throw fit.refusal;
  throwIfCancelled(signal, 'the load');
  options.onReadable();
  // A format that somebody chose is taken or refused.
  const others = isWeightFormat(options.format) ? [] : fit.smaller;
  return loadFirst(fit.chosen, others, { options, checkpoint, fit });
}

/** A load whose files are readable. */
interface Readable {
  readonly options: LoadOptions;
  readonly checkpoint: Checkpoint;
  readonly fit: Fit;
}

/** In the first format for which there is memory, since nobody can tell before how much is free. Throws as `loadIn` for the last. */
async function loadFirst(
  needs: FormatNeeds,
  [next, ...others]: readonly FormatNeeds[],
  readable: Readable,
): Promise<OpenModel> {
  try {
    return await loadIn(needs, readable);
  } catch (error) {
    if (asNucleusError(error).code !== 'out_of_memory' || next === undefined) throw error;
    throwIfCancelled(readable.options.signal, 'the load');
    return loadFirst(next, others, readable);
  }
}

/** In one format. Nothing stays reserved where it fails. */
async function loadIn(needs: FormatNeeds, { options, checkpoint, fit }: Readable): Promise<OpenModel> {
  const { gpu, files, signal, allowed, kv, onPhase } = options;
  const { format } = needs;
  const scope = gpu.scope.open('model');
  const quantiser = new QuantisePool({ signal });
  try {
    const loader = await ModelLoader.create(gpu, scope, checkpoint.graph, checkpoint.tensors, {
      ...(allowed !== undefined && { allowed }),
      ...(kv !== undefined && { kv }),
      ...(format !== 'stored' && { format }),
      ...(options.light && LIGHT),
      quantiser,
      tuning: options.tuning,
      verdicts: options.verdicts,
    });
    // Pipelines compile while the bytes come.
    const finishing = loader.finish();
    const failed = new Promise<never>((_, reject) => void finishing.catch(reject));
    failed.catch(() => {});
    for (const file of checkpoint.weightFiles) await loader.upload(file, whileGood(files.stream(file), failed));
    quantiser[Symbol.dispose]();
    onPhase('upload');
    await workDone(gpu.device);
    onPhase('compile');
    const { session, room, probes, batch } = await finishing;
    // The draw is compiled while a person looks for Run; on a CPU that would slow down all else, and the first run waits for it.
    if (!gpu.software) void session.canDraw();
    throwIfCancelled(signal, 'the load');
    const vocabulary = {
      bytes: checkpoint.tokenBytes,
      eosIds: checkpoint.eosIds,
      specials: () => specialsOf(checkpoint),
    };
    const digest = digestIn(await files.digest(), format);
    const loaded = { ...describe(gpu, files, checkpoint, { ...fit, chosen: needs }, scope), digest };
    onPhase('ready');
    return { session, room, probes, batch, vocabulary, loaded, [Symbol.dispose]: () => scope[Symbol.dispose]() };
  } catch (error) {
    scope[Symbol.dispose]();
    throw error;
  } finally {
    quantiser[Symbol.dispose]();
  }
}

/** The pieces, until what they are for has failed: nobody waits for the rest of a download then. Throws what it failed with. */
async function* whileGood(pieces: AsyncGenerator<Uint8Array>, failed: Promise<never>): AsyncGenerator<Uint8Array> {
  let coming = false;
  try {
    for (;;) {
      coming = true;
      const next = await Promise.race([pieces.next(), failed]);
      coming = false;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    const closed = pieces.return(undefined);
    // Nobody waits for a piece that is still on its way.
    if (coming) closed.catch(() => {});
    else await closed;
  }
}

/** Asked for by the first constraint. */
async function specialsOf({ tokenizerJson, tokenizerConfig, tokenBytes }: Checkpoint): Promise<ReadonlySet<number>> {
  if (tokenizerJson === null) return new Set();
  const { specials } = await openTokenizer(tokenizerJson, tokenizerConfig, tokenBytes.length);
  return new Set(specials.keys());
}

function describe(
  gpu: Gpu,
  files: ModelFiles,
  checkpoint: Checkpoint,
  { chosen, formats }: Fit,
  scope: Scope,
): Omit<LoadedModel, 'digest' | 'device' | 'context'> {
  const { graph, config } = checkpoint;
  return {
    key: files.key,
    source: files.source,
    name: files.name,
    commit: files.commit,
    arch: graph.arch,
    dims: graph.dims,
    dtype: chosen.dtype,
    format: chosen.format,
    formats,
    weightBytes: chosen.weightBytes,
    gpuBytes: scope.bytes,
    parameters: parameterCount(graph),
    work: workOf(graph),
    mixers: mixersOf(graph),
    anatomy: anatomyOf(graph),
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
    atHand: files.atHand,
  };
}

/** What loading would take, from the small files and the header of the weights. Throws as `readCheckpoint` does. */
export async function inspect(run: number, gpu: Gpu, files: ModelFiles): Promise<InspectedEvent> {
  const checkpoint = await readCheckpoint(files);
  const { graph } = checkpoint;
  const { context, halfContext, formats, chosen, refusal } = fitOf(gpu, checkpoint, { memory: deviceMemory() });
  const allowed = defaultContext(context, deviceMemory());
  return {
    type: 'inspected',
    run,
    files: files.names.map(name => ({ name, bytes: files.size(name) })),
    totalBytes: files.totalBytes,
    parameters: parameterCount(graph),
    dtype: chosen.dtype,
    format: chosen.format,
    formats,
    context,
    halfContext,
    allowed,
    gpuBytes: context.baseBytes + contextBytes(context, allowed),
    fits: refusal === null,
    reason: refusal === null ? '' : refusalWords(refusal),
    commit: files.commit,
    cached: files.fromCache,
    warnings: checkpoint.warnings,
  };
}
