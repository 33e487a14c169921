// How text is cut before byte-level merges, by the name that a GGUF file has for it: the parts of the tokenizer.json of the models it was made for.
// Source of the names: llama-vocab.cpp of ggml-org/llama.cpp.
import type { JsonFields } from '../json.ts';

export interface PreTokenizer {
  readonly pre_tokenizer: JsonFields;
  readonly normalizer?: JsonFields;
  /** A piece that is a token as a whole is taken whole. */
  readonly ignore_merges?: true;
  /** A text begins with the beginning-of-text token unless the file says otherwise. */
  readonly addsBos?: true;
}

const split = (Regex: string): JsonFields => ({
  type: 'Split',
  pattern: { Regex },
  behavior: 'Isolated',
  invert: false,
});
const bytes = (use_regex: boolean): JsonFields => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex,
});
const sequence = (pretokenizers: readonly JsonFields[]): JsonFields => ({ type: 'Sequence', pretokenizers });
const digits = (individual_digits: boolean): JsonFields => ({ type: 'Digits', individual_digits });

/** Cuts one after the other, then bytes. */
const cuts = (...patterns: readonly string[]): JsonFields => sequence([...patterns.map(split), bytes(false)]);

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const SPACES = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
/** As Llama 3 and GPT-4 have it, with so many digits in a piece. */
const words = (numbers: string): string =>
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${SPACES}`;
const UPPER = '\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}';
const LOWER = '\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}';
/** As GPT-4o has it: words begin at capitals; `after` follows a word. */
const cased = (after: string, numbers: string): string =>
  `[^\\r\\n\\p{L}\\p{N}]?[${UPPER}]*[${LOWER}]+${after}|[^\\r\\n\\p{L}\\p{N}]?[${UPPER}]+[${LOWER}]*${after}|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${SPACES}`;
const DEEPSEEK_WORDS =
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
/** Letters with case: the tokenizer of DeepSeek LLM lists them one range after the other. */
const CASED_LETTERS = '\\p{Lu}\\p{Ll}\\p{Lt}';
const BLOOM = ' ?[^(\\s|.,!?…。，、।۔،)]+';

const gpt2: PreTokenizer = { pre_tokenizer: bytes(true) };
const digitwise: PreTokenizer = { pre_tokenizer: sequence([digits(true), bytes(true)]) };
const triples: PreTokenizer = { pre_tokenizer: cuts(words('\\p{N}{1,3}')) };
const llama3: PreTokenizer = { ...triples, ignore_merges: true, addsBos: true };
const qwen2: PreTokenizer = { pre_tokenizer: cuts(words('\\p{N}')), normalizer: { type: 'NFC' } };
const bloom: PreTokenizer = { pre_tokenizer: cuts(BLOOM) };
const deepseek3: PreTokenizer = { pre_tokenizer: cuts('\\p{N}{1,3}', '[一-龥぀-ゟ゠-ヿ]+', DEEPSEEK_WORDS) };

/** Names that mean the same. */
const KINDS: readonly (readonly [names: string, PreTokenizer])[] = [
  [
    'gpt-2 phi-2 jina-es jina-de jina-v2-es jina-v2-de jina-v1-en jina-v2-code gigachat a.x-4.0 mellum modern-bert mpt olmo jais trillion granite-docling exaone4 roberta-bpe',
    gpt2,
  ],
  ['starcoder refact command-r smollm codeshell exaone minerva-7b mellum2', digitwise],
  ['llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano', llama3],
  ['dbrx smaug-bpe chatglm-bpe glm4', triples],
  ['qwen2 deepseek-r1-qwen', qwen2],
  ['stablelm2 megrez hunyuan solar-open', { pre_tokenizer: cuts(words('\\p{N}')) }],
  [
    'qwen35',
    {
      pre_tokenizer: cuts(
        `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${SPACES}`,
      ),
      normalizer: { type: 'NFC' },
    },
  ],
  ['gpt-4o llama4 minimax-m2', { pre_tokenizer: cuts(cased(`${CONTRACTIONS}?`, '\\p{N}{1,3}')) }],
  ['tekken', { pre_tokenizer: cuts(cased('', '\\p{N}')), ignore_merges: true, addsBos: true }],
  ['deepseek-v3 hunyuan-dense', deepseek3],
  ['deepseek-coder', { pre_tokenizer: cuts('[\\r\\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', '[一-龥ࠀ-一가-퟿]+', '\\p{N}') }],
  [
    'deepseek-llm',
    {
      pre_tokenizer: cuts(
        '[\\r\\n]',
        `\\s?[${CASED_LETTERS}]+`,
        '\\s?[!-/:-~！-／：-～‘-‟　-。]+',
        '\\s+(?![\\s\\S])',
        '[一-龥ࠀ-一가-퟿]+',
        '\\p{N}+',
      ),
    },
  ],
  [
    'seed-coder',
    {
      pre_tokenizer: cuts(
        `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${SPACES}`,
      ),
    },
  ],
  ['falcon', { pre_tokenizer: cuts('[\\p{P}\\$\\+<=>\\^~\\|`]+', GPT2, '[0-9][0-9][0-9]') }],
  ['default', { pre_tokenizer: cuts('[\\p{P}\\$\\+<=>\\^~\\|]+', GPT2, '\\p{N}+', '[0-9][0-9][0-9]') }],
  ['bloom poro-chat gpt3-finnish', bloom],
  ['viking', { pre_tokenizer: cuts(BLOOM, '\\p{N}') }],
];

const BY_NAME: ReadonlyMap<string, PreTokenizer> = new Map(
  KINDS.flatMap(([names, kind]) => names.split(' ').map(name => [name, kind] as const)),
);

/** Names that are known. */
export const PRE_TOKENIZERS: readonly string[] = [...BY_NAME.keys()];

/** The cuts of that name; of an unknown one a part that readers of tokenizers refuse by the name. */
export function preTokenizer(name: string): PreTokenizer {
  return BY_NAME.get(name) ?? { pre_tokenizer: { type: `${name} (of a GGUF file)` } };
}
