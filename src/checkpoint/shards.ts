// model.safetensors.index.json: which shard holds which tensor.
import { custom, object } from 'valibot';
import { NucleusError } from '../lib/error.ts';
import type { StoredTensor } from './checkpoint.ts';
import { checked, isJsonObject, type JsonFields } from './json.ts';
import { MAX_NAME_LENGTH, MAX_TENSORS, type SafetensorsHeader } from './safetensors.ts';

export const INDEX_FILE = 'model.safetensors.index.json';
const MAX_SHARDS = 1_000;

export interface ShardIndex {
  /** The file of each tensor. */
  readonly fileOf: ReadonlyMap<string, string>;
  /** Each shard once, sorted by name. */
  readonly files: readonly string[];
}

/** A plain file name: no folder, no drive, no way up, `.safetensors` at the end. */
const SHARD_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}\.safetensors$/;

/** The map keeps names that are properties of objects, so it is read by hand. */
const INDEX = object({ weight_map: custom<JsonFields>(isJsonObject) });

function bad(message: string): NucleusError {
  return new NucleusError('bad_json', message, { file: INDEX_FILE });
}

/**
 * Checks a parsed model.safetensors.index.json.
 * @throws NucleusError bad_json when `weight_map` is missing, empty, too large, or names a file that is no plain shard name.
 */
export function parseShardIndex(json: unknown): ShardIndex {
  const { weight_map: map } = checked(INDEX, json, () => bad('the shard index has no weight_map'));
  const entries = Object.entries(map);
  if (entries.length === 0) throw bad('the weight_map of the shard index is empty');
  if (entries.length > MAX_TENSORS)
    throw bad(`the shard index names ${entries.length} tensors, more than ${MAX_TENSORS}`);
  const fileOf = new Map<string, string>();
  for (const [tensor, file] of entries) {
    if (tensor.length > MAX_NAME_LENGTH) throw bad('the shard index has a tensor name that is too long');
    if (typeof file !== 'string' || !SHARD_NAME.test(file) || file.includes('..')) {
      throw bad(
        `the shard index puts tensor ${JSON.stringify(tensor)} into ${JSON.stringify(file)}, which is no file name of a shard`,
      );
    }
    fileOf.set(tensor, file);
  }
  const files = [...new Set(fileOf.values())].sort();
  if (files.length > MAX_SHARDS) throw bad(`the shard index names ${files.length} files, more than ${MAX_SHARDS}`);
  return { fileOf, files };
}

/**
 * One list of tensors from the headers of all shards, in file order. A tensor lies in exactly one shard, the one the index says.
 * @throws NucleusError bad_safetensors when a shard lacks a tensor of the index, or two shards hold the same one.
 */
export function joinShards(
  index: ShardIndex,
  headers: ReadonlyMap<string, SafetensorsHeader>,
): ReadonlyMap<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const file of index.files) {
    const header = headers.get(file);
    if (!header) throw new NucleusError('missing_file', `the shard ${file} is missing`, { file });
    for (const range of header.tensors.values()) {
      const other = tensors.get(range.name);
      if (other) {
        const text = `tensor ${JSON.stringify(range.name)} lies in ${other.file} and in ${file}`;
        throw new NucleusError('bad_safetensors', text, { file });
      }
      tensors.set(range.name, { ...range, file });
    }
  }
  for (const [name, file] of index.fileOf) {
    if (tensors.get(name)?.file !== file) {
      throw new NucleusError('bad_safetensors', `tensor ${JSON.stringify(name)} is not in ${file}`, { file });
    }
  }
  return tensors;
}
