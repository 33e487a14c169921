// Fields of a config.json as schemas, for any architecture: a field of the wrong type is `bad_json`, a value that no graph expresses
// `unsupported_config`, both by the field's name.
import * as v from 'valibot';
import { defined } from '../../lib/assert.ts';
import { type ErrorCode, NucleusError } from '../../lib/error.ts';
import type { Activation } from '../ir/graph.ts';

/** What every architecture says of the text, whatever its sizes. */
export interface TextIds {
  /** The id a text begins with; null where the file's id lies outside the vocabulary. */
  readonly bos_token_id: number | null;
  /** The ids that end a text; those outside the vocabulary can never be drawn and are left out. */
  readonly eos_token_ids: readonly number[];
}

type Json = Readonly<Record<string, unknown>>;
interface Found {
  readonly input: unknown;
}

/** A value in an error message, cut to a readable length. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const instead = (expected: string) => (found: Found) => `${shown(found.input)} where ${expected} is expected`;
const number = (expected: string) => v.custom<number>(value => typeof value === 'number', instead(expected));

/** A positive integer up to `largest`. */
export const size = (largest: number) =>
  v.pipe(
    number('a number'),
    v.check(
      n => Number.isSafeInteger(n) && n >= 1,
      ({ input }) => `${input} is not a positive integer`,
    ),
    v.check(
      n => n <= largest,
      ({ input }) => `${input} is above the largest supported, ${largest}`,
    ),
  );

export const flag = v.custom<boolean>(value => typeof value === 'boolean', instead('true or false'));

/** A number that a config says, positive and finite. */
export const positive = v.pipe(
  number('a number'),
  v.check(
    n => Number.isFinite(n) && n > 0,
    ({ input }) => `${input} is not a positive number`,
  ),
);

/** A flag whose other value would change the numbers in a way that the graph does not express. */
export const flagThatIs = (wanted: boolean, otherwise: string) =>
  v.optional(
    v.pipe(
      flag,
      v.check(value => value === wanted, otherwise),
    ),
    wanted,
  );

/** A field that must be absent, null or empty, since no graph honours it. */
export const empty = (otherwise: string) => v.optional(v.pipe(v.unknown(), v.check(isEmpty, otherwise)));

export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** The small number that a norm adds to a variance. */
export const epsilon = v.pipe(
  number('a number'),
  v.check(
    value => value >= 1e-12 && value <= 1,
    ({ input }) => `${input} is not between 1e-12 and 1`,
  ),
);

/** Spellings of config.json and the function each names. `gelu_fast` writes sqrt(2 / pi) with ten digits: a relative 4e-12. */
const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['gelu_new', 'gelu_new'],
  ['gelu_pytorch_tanh', 'gelu_new'],
  ['gelu_fast', 'gelu_new'],
  ['gelu', 'gelu'],
  ['gelu_python', 'gelu'],
  ['quick_gelu', 'quick_gelu'],
  ['relu', 'relu'],
  ['relu2', 'relu2'],
  ['silu', 'silu'],
  ['swish', 'silu'],
]);

export const activation = v.pipe(
  v.custom<string>(value => typeof value === 'string', instead('a name')),
  v.check(
    name => ACTIVATIONS.has(name),
    ({ input }) => `${shown(input)}; supported: ${[...ACTIVATIONS.keys()].join(', ')}`,
  ),
  v.transform(name => defined(ACTIVATIONS.get(name), name)),
);

/** One token id, a list of them, or null. */
export const tokenIds = v.pipe(
  v.unknown(),
  v.transform(value => (value === null ? [] : [value].flat())),
  v.array(
    v.pipe(
      number('a token id'),
      v.check(
        id => Number.isSafeInteger(id) && id >= 0,
        ({ input }) => `${input} is not a token id`,
      ),
    ),
  ),
);

/** Each id once; ids at or above V are left out: checkpoints with a vocabulary of their own often keep another's. */
export function idsWithin(ids: readonly number[], vocab_size: number): number[] {
  return [...new Set(ids)].filter(id => id < vocab_size);
}

/** The object of a config.json. Throws `bad_json` for anything else. */
export function configObject(json: unknown): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new NucleusError('bad_json', 'config.json is not a JSON object', { file: 'config.json' });
  }
  return Object.fromEntries(Object.entries(json));
}

/** Reads an object by its schema; `synonyms` are other names of fields, which must agree where both are there. Throws as said above. */
export function readConfig<T extends v.GenericSchema>(
  schema: T,
  json: unknown,
  synonyms: Readonly<Record<string, string>> = {},
): v.InferOutput<T> {
  const config = { ...configObject(json) };
  for (const [field, synonym] of Object.entries(synonyms)) {
    const [own, other] = [config[field], config[synonym]];
    if (own !== undefined && other !== undefined && own !== other)
      throw refused(field, `${shown(own)} contradicts ${synonym} ${shown(other)}`);
    config[field] = own === undefined ? other : own;
  }
  const read = v.safeParse(schema, config, { abortEarly: true });
  if (read.success) return read.output;
  const [issue] = read.issues;
  const field = String(issue.path?.[0]?.key ?? '');
  throw fieldError(issue.kind === 'schema' ? 'bad_json' : 'unsupported_config', field, issue.message);
}

export const refused = (field: string, why: string) => fieldError('unsupported_config', field, why);

function fieldError(code: ErrorCode, field: string, why: string): NucleusError {
  return new NucleusError(code, `config.json: ${field}: ${why}`, { file: 'config.json', field });
}
