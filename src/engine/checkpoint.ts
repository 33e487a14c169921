// What a model's files say before the weights are read: configuration, tokenizer, and where every tensor lies.
import {
  fallback,
  finite,
  is,
  minValue,
  number,
  object,
  optional,
  parse,
  pipe,
  safeInteger,
  transform,
  unknown,
} from 'valibot';
import type { CheckpointFiles, StoredCheckpoint, StoredWeights } from '../checkpoint/checkpoint.ts';
import { openCheckpoint } from '../checkpoint/formats.ts';
import type { JsonFields } from '../checkpoint/json.ts';
import { type BuiltModel, buildGraph } from '../model/architectures/architectures.ts';
import type { Graph } from '../model/ir/graph.ts';
import { withArrangement } from '../model/rewrites/arranged.ts';
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
  const { defaults, ends } = readGeneration(stored.generation);
  const { config, graph } = builtOf(stored);
  const tokenizer = await readTokenizer(stored.tokenizerFiles, graph.dims.vocab_size);
  const { tensors, weightFiles } = await weightsOf(graph, stored);
  const more = ends.filter(id => id < graph.dims.vocab_size);
  return {
    config,
    graph,
    ...tokenizer,
    defaults,
    eosIds: [...new Set([...config.eos_token_ids, ...more])],
    tensors,
    weightFiles,
    warnings: [...tokenizer.warnings, ...classifierWarnings(tensors)],
  };
}

/** Configuration and tensors alone, for a folder that may have no tokenizer. Throws as `readCheckpoint` does. */
export async function readNumericCheckpoint(files: CheckpointFiles): Promise<NumericCheckpoint> {
  const stored = await openCheckpoint(files);
  const built = builtOf(stored);
  return { ...built, ...(await weightsOf(built.graph, stored)) };
}

function builtOf({ config: json, arrangement }: StoredCheckpoint): BuiltModel {
  const { config, graph } = buildGraph(json);
  return { config, graph: arrangement === undefined ? graph : withArrangement(graph, arrangement) };
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

const ID = pipe(number(), safeInteger(), minValue(0));
const SETTING = fallback(optional(pipe(number(), finite())), undefined);
/** What is read of generation_config.json: whatever is no finite number, or no id, counts as not written. */
const GENERATION = object({
  temperature: SETTING,
  top_k: SETTING,
  top_p: SETTING,
  repetition_penalty: SETTING,
  max_new_tokens: SETTING,
  eos_token_id: optional(
    pipe(
      unknown(),
      transform(written => [written].flat().filter(id => is(ID, id))),
    ),
    [],
  ),
});

/** Sampling defaults and ends of text of a generation_config.json. */
function readGeneration(json: JsonFields): { defaults: GenerationDefaults; ends: readonly number[] } {
  const { eos_token_id: ends, ...settings } = parse(GENERATION, json);
  return { defaults: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)), ends };
}
