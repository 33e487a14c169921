// config.json of a GPT-2 checkpoint, checked: every field that changes numbers is honoured or refused by its name.

import { type ErrorCode, NucleusError } from '../../lib/error.ts';
import type { Activation } from '../ir/graph.ts';

/** What the numbers of a GPT-2 depend on, with defaults filled in. Names as in config.json. */
export interface Gpt2Config {
  readonly model_type: 'gpt2';
  readonly n_layer: number;
  readonly n_head: number;
  readonly n_embd: number;
  /** Most positions of a sequence: rows of `wpe.weight`. */
  readonly n_positions: number;
  readonly vocab_size: number;
  /** Width of the feed-forward layer; 4 * n_embd where the file has none. */
  readonly n_inner: number;
  readonly activation_function: Activation;
  readonly layer_norm_epsilon: number;
  readonly scale_attn_weights: boolean;
  readonly scale_attn_by_inverse_layer_idx: boolean;
  readonly tie_word_embeddings: boolean;
  /** The id a text begins with; null where the file's id lies outside the vocabulary. */
  readonly bos_token_id: number | null;
  /** The ids that end a text; those outside the vocabulary can never be drawn and are left out. */
  readonly eos_token_ids: readonly number[];
}

/** Largest accepted sizes: far above any published GPT-2, low enough that a hostile file cannot exhaust memory by sizes alone. */
const LARGEST = {
  n_layer: 512,
  n_head: 1024,
  n_embd: 32_768,
  n_positions: 1_048_576,
  vocab_size: 4_194_304,
  n_inner: 262_144,
} as const;

/** Spellings of config.json and the function each names. `gelu_fast` writes sqrt(2 / pi) with ten digits: a relative 4e-12. */
const ACTIVATIONS: ReadonlyMap<unknown, Activation> = new Map<unknown, Activation>([
  ['gelu_new', 'gelu_new'],
  ['gelu_pytorch_tanh', 'gelu_new'],
  ['gelu_fast', 'gelu_new'],
  ['gelu', 'gelu'],
  ['relu', 'relu'],
]);

/** The id that transformers' GPT2Config writes where a model names none. */
const DEFAULT_END_OF_TEXT = 50_256;

type Json = Readonly<Record<string, unknown>>;

/** The object of a config.json. Throws `bad_json` for anything else. */
function configObject(json: unknown): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new NucleusError('bad_json', 'config.json is not a JSON object', { file: 'config.json' });
  }
  return Object.fromEntries(Object.entries(json));
}

/**
 * The configuration of a GPT-2. Defaults and synonyms (`hidden_size`, ...) are those of transformers' GPT2Config.
 * Throws `unsupported_model` for another `model_type`, `bad_json` for a field of the wrong type and `unsupported_config`
 * for a value that is well formed but not supported; `detail.field` names the field.
 */
export function parseConfig(json: unknown): Gpt2Config {
  const config = configObject(json);
  requireGpt2(config);
  const n_layer = size(config, 'n_layer', 12, LARGEST.n_layer, 'num_hidden_layers');
  const n_head = size(config, 'n_head', 12, LARGEST.n_head, 'num_attention_heads');
  const n_embd = size(config, 'n_embd', 768, LARGEST.n_embd, 'hidden_size');
  if (n_embd % n_head !== 0) throw refused('n_embd', `${n_embd} is not a multiple of n_head ${n_head}`);
  const positionsDefault = size(config, 'n_ctx', 1024, LARGEST.n_positions);
  const n_positions = size(config, 'n_positions', positionsDefault, LARGEST.n_positions, 'max_position_embeddings');
  const vocab_size = size(config, 'vocab_size', 50_257, LARGEST.vocab_size);
  refuseWhatChangesNumbers(config);
  flag(config, 'reorder_and_upcast_attn', false); // asks for f32 attention, which is what there is
  return {
    model_type: 'gpt2',
    n_layer,
    n_head,
    n_embd,
    n_positions,
    vocab_size,
    n_inner: config.n_inner === null ? 4 * n_embd : size(config, 'n_inner', 4 * n_embd, LARGEST.n_inner),
    activation_function: activation(config),
    layer_norm_epsilon: epsilon(config),
    scale_attn_weights: flag(config, 'scale_attn_weights', true),
    scale_attn_by_inverse_layer_idx: flag(config, 'scale_attn_by_inverse_layer_idx', false),
    tie_word_embeddings: flag(config, 'tie_word_embeddings', true),
    bos_token_id: tokenIds(config, 'bos_token_id', vocab_size)[0] ?? null,
    eos_token_ids: tokenIds(config, 'eos_token_id', vocab_size),
  };
}

/** Older files say what they are by `architectures` alone. */
function requireGpt2({ model_type: type, architectures }: Json): void {
  if (type === 'gpt2') return;
  const [named]: unknown[] = Array.isArray(architectures) ? architectures : [];
  if (type === undefined && typeof named === 'string' && /^GPT2(?:[A-Z]|$)/.test(named)) return;
  const found = typeof type === 'string' ? type : 'none';
  throw new NucleusError('unsupported_model', `model_type is ${shown(type)}; supported: gpt2`, {
    field: 'model_type',
    found,
    supported: 'gpt2',
  });
}

/** Fields whose presence would change the numbers in a way that the graph does not express. */
function refuseWhatChangesNumbers(config: Json): void {
  if (flag(config, 'add_cross_attention', false))
    throw refused('add_cross_attention', 'cross-attention is not supported');
  if (flag(config, 'is_encoder_decoder', false)) throw refused('is_encoder_decoder', 'only decoders are supported');
  if (!isEmpty(config.pruned_heads)) throw refused('pruned_heads', 'pruned heads are not supported');
  if (!isEmpty(config.quantization_config)) {
    throw refused('quantization_config', 'quantised checkpoints of this kind are not supported');
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A positive integer up to `largest`; `synonym` is transformers' other name of the field, which must agree. */
function size(config: Json, field: string, fallback: number, largest: number, synonym?: string): number {
  const own = config[field];
  const other = synonym === undefined ? undefined : config[synonym];
  if (own !== undefined && other !== undefined && own !== other) {
    throw refused(field, `${shown(own)} contradicts ${synonym} ${shown(other)}`);
  }
  const value = own !== undefined ? own : other !== undefined ? other : fallback;
  if (typeof value !== 'number') throw malformed(field, 'a number', value);
  if (!Number.isSafeInteger(value) || value < 1) throw refused(field, `${value} is not a positive integer`);
  if (value > largest) throw refused(field, `${value} is above the largest supported, ${largest}`);
  return value;
}

function flag(config: Json, field: string, fallback: boolean): boolean {
  const value = config[field] === undefined ? fallback : config[field];
  if (typeof value !== 'boolean') throw malformed(field, 'true or false', value);
  return value;
}

function activation(config: Json): Activation {
  const value = config.activation_function === undefined ? 'gelu_new' : config.activation_function;
  if (typeof value !== 'string') throw malformed('activation_function', 'a name', value);
  const known = ACTIVATIONS.get(value);
  if (known === undefined) {
    throw refused('activation_function', `${shown(value)}; supported: ${[...ACTIVATIONS.keys()].join(', ')}`);
  }
  return known;
}

function epsilon(config: Json): number {
  const value = config.layer_norm_epsilon === undefined ? 1e-5 : config.layer_norm_epsilon;
  if (typeof value !== 'number') throw malformed('layer_norm_epsilon', 'a number', value);
  if (!(value >= 1e-12 && value <= 1)) throw refused('layer_norm_epsilon', `${value} is not between 1e-12 and 1`);
  return value;
}

/** One id or a list; ids at or above V are left out: checkpoints with a vocabulary of their own often keep GPT-2's 50256. */
function tokenIds(config: Json, field: string, vocab_size: number): number[] {
  const value = config[field] === undefined ? DEFAULT_END_OF_TEXT : config[field];
  if (value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const ids = list.map(id => {
    if (typeof id !== 'number') throw malformed(field, 'a token id', id);
    if (!Number.isSafeInteger(id) || id < 0) throw refused(field, `${id} is not a token id`);
    return id;
  });
  return [...new Set(ids)].filter(id => id < vocab_size);
}

const refused = (field: string, why: string) => fieldError('unsupported_config', field, why);
const malformed = (field: string, expected: string, found: unknown) =>
  fieldError('bad_json', field, `${shown(found)} where ${expected} is expected`);

function fieldError(code: ErrorCode, field: string, why: string): NucleusError {
  return new NucleusError(code, `config.json: ${field}: ${why}`, { file: 'config.json', field });
}

/** A value in an error message, cut to a readable length. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
