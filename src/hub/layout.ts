// Which files of a repository or a folder make up a model, and in which order they are read.
import { NucleusError } from '../lib/error.ts';

export const CONFIG_FILE = 'config.json';
export const TOKENIZER_FILE = 'tokenizer.json';
export const WEIGHTS_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

/** Files that a model may lack. */
export const OPTIONAL_FILES = ['generation_config.json', 'tokenizer_config.json'] as const;

/** Missing shards named in a sentence. */
const MOST_NAMED = 8;

export function isWeights(name: string): boolean {
  return name.endsWith('.safetensors');
}

function missing(file: string, why: string): NucleusError {
  return new NucleusError('missing_file', `${file} is missing${why}`, { file });
}

/** All that is missing, in one error. @throws when there is any. */
function refuseMissing(files: readonly string[], why: string): void {
  const [first, ...others] = files;
  if (first === undefined) return;
  if (others.length === 0) throw missing(first, why);
  const most = files.slice(0, MOST_NAMED);
  const last = files.length > MOST_NAMED ? `${files.length - MOST_NAMED} more` : (most.pop() ?? first);
  const names = `${most.join(', ')} and ${last}`;
  throw new NucleusError('missing_file', `${names} are missing${why}`, { file: first, files: names });
}

/**
 * The small files that are there, in reading order, and whether the weights come in one file or in shards. A model without a tokenizer is one, too.
 * @throws NucleusError missing_file that names every file, and says so when the weights are there in another format.
 */
export function chooseSmallFiles(present: ReadonlySet<string>): {
  readonly small: readonly string[];
  readonly sharded: boolean;
} {
  const sharded = !present.has(WEIGHTS_FILE);
  const noWeights = sharded && !present.has(INDEX_FILE);
  refuseMissing(
    [...(present.has(CONFIG_FILE) ? [] : [CONFIG_FILE]), ...(noWeights ? [WEIGHTS_FILE] : [])],
    noWeights ? otherWeights(present) : '',
  );
  const small = [CONFIG_FILE, TOKENIZER_FILE, ...OPTIONAL_FILES].filter(name => present.has(name));
  return { small: sharded ? [...small, INDEX_FILE] : small, sharded };
}

function otherWeights(present: ReadonlySet<string>): string {
  const names = [...present];
  if (names.some(name => name.endsWith('.gguf'))) return '; there are only GGUF weights';
  if (names.some(name => /^pytorch_model.*\.bin$/.test(name)))
    return '; there are only PyTorch weights (pytorch_model.bin)';
  const other = names.find(name => /\.(?:h5|msgpack|onnx|ot|pt|pth)$/.test(name));
  if (other !== undefined) return `; there are only weights of another kind (${other})`;
  const stray = names.find(isWeights);
  return stray === undefined ? '' : `; ${stray} alone is not enough without ${INDEX_FILE}`;
}

/**
 * Names of the shards, from the bytes of the index; each is a plain file name that is present.
 * @throws NucleusError bad_json, missing_file.
 */
export function shardNames(index: Uint8Array, present: (name: string) => boolean): readonly string[] {
  const bad = (why: string): NucleusError => new NucleusError('bad_json', `${INDEX_FILE} ${why}`, { file: INDEX_FILE });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(index));
  } catch {
    throw bad('is not valid JSON');
  }
  const map = typeof json === 'object' && json !== null && 'weight_map' in json ? json.weight_map : null;
  if (typeof map !== 'object' || map === null) throw bad('has no weight_map');
  const names = [...new Set(Object.values(map))].map(name => {
    if (typeof name !== 'string' || !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}\.safetensors$/.test(name))
      throw bad('names a file that is no shard');
    return name;
  });
  if (names.length === 0 || names.length > 1000) throw bad(`names ${names.length} shards`);
  const absent = names.filter(name => !present(name)).sort();
  refuseMissing(absent, absent.length > 1 ? ', shards of the weights' : ', a shard of the weights');
  return names.sort();
}

/**
 * What the first bytes give away, before anything is stored.
 * @throws NucleusError bad_safetensors for a Git LFS pointer or a web page in place of weights.
 */
export function checkFirstBytes(name: string, first: Uint8Array): void {
  const text = String.fromCharCode(...first.subarray(0, 24));
  if (text.startsWith('version https://git-lfs')) {
    const message = `${name} is a Git LFS pointer, a small text in place of the file; run "git lfs pull" or download the file itself`;
    throw new NucleusError(isWeights(name) ? 'bad_safetensors' : 'bad_json', message, { file: name });
  }
  if (/^\s*<(?:!doctype|html)/i.test(text)) {
    throw new NucleusError(isWeights(name) ? 'bad_safetensors' : 'bad_json', `${name} is a web page, not the file`, {
      file: name,
    });
  }
}
