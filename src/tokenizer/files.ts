// The files that people keep a tokenizer in, read into one form: tokenizer.json, a SentencePiece model, vocab.json with merges.txt, or vocab.txt.
import { NucleusError } from '../lib/error.ts';
import { BYTE_TO_CHAR } from './byte-alphabet.ts';
import { TEMPLATE_FILE, withTemplateFiles } from './chat-templates.ts';
import { isJsonObject, type JsonObject } from './spec.ts';
import { namedSpecials } from './special-names.ts';

/** Every file that says something of a tokenizer. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer.model',
  'vocab.json',
  'merges.txt',
  'vocab.txt',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'tekken.json',
  TEMPLATE_FILE,
] as const;

/** The bytes of those that are there, by name. */
export type TokenizerFiles = ReadonlyMap<string, Uint8Array>;

export interface FoundTokenizer {
  /** For `openTokenizer`: the object of a tokenizer.json or one in its form, or `{ sentencepiece }` with the bytes of a model. */
  readonly source: unknown;
  /** tokenizer_config.json, with the names of special tokens that only special_tokens_map.json gives, and the templates that lie in files of their own. */
  readonly config: JsonObject;
}

function bad(message: string, file: string): NucleusError {
  return new NucleusError('bad_tokenizer', message, { file });
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw bad(`${file} is not UTF-8`, file);
  }
}

function jsonOf(files: TokenizerFiles, file: string): unknown {
  const bytes = files.get(file);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new NucleusError('bad_json', `${file} is not valid JSON`, { file });
  }
}

/** Parts inside parts of a tokenizer.json: sequences of sequences. What reads them calls itself. */
const DEEPEST = 64;

function assertShallow(source: unknown): void {
  if (!isJsonObject(source)) return;
  const { normalizer, pre_tokenizer, post_processor, decoder } = source;
  const left: (readonly [value: unknown, depth: number])[] = [];
  for (const part of [normalizer, pre_tokenizer, post_processor, decoder]) left.push([part, 1]);
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value, depth] = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > DEEPEST) throw bad(`its parts are nested more than ${DEEPEST} deep`, 'tokenizer.json');
    for (const inner of Object.values(value)) left.push([inner, depth + 1]);
  }
}

function objectOf(files: TokenizerFiles, file: string): JsonObject {
  const json = jsonOf(files, file);
  return isJsonObject(json) ? json : {};
}

/** A token as these files write it: its text, or an object with its content. */
function contentOf(token: unknown): string | null {
  if (typeof token === 'string') return token;
  return isJsonObject(token) && typeof token.content === 'string' ? token.content : null;
}

type Added = Readonly<Record<string, unknown>> & { readonly id: number; readonly content: string };

/** Tokens beside the vocabulary, in the form of a tokenizer.json; those that are named in `vocab` are special there. */
function addedTokens(files: TokenizerFiles, config: JsonObject, vocab: ReadonlyMap<string, number>): Added[] {
  const specials = new Set(namedSpecials(config));
  const added = new Map<string, Added>();
  for (const content of specials) {
    const id = vocab.get(content);
    if (id !== undefined) added.set(content, { id, content, special: true, normalized: false });
  }
  for (const [content, id] of Object.entries(objectOf(files, 'added_tokens.json'))) {
    if (typeof id !== 'number')
      throw bad(`added_tokens.json gives ${JSON.stringify(content)} no id`, 'added_tokens.json');
    added.set(content, { id, content, special: specials.has(content), normalized: false });
  }
  const listed = isJsonObject(config.added_tokens_decoder) ? config.added_tokens_decoder : {};
  for (const [id, token] of Object.entries(listed)) {
    const content = contentOf(token);
    if (content !== null && isJsonObject(token)) added.set(content, { ...token, id: Number(id), content });
  }
  return [...added.values()];
}

function fromModel(files: TokenizerFiles, bytes: Uint8Array, config: JsonObject): unknown {
  // Lines of a token in base64 and its rank: the file that tiktoken reads has the same name.
  if (/^[A-Za-z0-9+/]+=* \d+\r?\n/.test(new TextDecoder().decode(bytes.subarray(0, 200)))) {
    throw bad(
      'tokenizer.model is a list of tokens for tiktoken, which is not supported; tokenizer.json is',
      'tokenizer.model',
    );
  }
  return { sentencepiece: bytes, added_tokens: addedTokens(files, config, new Map()) };
}

/** Classes whose vocab.json and merges.txt are byte-level BPE with GPT-2's pattern. */
const GPT2_CLASSES = /^(?:GPT2|CodeGen|Roberta|Bart|GPTNeoX|Longformer|LED|Blenderbot|OPT)Tokenizer(?:Fast)?$/;
const QWEN2_CLASSES = /^Qwen2Tokenizer(?:Fast)?$/;
const QWEN2_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

function fromVocabAndMerges(files: TokenizerFiles, merges: Uint8Array, config: JsonObject): unknown {
  const written = jsonOf(files, 'vocab.json');
  if (!isJsonObject(written)) throw bad('vocab.json is not an object of token: id', 'vocab.json');
  const { tokenizer_class, add_prefix_space } = config;
  const qwen = typeof tokenizer_class === 'string' && QWEN2_CLASSES.test(tokenizer_class);
  if (typeof tokenizer_class === 'string' && !qwen && !GPT2_CLASSES.test(tokenizer_class)) {
    throw bad(
      `vocab.json and merges.txt of a ${JSON.stringify(tokenizer_class)} are not supported without a tokenizer.json`,
      'vocab.json',
    );
  }
  if (!BYTE_TO_CHAR.some(char => char > '\u00ff' && char in written)) {
    throw bad(
      'vocab.json does not spell bytes as GPT-2 does, and there is no tokenizer.json that says how it does',
      'vocab.json',
    );
  }
  const vocab = new Map(
    Object.entries(written).flatMap(([token, id]) => (typeof id === 'number' ? [[token, id] as const] : [])),
  );
  const lines = textOf(merges, 'merges.txt').split(/\r?\n/);
  const pretokens = {
    type: 'ByteLevel',
    add_prefix_space: add_prefix_space === true,
    trim_offsets: true,
    use_regex: !qwen,
  };
  const split = { type: 'Split', pattern: { Regex: QWEN2_PATTERN }, behavior: 'Isolated', invert: false };
  return {
    added_tokens: addedTokens(files, config, vocab),
    normalizer: qwen ? { type: 'NFC' } : null,
    pre_tokenizer: qwen ? { type: 'Sequence', pretokenizers: [split, pretokens] } : pretokens,
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: written,
      merges: lines.filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version'))),
    },
  };
}

const BERT_SPECIALS = ['[UNK]', '[SEP]', '[PAD]', '[CLS]', '[MASK]'];

function fromVocabTxt(files: TokenizerFiles, bytes: Uint8Array, config: JsonObject): unknown {
  const lines = textOf(bytes, 'vocab.txt').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const vocab = new Map(lines.map((line, id) => [line.trimEnd(), id]));
  const { tokenizer_class } = config;
  if (
    typeof tokenizer_class === 'string' &&
    !/^(?:Bert|DistilBert|Electra|MobileBert|ConvBert|Funnel)Tokenizer(?:Fast)?$/.test(tokenizer_class)
  ) {
    throw bad(
      `vocab.txt of a ${JSON.stringify(tokenizer_class)} is not supported without a tokenizer.json`,
      'vocab.txt',
    );
  }
  const unknown = contentOf(config.unk_token) ?? '[UNK]';
  const named = Object.fromEntries(BERT_SPECIALS.map((content, i) => [NAMED_BERT[i], content]));
  const cls = contentOf(config.cls_token) ?? '[CLS]';
  return {
    added_tokens: addedTokens(files, { ...named, ...config }, vocab),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars !== false,
      strip_accents: typeof config.strip_accents === 'boolean' ? config.strip_accents : null,
      lowercase: config.do_lower_case !== false,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: vocab.has(cls)
      ? {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: cls, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
          special_tokens: { [cls]: { id: cls, ids: [vocab.get(cls)], tokens: [cls] } },
        }
      : null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocab),
    },
  };
}

const NAMED_BERT = ['unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

function sourceOf(files: TokenizerFiles, config: JsonObject): unknown {
  const [model, merges, words] = ['tokenizer.model', 'merges.txt', 'vocab.txt'].map(name => files.get(name));
  if (files.has('tokenizer.json')) {
    const source = jsonOf(files, 'tokenizer.json');
    assertShallow(source);
    return source;
  }
  if (model !== undefined) return fromModel(files, model, config);
  if (files.has('vocab.json') && merges !== undefined) return fromVocabAndMerges(files, merges, config);
  if (words !== undefined) return fromVocabTxt(files, words, config);
  if (files.has('tekken.json')) throw bad('tekken.json is not supported; tokenizer.json is', 'tekken.json');
  if (files.has('vocab.json')) throw bad('vocab.json is not enough without merges.txt', 'merges.txt');
  return undefined;
}

/**
 * What the files of a model say of its tokenizer; null where they have none. Throws `bad_json`, and `bad_tokenizer` that names the file. What is
 * in the source is checked when it is opened.
 */
export function readTokenizerFiles(files: TokenizerFiles): FoundTokenizer | null {
  const config = { ...objectOf(files, 'special_tokens_map.json'), ...objectOf(files, 'tokenizer_config.json') };
  const source = sourceOf(files, config);
  return source === undefined ? null : { source, config: withTemplateFiles(config, files) };
}
