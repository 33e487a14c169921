// What a model's files say before the weights are read: configuration, tokenizer, and where every tensor lies.
import { headerLength, parseSafetensorsHeader, type SafetensorsHeader } from '../checkpoint/safetensors.ts';
import { joinShards, parseShardIndex, type ShardedTensor } from '../checkpoint/shards.ts';
import type { ModelFiles } from '../hub/files.ts';
import { CONFIG_FILE, checkFirstBytes, INDEX_FILE, TOKENIZER_FILE, WEIGHTS_FILE } from '../hub/layout.ts';
import { asNucleusError, NucleusError } from '../lib/error.ts';
import { type BuiltModel, buildGraph } from '../model/architectures/architectures.ts';
import type { Graph } from '../model/ir/graph.ts';
import { unwrapped } from '../model/tensor-names.ts';
import type { GenerationDefaults, ModelWarning } from '../protocol/events.ts';
import { withoutPadding } from './padded-rows.ts';
import { readTokenizer } from './read-tokenizer.ts';

/** The files a checkpoint is read from; ModelFiles of the hub are such. */
export type CheckpointFiles = Pick<ModelFiles, 'names' | 'has' | 'size' | 'bytes' | 'read'>;

/** What the engine needs to compute; the rest of a checkpoint is for people to read and write text. */
export interface NumericCheckpoint extends BuiltModel {
  readonly tensors: ReadonlyMap<string, ShardedTensor>;
  /** Files with weights, in reading order. */
  readonly weightFiles: readonly string[];
}

export interface Checkpoint extends NumericCheckpoint {
  /** Null: the text is ids. */
  readonly tokenizerJson: unknown;
  readonly tokenizerConfig: unknown;
  /** Bytes of every id, [V]. */
  readonly tokenBytes: readonly Uint8Array[];
  readonly defaults: GenerationDefaults;
  readonly eosIds: readonly number[];
  /** What is odd, of what the graph and the files say. */
  readonly warnings: readonly ModelWarning[];
}

/**
 * Reads everything but the weights, so that a model that cannot run is refused before its bytes come. Throws `bad_json`, `unsupported_model`,
 * `unsupported_config`, `bad_tokenizer`, `tokenizer_mismatch`, `bad_safetensors`, `missing_file`, and what reading throws.
 */
export async function readCheckpoint(files: CheckpointFiles): Promise<Checkpoint> {
  const { config, graph } = buildGraph(await readJson(files, CONFIG_FILE));
  const json = files.has(TOKENIZER_FILE) ? await readJson(files, TOKENIZER_FILE) : undefined;
  const { tokenizerJson, tokenBytes, warnings } = readTokenizer(json, graph.dims.vocab_size);
  const generation = await readOptional(files, 'generation_config.json');
  const { tensors, weightFiles } = await readTensors(files, graph);
  const more = idsOf(generation.eos_token_id).filter(id => id < graph.dims.vocab_size);
  return {
    config,
    graph,
    tokenizerJson,
    tokenizerConfig: await readOptional(files, 'tokenizer_config.json'),
    tokenBytes,
    defaults: generationDefaults(generation),
    eosIds: [...new Set([...config.eos_token_ids, ...more])],
    tensors,
    weightFiles,
    warnings: [...warnings, ...classifierWarnings(tensors)],
  };
}

/** Configuration and tensors alone, for a folder that may have no tokenizer. Throws as `readCheckpoint` does. */
export async function readNumericCheckpoint(files: CheckpointFiles): Promise<NumericCheckpoint> {
  const built = buildGraph(await readJson(files, CONFIG_FILE));
  return { ...built, ...(await readTensors(files, built.graph)) };
}

/** Enough to tell a Git LFS pointer or a web page, however short, from weights. */
const FIRST_BYTES = 24;

type Tensors = Pick<Checkpoint, 'tensors' | 'weightFiles'>;

async function readTensors(files: CheckpointFiles, graph: Graph): Promise<Tensors> {
  const { tensors, weightFiles } = await readStoredTensors(files);
  return { tensors: withoutPadding(graph, tensors), weightFiles };
}

/** Heads for classes: what `GPT2ForSequenceClassification` and its kin put beside the body. */
const CLASSIFIER = /^(?:score|classifier|qa_outputs)\./;

/** A head for classes is not read; with a head for tokens beside it nothing is odd. */
function classifierWarnings(tensors: Checkpoint['tensors']): ModelWarning[] {
  const names = [...tensors.keys()];
  if (names.some(name => unwrapped(name).plain === 'lm_head.weight')) return [];
  const tensor = names.find(name => CLASSIFIER.test(unwrapped(name).plain));
  return tensor === undefined ? [] : [{ code: 'classifier', detail: { tensor } }];
}

async function readStoredTensors(files: CheckpointFiles): Promise<Tensors> {
  if (files.has(WEIGHTS_FILE)) {
    const header = await readHeader(files, WEIGHTS_FILE);
    const tensors = new Map([...header.tensors].map(([name, range]) => [name, { ...range, file: WEIGHTS_FILE }]));
    return { tensors, weightFiles: [WEIGHTS_FILE] };
  }
  const index = parseShardIndex(await readJson(files, INDEX_FILE));
  const headers = new Map<string, SafetensorsHeader>();
  for (const file of index.files) headers.set(file, await readHeader(files, file));
  return { tensors: joinShards(index, headers), weightFiles: index.files };
}

async function readHeader(files: CheckpointFiles, name: string): Promise<SafetensorsHeader> {
  const size = files.size(name);
  const first = await files.read(name, 0, Math.min(FIRST_BYTES, size));
  checkFirstBytes(name, first);
  try {
    const length = headerLength(first.subarray(0, 8), size);
    return parseSafetensorsHeader(await files.read(name, 8, 8 + length), size);
  } catch (error) {
    // The parser knows no name of the file.
    const { code, message, detail } = asNucleusError(error);
    throw new NucleusError(code, message, code === 'bad_safetensors' ? { ...detail, file: name } : detail);
  }
}

async function readJson(files: CheckpointFiles, name: string): Promise<unknown> {
  const bytes = await files.bytes(name);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new NucleusError('bad_json', `${name} is not valid JSON`, { file: name });
  }
}

type Json = Readonly<Record<string, unknown>>;

/** An optional file as an object; empty when it is absent or holds something else. */
async function readOptional(files: CheckpointFiles, name: string): Promise<Json> {
  if (!files.has(name)) return {};
  const json = await readJson(files, name);
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : {};
}

function idsOf(value: unknown): number[] {
  return [value].flat().filter((id): id is number => typeof id === 'number' && Number.isSafeInteger(id) && id >= 0);
}

/** Sampling defaults of generation_config.json; what is no finite number is left out. */
function generationDefaults(json: Json): GenerationDefaults {
  const keys = ['temperature', 'top_k', 'top_p', 'repetition_penalty', 'max_new_tokens'] as const;
  const numbers = keys.filter(key => typeof json[key] === 'number' && Number.isFinite(json[key]));
  return Object.fromEntries(numbers.map(key => [key, json[key]]));
}
