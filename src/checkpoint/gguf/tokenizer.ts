// The tokenizer in the metadata of a GGUF file, as the files that other checkpoints have one in.
import type { JsonFields } from '../json.ts';
import { bad } from './header-bytes.ts';
import type { Metadata } from './metadata.ts';
import { preTokenizer } from './pre-tokenizers.ts';
import { writeSentencePiece } from './sentencepiece-file.ts';

/** Types of tokens by their numbers in the file. */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTE = 6;

export interface GgufTokenizer {
  /** tokenizer.json or tokenizer.model, and tokenizer_config.json; none where the file has no vocabulary. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly config: JsonFields;
}

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
}

const utf8 = new TextEncoder();
const json = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));

/** @throws NucleusError bad_gguf where values are of other types or lengths than they must be. What they say is checked by the readers of such files. */
export function readGgufTokenizer(metadata: Metadata): GgufTokenizer {
  const kind = metadata.text('tokenizer.ggml.model');
  const texts = metadata.texts('tokenizer.ggml.tokens');
  if (kind === undefined || kind === 'none' || kind === 'no_vocab' || texts === undefined)
    return { files: new Map(), config: {} };
  const tokens = [...texts];
  const types = metadata.numbers('tokenizer.ggml.token_type') ?? tokens.map(() => NORMAL);
  if (types.length !== tokens.length) throw bad(`${types.length} types of ${tokens.length} tokens`);
  const vocabulary = { tokens, types };
  const config = configOf(metadata, kind, vocabulary);
  const [name, bytes] = fileOf(metadata, kind, vocabulary);
  return { files: new Map([[name, bytes] as const, ['tokenizer_config.json', json(config)]]), config };
}

/**
 * Whether white space behind a token goes with it. The file does not say; its readers go by the name of the model.
 * Source: the attributes of tokens in llama-vocab.cpp of ggml-org/llama.cpp.
 */
function takesSpace(metadata: Metadata): (content: string) => boolean {
  const isPhi3 = /phi-?3/.test((metadata.text('general.name') ?? '').toLowerCase());
  return content => isPhi3 && !['<unk>', '<s>', '<|endoftext|>'].includes(content);
}

/** Tokens that are found in the text before it is cut, in the form of a tokenizer.json. */
function addedTokens(metadata: Metadata, { tokens, types }: Vocabulary) {
  const rstrip = takesSpace(metadata);
  return tokens.flatMap((content, id) => {
    const type = types[id];
    if (type !== CONTROL && type !== USER_DEFINED && type !== UNKNOWN) return [];
    return [{ id, content, special: type !== USER_DEFINED, normalized: false, rstrip: rstrip(content) }];
  });
}

const preOf = (metadata: Metadata): string => metadata.text('tokenizer.ggml.pre') ?? 'default';

function fileOf(metadata: Metadata, kind: string, vocabulary: Vocabulary): readonly [string, Uint8Array] {
  switch (kind) {
    case 'gpt2':
      return ['tokenizer.json', json(byteLevel(metadata, vocabulary))];
    case 'llama':
      return ['tokenizer.model', scored(metadata, vocabulary, 'bpe')];
    case 't5':
      return ['tokenizer.model', scored(metadata, vocabulary, 'unigram')];
    default:
      // Refused by its name where it is read.
      return ['tokenizer.json', json({ model: { type: `${kind} (of a GGUF file)` } })];
  }
}

function byteLevel(metadata: Metadata, vocabulary: Vocabulary): JsonFields {
  const { tokens } = vocabulary;
  const merges = metadata.texts('tokenizer.ggml.merges');
  const { pre_tokenizer, normalizer = null, ignore_merges = false } = preTokenizer(preOf(metadata));
  return {
    added_tokens: addedTokens(metadata, vocabulary),
    normalizer,
    pre_tokenizer,
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      ignore_merges,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges === undefined ? [] : [...merges],
    },
  };
}

function scored(metadata: Metadata, { tokens, types }: Vocabulary, kind: 'bpe' | 'unigram'): Uint8Array {
  const scores = metadata.numbers('tokenizer.ggml.scores') ?? tokens.map((_, id) => -id);
  if (scores.length !== tokens.length) throw bad(`${scores.length} scores of ${tokens.length} tokens`);
  // Every model of this kind has one.
  const unknown = types.includes(UNKNOWN) ? null : (metadata.number('tokenizer.ggml.unknown_token_id') ?? 0);
  const flag = (name: string, otherwise: boolean) => metadata.flag(`tokenizer.ggml.${name}`) ?? otherwise;
  return writeSentencePiece({
    kind,
    pieces: tokens.map((text, id) => ({
      text,
      score: scores[id] ?? 0,
      type: id === unknown ? UNKNOWN : (types[id] ?? NORMAL),
    })),
    byteFallback: types.includes(BYTE),
    dummyPrefix: flag('add_space_prefix', true),
    removeExtraSpaces: flag('remove_extra_whitespaces', false),
    escapeSpaces: flag('escape_whitespaces', true),
    charsmap: metadata.byteList('tokenizer.ggml.precompiled_charsmap') ?? new Uint8Array(),
  });
}

/** Special tokens, whether a text begins with one, and the template of chats, in the words of tokenizer_config.json. */
function configOf(metadata: Metadata, kind: string, vocabulary: Vocabulary): JsonFields {
  const { tokens } = vocabulary;
  const byDefault = kind === 'llama' || (kind === 'gpt2' && preTokenizer(preOf(metadata)).addsBos === true);
  const named: [string, string][] = [
    ['bos_token', 'bos'],
    ['eos_token', 'eos'],
    ['unk_token', 'unknown'],
    ['pad_token', 'padding'],
  ];
  const specials = named.flatMap(([field, name]) => {
    const content = tokens[metadata.number(`tokenizer.ggml.${name}_token_id`) ?? -1];
    return content === undefined ? [] : [[field, content] as const];
  });
  const template = metadata.text('tokenizer.chat_template');
  const others = [...(metadata.texts('tokenizer.chat_templates') ?? [])].flatMap(name => {
    const source = metadata.text(`tokenizer.chat_template.${name}`);
    return source === undefined ? [] : [{ name, template: source }];
  });
  const stripped = addedTokens(metadata, vocabulary).filter(({ rstrip }) => rstrip);
  const templates = [...(template === undefined ? [] : [{ name: 'default', template }]), ...others];
  return {
    ...Object.fromEntries(specials),
    add_bos_token: metadata.flag('tokenizer.ggml.add_bos_token') ?? byDefault,
    add_eos_token: metadata.flag('tokenizer.ggml.add_eos_token') ?? false,
    ...(stripped.length > 0 && { added_tokens_decoder: Object.fromEntries(stripped.map(token => [token.id, token])) }),
    ...(templates.length > 0 && { chat_template: others.length > 0 ? templates : template }),
  };
}
