// A folder in the layout of Hugging Face: config.json, safetensors in one file or in shards, and what belongs to the text.
import { asNucleusError, NucleusError } from '../lib/error.ts';
import type { CheckpointFiles, CheckpointFormat, StoredTensor, StoredWeights } from './checkpoint.ts';
import { checkFirstBytes } from './first-bytes.ts';
import { isJsonObject, type JsonFields, parseJson } from './json.ts';
import { headerLength, parseSafetensorsHeader, type SafetensorsHeader } from './safetensors.ts';
import { INDEX_FILE, joinShards, parseShardIndex } from './shards.ts';

const CONFIG_FILE = 'config.json';
const TOKENIZER_FILE = 'tokenizer.json';
const WEIGHTS_FILE = 'model.safetensors';
const GENERATION_FILE = 'generation_config.json';
const TOKENIZER_CONFIG_FILE = 'tokenizer_config.json';

/** Read where they are there. */
const SMALL_FILES = [CONFIG_FILE, TOKENIZER_FILE, GENERATION_FILE, TOKENIZER_CONFIG_FILE];

export const SAFETENSORS: CheckpointFormat = {
  name: 'safetensors',
  isWeights,
  decidesNumbers: name => name === CONFIG_FILE || isWeights(name),
  seek: async (ask, read) => {
    const [whole] = await Promise.all([WEIGHTS_FILE, ...SMALL_FILES].map(ask));
    if (whole || !(await ask(INDEX_FILE))) return;
    await Promise.all(shardNames(await read(INDEX_FILE), () => true).map(ask));
  },
  files: async (present, read) => {
    const { small, sharded } = chooseSmallFiles(present);
    return [...small, ...(sharded ? shardNames(await read(INDEX_FILE), name => present.has(name)) : [WEIGHTS_FILE])];
  },
  open: async files => {
    const config = parseJson(await files.bytes(CONFIG_FILE), CONFIG_FILE);
    const tokenizer = files.has(TOKENIZER_FILE)
      ? parseJson(await files.bytes(TOKENIZER_FILE), TOKENIZER_FILE)
      : undefined;
    const generation = await readOptional(files, GENERATION_FILE);
    const tokenizerConfig = await readOptional(files, TOKENIZER_CONFIG_FILE);
    return { config, tokenizer, generation, tokenizerConfig, weights: () => readWeights(files) };
  },
};

/** Missing shards named in a sentence. */
const MOST_NAMED = 8;

function isWeights(name: string): boolean {
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
function chooseSmallFiles(present: ReadonlySet<string>): {
  readonly small: readonly string[];
  readonly sharded: boolean;
} {
  const sharded = !present.has(WEIGHTS_FILE);
  const noWeights = sharded && !present.has(INDEX_FILE);
  refuseMissing(
    [...(present.has(CONFIG_FILE) ? [] : [CONFIG_FILE]), ...(noWeights ? [WEIGHTS_FILE] : [])],
    noWeights ? otherWeights(present) : '',
  );
  const small = SMALL_FILES.filter(name => present.has(name));
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
function shardNames(index: Uint8Array, present: (name: string) => boolean): readonly string[] {
  const { files } = parseShardIndex(parseJson(index, INDEX_FILE));
  const absent = files.filter(name => !present(name));
  refuseMissing(absent, absent.length > 1 ? ', shards of the weights' : ', a shard of the weights');
  return files;
}

async function readWeights(files: CheckpointFiles): Promise<StoredWeights> {
  if (files.has(WEIGHTS_FILE)) {
    const { tensors } = await readHeader(files, WEIGHTS_FILE);
    const stored = new Map<string, StoredTensor>();
    for (const [name, range] of tensors) stored.set(name, { ...range, file: WEIGHTS_FILE });
    return { tensors: stored, weightFiles: [WEIGHTS_FILE] };
  }
  const index = parseShardIndex(parseJson(await files.bytes(INDEX_FILE), INDEX_FILE));
  const headers = new Map<string, SafetensorsHeader>();
  for (const file of index.files) headers.set(file, await readHeader(files, file));
  return { tensors: joinShards(index, headers), weightFiles: index.files };
}

/** Enough to tell a Git LFS pointer or a web page, however short, from weights. */
const FIRST_BYTES = 24;

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

/** An optional file as an object; empty when it is absent or holds something else. */
async function readOptional(files: CheckpointFiles, name: string): Promise<JsonFields> {
  if (!files.has(name)) return {};
  const json = parseJson(await files.bytes(name), name);
  return isJsonObject(json) ? json : {};
}
