// The index of weights in several files: which shard holds which tensor.
import { custom, object } from 'valibot';
import { NucleusError } from '../lib/error.ts';
import type { StoredTensor } from './checkpoint.ts';
import { damaged } from './first-bytes.ts';
import { checked, isJsonObject, type JsonFields } from './json.ts';
import { MAX_NAME_LENGTH, MAX_TENSORS, type TensorRange } from './safetensors.ts';

const MAX_SHARDS = 1_000;

export interface ShardIndex {
  /** The file of each tensor. */
  readonly fileOf: ReadonlyMap<string, string>;
  /** Each shard once, sorted by name. */
  readonly files: readonly string[];
}

/** A plain file name: no folder, no drive, no way up. */
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,214}$/;

/** The map keeps names that are properties of objects, so it is read by hand. */
const INDEX = object({ weight_map: custom<JsonFields>(isJsonObject) });

/**
 * Checks a parsed index, the file `indexFile`; `isShard` tells the names of files with weights of its kind.
 * @throws NucleusError bad_json when `weight_map` is missing, empty, too large, or names a file that is no plain shard name.
 */
export function parseShardIndex(json: unknown, indexFile: string, isShard: (name: string) => boolean): ShardIndex {
  const bad = (message: string) => new NucleusError('bad_json', message, { file: indexFile });
  const { weight_map: map } = checked(INDEX, json, () => bad('the shard index has no weight_map'));
  const entries = Object.entries(map);
  if (entries.length === 0) throw bad('the weight_map of the shard index is empty');
  if (entries.length > MAX_TENSORS)
    throw bad(`the shard index names ${entries.length} tensors, more than ${MAX_TENSORS}`);
  const fileOf = new Map<string, string>();
  for (const [tensor, file] of entries) {
    if (tensor.length > MAX_NAME_LENGTH) throw bad('the shard index has a tensor name that is too long');
    if (typeof file !== 'string' || !FILE_NAME.test(file) || file.includes('..') || !isShard(file)) {
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
 * One list of tensors from those of all shards, in file order. A tensor lies in exactly one shard, the one the index says.
 * @throws NucleusError missing_file, and bad_safetensors or bad_pytorch when a shard lacks a tensor of the index, or two shards hold the same one.
 */
export function joinShards(
  index: ShardIndex,
  shards: ReadonlyMap<string, { readonly tensors: ReadonlyMap<string, TensorRange> }>,
): ReadonlyMap<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const file of index.files) {
    const inside = shards.get(file);
    if (!inside) throw new NucleusError('missing_file', `the shard ${file} is missing`, { file });
    for (const range of inside.tensors.values()) {
      const other = tensors.get(range.name);
      if (other) {
        const text = `tensor ${JSON.stringify(range.name)} lies in ${other.file} and in ${file}`;
        throw new NucleusError(damaged(file), text, { file });
      }
      tensors.set(range.name, { ...range, file });
    }
  }
  for (const [name, file] of index.fileOf) {
    if (tensors.get(name)?.file !== file) {
      throw new NucleusError(damaged(file), `tensor ${JSON.stringify(name)} is not in ${file}`, { file });
    }
  }
  return tensors;
}
