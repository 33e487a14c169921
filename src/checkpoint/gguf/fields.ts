// What a GGUF file says of its architecture's sizes: keys that begin with the architecture's name, and which tensors there are.
import { NucleusError } from '../../lib/error.ts';
import type { JsonFields } from '../json.ts';
import type { TensorRange } from '../safetensors.ts';
import { bad } from './header-bytes.ts';
import type { Metadata } from './metadata.ts';

/** Numbers are the f32 that a file holds; this is the shortest decimal that means it, which is what config.json had. */
export function shortest(value: number): number {
  for (let digits = 6; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** Refuses what a file asks for and no graph of ours does. */
export function refused(key: string, why: string): NucleusError {
  return new NucleusError('unsupported_config', `${key}: ${why}`, { field: key });
}

export class Fields {
  readonly arch: string;
  readonly tensors: ReadonlyMap<string, TensorRange>;
  readonly #metadata: Metadata;

  constructor(arch: string, metadata: Metadata, tensors: ReadonlyMap<string, TensorRange>) {
    this.arch = arch;
    this.#metadata = metadata;
    this.tensors = tensors;
  }

  /** The key as it stands in the file. */
  keyOf(name: string): string {
    return `${this.arch}.${name}`;
  }

  optional(name: string): number | undefined {
    const value = this.#metadata.number(this.keyOf(name));
    return value === undefined ? undefined : shortest(value);
  }

  /** @throws NucleusError bad_gguf where the file lacks it. */
  number(name: string): number {
    const value = this.optional(name);
    if (value === undefined) throw bad(`${this.keyOf(name)} is missing`);
    return value;
  }

  flag(name: string): boolean | undefined {
    return this.#metadata.flag(this.keyOf(name));
  }

  text(name: string): string | undefined {
    return this.#metadata.text(this.keyOf(name));
  }

  /** One number for all layers, or one for each. */
  perLayer(name: string): readonly number[] | undefined {
    return this.#metadata.numbers(this.keyOf(name));
  }

  /** The number of all layers. @throws NucleusError unsupported_config where they differ. */
  uniform(name: string): number | undefined {
    const [first, ...others] = this.perLayer(name) ?? [];
    const other = others.find(each => each !== first);
    if (other !== undefined) throw refused(this.keyOf(name), `layers of ${first} and of ${other} in one model`);
    return first;
  }

  id(name: string): number | undefined {
    return this.#metadata.number(`tokenizer.ggml.${name}_token_id`);
  }

  /** True where the layers have that tensor: the first one speaks for all. */
  hasInLayers(name: string): boolean {
    return this.tensors.has(`blk.0.${name}`);
  }

  /** Rows of a matrix. */
  rowsOf(name: string): number {
    const rows = this.tensors.get(name)?.shape[0];
    if (rows === undefined) throw new NucleusError('missing_tensor', `there is no tensor ${name}`, { tensor: name });
    return rows;
  }

  /** Those that make the next token: what drafts further ones stands behind them. */
  get layers(): number {
    return this.number('block_count') - (this.optional('nextn_predict_layers') ?? 0);
  }

  /** Columns of a head. */
  get headSize(): number {
    return this.optional('attention.key_length') ?? this.number('embedding_length') / this.heads;
  }

  get heads(): number {
    const heads = this.uniform('attention.head_count');
    if (heads === undefined) throw bad(`${this.keyOf('attention.head_count')} is missing`);
    return heads;
  }
}

/** Ids of tokens in the words of config.json. */
export function textIds(fields: Fields): JsonFields {
  const ends = ['eos', 'eot', 'eom'].flatMap(name => fields.id(name) ?? []);
  return { bos_token_id: fields.id('bos') ?? null, eos_token_id: [...new Set(ends)] };
}

/** Keys that change numbers unless they are 0. */
const UNKNOWN: readonly string[] = [
  'expert_count',
  'attention.sliding_window',
  'attention.scale',
  'attention.clamp_kqv',
  'attention.max_alibi_bias',
  'attention.temperature_scale',
  'attention.shared_kv_layers',
  'embedding_length_per_layer_input',
  'embedding_scale',
  'residual_scale',
  'logit_scale',
  'attn_logit_softcapping',
  'final_logit_softcapping',
];

/** A window that no text outgrows: files name one that their family does not use. */
function isWide(fields: Fields, key: string, value: number): boolean {
  return key === 'attention.sliding_window' && value >= fields.number('context_length');
}

/** @throws NucleusError unsupported_config, by the key. `honoured` are those that this architecture has. */
export function refuseUnknown(fields: Fields, honoured: readonly string[]): void {
  for (const key of UNKNOWN) {
    const value = honoured.includes(key) ? undefined : fields.optional(key);
    if (value === undefined || value === 0 || isWide(fields, key, value)) continue;
    if (key === 'expert_count') {
      const message = `a mixture of ${value} experts; only dense models are supported`;
      throw new NucleusError('unsupported_model', message, { found: `${fields.arch}, a mixture of experts` });
    }
    throw refused(fields.keyOf(key), `${value} is not supported`);
  }
  if (fields.flag('attention.causal') === false)
    throw refused(fields.keyOf('attention.causal'), 'only attention to earlier positions is supported');
  const value = fields.optional('attention.value_length');
  if (value !== undefined && value !== fields.headSize)
    throw refused(fields.keyOf('attention.value_length'), `${value} where keys have ${fields.headSize}`);
}
