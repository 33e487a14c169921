// What a model's files say before the weights are read: configuration, tokenizer, and where every tensor lies.
import type { CheckpointFiles, JsonFields, StoredCheckpoint, StoredWeights } from '../checkpoint/checkpoint.ts';
import { openCheckpoint } from '../checkpoint/formats.ts';
import { type BuiltModel, buildGraph } from '../model/architectures/architectures.ts';
import type { Graph } from '../model/ir/graph.ts';
import { unwrapped } from '../model/tensor-names.ts';
import type { GenerationDefaults, ModelWarning } from '../protocol/events.ts';
import { withoutPadding } from './padded-rows.ts';
import { readTokenizer } from './read-tokenizer.ts';

/** What the engine needs to compute; the rest of a checkpoint is for people to read and write text. */
export interface NumericCheckpoint extends BuiltModel, StoredWeights {}

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
  const stored = await openCheckpoint(files);
  const { generation, tokenizerConfig } = stored;
  const { config, graph } = buildGraph(stored.config);
  const { tokenizerJson, tokenBytes, warnings } = readTokenizer(stored.tokenizer, graph.dims.vocab_size);
  const { tensors, weightFiles } = await weightsOf(graph, stored);
  const more = idsOf(generation.eos_token_id).filter(id => id < graph.dims.vocab_size);
  return {
    config,
    graph,
    tokenizerJson,
    tokenizerConfig,
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
  const stored = await openCheckpoint(files);
  const built = buildGraph(stored.config);
  return { ...built, ...(await weightsOf(built.graph, stored)) };
}

async function weightsOf(graph: Graph, stored: StoredCheckpoint): Promise<StoredWeights> {
  const { tensors, weightFiles } = await stored.weights();
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

function idsOf(value: unknown): number[] {
  return [value].flat().filter((id): id is number => typeof id === 'number' && Number.isSafeInteger(id) && id >= 0);
}

/** Sampling defaults of generation_config.json; what is no finite number is left out. */
function generationDefaults(json: JsonFields): GenerationDefaults {
  const keys = ['temperature', 'top_k', 'top_p', 'repetition_penalty', 'max_new_tokens'] as const;
  const numbers = keys.filter(key => typeof json[key] === 'number' && Number.isFinite(json[key]));
  return Object.fromEntries(numbers.map(key => [key, json[key]]));
}
