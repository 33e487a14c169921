// A folder in the layout of Hugging Face: config.json, weights in one file or in shards, and what belongs to the text. Safetensors and PyTorch files
// differ in how a file is read, and in nothing else.
import { asNucleusError, NucleusError } from '../lib/error.ts';
import type { CheckpointFiles, CheckpointFormat, StoredTensor, StoredWeights } from './checkpoint.ts';
import { checkFirstBytes } from './first-bytes.ts';
import { isJsonObject, type JsonFields, parseJson } from './json.ts';
import { readArchive } from './pytorch/archive.ts';
import { refuseQuantised } from './quantised.ts';
import { headerLength, parseSafetensorsHeader, type TensorRange } from './safetensors.ts';
import { joinShards, parseShardIndex, type ShardIndex } from './shards.ts';

const CONFIG_FILE = 'config.json';
const TOKENIZER_FILE = 'tokenizer.json';
const GENERATION_FILE = 'generation_config.json';
const TOKENIZER_CONFIG_FILE = 'tokenizer_config.json';

/** Read where they are there. */
const SMALL_FILES = [CONFIG_FILE, TOKENIZER_FILE, GENERATION_FILE, TOKENIZER_CONFIG_FILE];

/** What a tokenizer may lie in, by preference: the first whose files are all there is read, with what belongs to it. */
const TOKENIZERS: readonly { readonly files: readonly string[]; readonly beside: readonly string[] }[] = [
  { files: [TOKENIZER_FILE], beside: ['special_tokens_map.json'] },
  { files: ['tokenizer.model'], beside: ['special_tokens_map.json', 'added_tokens.json'] },
  { files: ['vocab.json', 'merges.txt'], beside: ['special_tokens_map.json', 'added_tokens.json'] },
  { files: ['vocab.txt'], beside: ['special_tokens_map.json', 'added_tokens.json'] },
  { files: ['tekken.json'], beside: [] },
];
/** Chat templates in files of their own. A host that lists nothing is not asked for them: there they stand in tokenizer_config.json. */
const TEMPLATES = /^(?:chat_template|additional_chat_templates\/[A-Za-z0-9_.-]{1,64})\.jinja$/;
const OTHER_TOKENIZER_FILES = [...new Set(TOKENIZERS.slice(1).flatMap(({ files, beside }) => [...files, ...beside]))];

/** A kind of files with tensors. */
interface Container {
  readonly name: string;
  /** The weights in one file. */
  readonly whole: string;
  /** Which shard holds what, where they come in several. */
  readonly index: string;
  isWeights(file: string): boolean;
  /** The tensors of one file. Rejects as its reader does, without the name of the file. */
  tensorsOf(files: CheckpointFiles, file: string): Promise<ReadonlyMap<string, TensorRange>>;
}

const isSafetensors = (name: string) => name.endsWith('.safetensors');
const isPytorch = (name: string) => /^pytorch_model[A-Za-z0-9._-]*\.bin$/.test(name);

export const SAFETENSORS: CheckpointFormat = folderOf({
  name: 'safetensors',
  whole: 'model.safetensors',
  index: 'model.safetensors.index.json',
  isWeights: isSafetensors,
  tensorsOf: readSafetensors,
});

export const PYTORCH: CheckpointFormat = folderOf({
  name: 'pytorch',
  whole: 'pytorch_model.bin',
  index: 'pytorch_model.bin.index.json',
  isWeights: isPytorch,
  tensorsOf: (files, name) =>
    readArchive({ size: files.size(name), read: (begin, end) => files.read(name, begin, end) }),
});

function folderOf(container: Container): CheckpointFormat {
  const { name, whole, index, isWeights } = container;
  return {
    name,
    isWeights,
    decidesNumbers: file => file === CONFIG_FILE || isWeights(file),
    isComplete: present => present.has(whole) || present.has(index),
    seek: async (ask, read) => {
      const [found, , tokenizer] = await Promise.all([whole, ...SMALL_FILES].map(ask));
      if (!tokenizer) await Promise.all(OTHER_TOKENIZER_FILES.map(ask));
      if (found) return true;
      if (!(await ask(index))) return false;
      await Promise.all(shardNames(container, await read(index), () => true).map(ask));
      return true;
    },
    files: async (present, read) => {
      const { small, sharded } = chooseSmallFiles(container, present);
      if (!sharded) return [...small, whole];
      return [...small, ...shardNames(container, await read(index), file => present.has(file))];
    },
    open: async files => {
      const config = parseJson(await files.bytes(CONFIG_FILE), CONFIG_FILE);
      await refuseQuantised(config, async () => (await files.card?.()) ?? '');
      const tokenizerFiles = new Map<string, Uint8Array>();
      for (const name of tokenizerNames(files.names)) tokenizerFiles.set(name, await files.bytes(name));
      const generation = await readOptional(files, GENERATION_FILE);
      const tokenizerConfig = await readOptional(files, TOKENIZER_CONFIG_FILE);
      const weights = () => readWeights(container, files);
      return { config: textConfig(config), tokenizerFiles, generation, tokenizerConfig, weights };
    },
  };
}

/** The files that say something of the tokenizer, among those that are there. */
function tokenizerNames(names: Iterable<string>): readonly string[] {
  const present = new Set(names);
  const chosen = TOKENIZERS.find(({ files }) => files.every(name => present.has(name)));
  const wanted = [...(chosen?.files ?? []), ...(chosen?.beside ?? []), TOKENIZER_CONFIG_FILE];
  const templates = [...present].filter(name => TEMPLATES.test(name)).sort();
  return [...wanted.filter(name => present.has(name)), ...templates];
}

/** Fields beside `text_config` that say something of the text where it does not. */
const ABOUT_TEXT = ['model_type', 'tie_word_embeddings', 'bos_token_id', 'eos_token_id', 'vocab_size'];

/** Models of several kinds of input keep the configuration of their text in `text_config`. */
function textConfig(config: unknown): unknown {
  if (!isJsonObject(config) || !isJsonObject(config.text_config)) return config;
  const outer = ABOUT_TEXT.flatMap(field => (config[field] === undefined ? [] : [[field, config[field]] as const]));
  return { ...Object.fromEntries(outer), ...config.text_config };
}

/** Missing shards named in a sentence. */
const MOST_NAMED = 8;

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
function chooseSmallFiles(
  { whole, index }: Container,
  present: ReadonlySet<string>,
): {
  readonly small: readonly string[];
  readonly sharded: boolean;
} {
  const sharded = !present.has(whole);
  const noWeights = sharded && !present.has(index);
  refuseMissing(
    [...(present.has(CONFIG_FILE) ? [] : [CONFIG_FILE]), ...(noWeights ? [whole] : [])],
    noWeights ? otherWeights(present, index) : '',
  );
  const named = new Set([...SMALL_FILES, ...tokenizerNames(present)]);
  const small = [...named].filter(name => present.has(name));
  return { small: sharded ? [...small, index] : small, sharded };
}

function otherWeights(present: ReadonlySet<string>, index: string): string {
  const names = [...present];
  const other = names.find(name => /\.(?:h5|msgpack|onnx|ot|pt|pth)$/.test(name));
  if (other !== undefined) return `; there are only weights of another kind (${other})`;
  const stray = names.find(name => isSafetensors(name) || isPytorch(name));
  return stray === undefined ? '' : `; ${stray} alone is not enough without ${index}`;
}

/**
 * Names of the shards, from the bytes of the index; each is a plain file name that is present.
 * @throws NucleusError bad_json, missing_file.
 */
function shardNames(container: Container, index: Uint8Array, present: (name: string) => boolean): readonly string[] {
  const { files } = indexOf(container, index);
  const absent = files.filter(name => !present(name));
  refuseMissing(absent, absent.length > 1 ? ', shards of the weights' : ', a shard of the weights');
  return files;
}

function indexOf({ index, isWeights }: Container, bytes: Uint8Array): ShardIndex {
  return parseShardIndex(parseJson(bytes, index), index, isWeights);
}

async function readWeights(container: Container, files: CheckpointFiles): Promise<StoredWeights> {
  const { whole, index: indexFile } = container;
  if (files.has(whole)) {
    const stored = new Map<string, StoredTensor>();
    for (const [name, range] of await readTensors(container, files, whole)) stored.set(name, { ...range, file: whole });
    return { tensors: stored, weightFiles: [whole] };
  }
  const index = indexOf(container, await files.bytes(indexFile));
  const shards = new Map<string, { tensors: ReadonlyMap<string, TensorRange> }>();
  for (const file of index.files) shards.set(file, { tensors: await readTensors(container, files, file) });
  return { tensors: joinShards(index, shards), weightFiles: index.files };
}

/** Enough to tell a Git LFS pointer or a web page, however short, from weights. */
const FIRST_BYTES = 24;

async function readTensors(
  { tensorsOf }: Container,
  files: CheckpointFiles,
  name: string,
): Promise<ReadonlyMap<string, TensorRange>> {
  checkFirstBytes(name, await files.read(name, 0, Math.min(FIRST_BYTES, files.size(name))));
  try {
    return await tensorsOf(files, name);
  } catch (error) {
    // The readers know no name of the file.
    const { code, message, detail } = asNucleusError(error);
    const unnamed = code === 'bad_safetensors' || code === 'bad_pytorch';
    throw unnamed ? new NucleusError(code, message, { ...detail, file: name }) : error;
  }
}

async function readSafetensors(files: CheckpointFiles, name: string): Promise<ReadonlyMap<string, TensorRange>> {
  const size = files.size(name);
  const length = headerLength(await files.read(name, 0, Math.min(8, size)), size);
  return parseSafetensorsHeader(await files.read(name, 8, 8 + length), size).tensors;
}

/** An optional file as an object; empty when it is absent or holds something else. */
async function readOptional(files: CheckpointFiles, name: string): Promise<JsonFields> {
  if (!files.has(name)) return {};
  const json = parseJson(await files.bytes(name), name);
  return isJsonObject(json) ? json : {};
}
