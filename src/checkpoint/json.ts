// JSON out of the files of a model: parsed strictly as UTF-8, then held against a schema.
import { type BaseIssue, type BaseSchema, type InferOutput, safeParse } from 'valibot';
import { NucleusError } from '../lib/error.ts';

export type JsonFields = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Any JSON. @throws NucleusError bad_json that names the file. */
export function parseJson(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new NucleusError('bad_json', `${file} is not valid JSON`, { file });
  }
}

/** `value` as the schema has it; the first thing that is wrong goes to `refuse`, which makes the error. */
export function checked<T extends BaseSchema<unknown, unknown, BaseIssue<unknown>>>(
  schema: T,
  value: unknown,
  refuse: (issue: BaseIssue<unknown>) => Error,
): InferOutput<T> {
  const result = safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  throw refuse(result.issues[0]);
}
