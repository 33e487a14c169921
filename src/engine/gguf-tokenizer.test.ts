// Tokenizers in the metadata of GGUF files: the same ids as those of the files that they were made from.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type GgufValue, writeGguf } from '../../e2e/support/gguf-file.ts';
import { byteLevelMetadata } from '../../e2e/support/gguf-golden.ts';
import { readGgufHeader } from '../checkpoint/gguf/header.ts';
import { PRE_TOKENIZERS } from '../checkpoint/gguf/pre-tokenizers.ts';
import { readGgufTokenizer } from '../checkpoint/gguf/tokenizer.ts';
import { BYTE_TO_CHAR } from '../tokenizer/byte-alphabet.ts';
import { readTokenizerFiles } from '../tokenizer/files.ts';
import { openTokenizer } from '../tokenizer/open.ts';
import { readSentencePiece } from '../tokenizer/sentencepiece/model-file.ts';
import { readTokenizer } from './read-tokenizer.ts';

async function filesOf(...values: readonly (readonly [string, GgufValue])[]) {
  const file = writeGguf({
    metadata: values.map(([key, value]) => [key.startsWith('general.') ? key : `tokenizer.${key}`, value] as const),
  });
  const { metadata } = await readGgufHeader(file.length, async (begin, end) => file.slice(begin, end));
  return readGgufTokenizer(metadata).files;
}

async function opened(...values: readonly (readonly [string, GgufValue])[]) {
  const found = readTokenizerFiles(await filesOf(...values));
  if (found === null) throw new Error('no tokenizer');
  return openTokenizer(found.source, found.config, null);
}

const SHIPPED = JSON.parse(await readFile('public/models/nucleus-3m/tokenizer.json', 'utf8')) as Parameters<
  typeof byteLevelMetadata
>[0];
const BYTE_LEVEL = byteLevelMetadata(SHIPPED).map(([key, value]) => [key.replace('tokenizer.', ''), value] as const);

const TEXTS = [
  'Once upon a time, in 2024...',
  "it's  THE\n\n end\t of\u00a0it",
  '\u00e9t\u00e9 \u4f60\u597d \u{1f98a}!',
  '  12345 x=y_z; ',
];

describe('byte-level merges', () => {
  test('the ids of the tokenizer.json', async () => {
    const found = await opened(...BYTE_LEVEL, ['ggml.pre', 'gpt-2']);
    const wanted = await openTokenizer(SHIPPED, {}, null);
    for (const text of TEXTS) expect([...found.encode(text)]).toEqual([...wanted.encode(text)]);
  });

  const bytes = [
    ['ggml.model', 'gpt2'],
    ['ggml.tokens', [...BYTE_TO_CHAR, '12', '123', '1234', '\u0120\u0120', '\u0120x']],
    ['ggml.merges', ['1 2', '12 3', '123 4', '\u0120 \u0120', '\u0120 x']],
  ] as const;

  test.each(PRE_TOKENIZERS)('%s opens, and gives back every byte', async pre => {
    const tokenizer = await opened(...bytes, ['ggml.pre', pre]);
    for (const text of TEXTS)
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text.normalize(pre.startsWith('qwen') ? 'NFC' : undefined));
  });

  test.each([
    ['gpt-2', ['1234', ' x']],
    ['smollm', ['1', '2', '3', '4', ' x']],
    ['llama-bpe', ['123', '4', ' x']],
    ['qwen2', ['1', '2', '3', '4', ' x']],
    ['deepseek-v3', ['123', '4', ' x']],
    ['tekken', ['1', '2', '3', '4', ' x']],
    ['falcon', ['123', '4', ' x']],
  ])('%s cuts numbers its way', async (pre, wanted) => {
    const tokenizer = await opened(...bytes, ['ggml.pre', pre]);
    expect(Array.from(tokenizer.encode('1234 x'), id => tokenizer.decode(Uint32Array.of(id)))).toEqual(wanted);
  });

  test('an unknown way is refused by its name, and the model runs on ids', async () => {
    const { warnings, tokenizerJson } = await readTokenizer(await filesOf(...BYTE_LEVEL, ['ggml.pre', 'quux']), 2048);
    expect(tokenizerJson).toBeNull();
    expect(warnings).toMatchObject([
      { code: 'ids_as_text', detail: { why: expect.stringContaining('"quux (of a GGUF file)"') } },
    ]);
  });

  test('another kind of tokenizer too; none at all is none', async () => {
    const { warnings } = await readTokenizer(await filesOf(['ggml.model', 'rwkv'], ['ggml.tokens', ['a']]), 1);
    expect(warnings).toMatchObject([{ detail: { why: expect.stringContaining('"rwkv (of a GGUF file)"') } }]);
    expect((await filesOf(['ggml.model', 'no_vocab'])).size).toBe(0);
    expect((await filesOf()).size).toBe(0);
  });

  test('control tokens are special, words of the person are words, and a text begins as the file says', async () => {
    const types = [3, 4, 1, 1];
    const base = [
      ['ggml.model', 'gpt2'],
      ['ggml.tokens', ['<s>', 'ab', 'a', 'b']],
      ['ggml.token_type', types],
      ['ggml.merges', []],
    ] as const;
    const plain = await opened(...base, ['ggml.pre', 'gpt-2'], ['ggml.bos_token_id', 0]);
    expect([...plain.specials]).toEqual([[0, '<s>']]);
    expect([...plain.encode('aabb')]).toEqual([2, 1, 3]);
    expect(plain.opening).toEqual([]);
    const begun = await opened(...base, ['ggml.pre', 'gpt-2'], ['ggml.bos_token_id', 0], ['ggml.add_bos_token', true]);
    expect(begun.opening).toEqual([0]);
    const llama = await opened(...base, ['ggml.pre', 'llama-bpe'], ['ggml.bos_token_id', 0]);
    expect(llama.opening).toEqual([0]);
  });

  test('lists of different lengths are no tokenizer', async () => {
    await expect(
      filesOf(['ggml.model', 'gpt2'], ['ggml.tokens', ['a', 'b']], ['ggml.token_type', [1]]),
    ).rejects.toMatchObject({
      code: 'bad_gguf',
    });
  });
});

describe.each(['sentencepiece-bpe', 'sentencepiece-unigram'] as const)('%s', folder => {
  test('the ids of the model that it was made from', async () => {
    const bytes = new Uint8Array(await readFile(`e2e/golden/tokenizers/${folder}/tokenizer.model`));
    const { texts } = JSON.parse(await readFile(`e2e/golden/tokenizers/${folder}/expected.json`, 'utf8')) as {
      texts: [string, number[]][];
    };
    const { pieces, kind, ...rules } = readSentencePiece(bytes);
    const types = ['normal', 'unknown', 'control', 'user', 'unused', 'byte'];
    const list = (values: Uint8Array) => ({
      type: 9,
      bytes: Uint8Array.from([
        0,
        0,
        0,
        0,
        ...new Uint8Array(BigUint64Array.of(BigInt(values.length)).buffer),
        ...values,
      ]),
    });
    const tokenizer = await opened(
      ['ggml.model', kind === 'bpe' ? 'llama' : 't5'],
      ['ggml.tokens', pieces.map(({ text }) => text)],
      ['ggml.scores', pieces.map(({ score }) => score + 0.5).map(score => score - 0.5)],
      ['ggml.token_type', pieces.map(({ type }) => types.indexOf(type) + 1)],
      ['ggml.add_space_prefix', rules.dummyPrefix],
      ['ggml.remove_extra_whitespaces', rules.removeExtraSpaces],
      ...(rules.charsmap.length > 0 ? [['ggml.precompiled_charsmap', list(rules.charsmap)] as const] : []),
    );
    for (const [text, ids] of texts) expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(ids);
  });
});

describe('Phi-3, whose special tokens take the white space behind them', () => {
  const tokens = ['<unk>', '<s>', '</s>', '<|endoftext|>', '<|user|>', '\u2581', 'a', '\n', '<0x09>'];
  const phi = (name: string) =>
    opened(
      ['general.name', name],
      ['ggml.model', 'llama'],
      ['ggml.tokens', tokens],
      ['ggml.scores', tokens.map((_, id) => -id - 0.5)],
      ['ggml.token_type', [2, 3, 4, 3, 3, 1, 1, 1, 6]],
      ['ggml.add_space_prefix', false],
    );
  const texts = ['<|user|>\n a', '<|endoftext|>\na', '<s> a', '</s> \n\na'];
  const idsOf = async (name: string) => {
    const tokenizer = await phi(name);
    return texts.map(text => [...tokenizer.encodeWithSpecials(text)]);
  };

  test.each(['Phi-3-mini-4k-instruct', 'phi3', 'LLaMA2 of PHI3.5'])('%s', async name => {
    expect(await idsOf(name)).toEqual([
      [4, 6],
      [3, 7, 6],
      [1, 5, 6],
      [2, 6],
    ]);
    // A token of the person's own is found in typed text, too.
    expect([...(await phi(name)).encode('a</s>  a')]).toEqual([6, 2, 6]);
  });

  test.each(['Phi-4', 'phi 3', ''])('not of the name %j', async name => {
    expect(await idsOf(name)).toEqual([
      [4, 7, 5, 6],
      [3, 7, 6],
      [1, 5, 6],
      [2, 5, 7, 7, 6],
    ]);
  });
});

test('chat templates, the default one and those with a name', async () => {
  const config = async (...values: readonly (readonly [string, GgufValue])[]) =>
    readTokenizerFiles(await filesOf(...BYTE_LEVEL, ...values))?.config.chat_template;
  expect(await config()).toBeUndefined();
  expect(await config(['chat_template', 'd'])).toEqual([{ name: 'default', template: 'd' }]);
  const named = [
    ['chat_templates', ['tool_use', 'gone']],
    ['chat_template.tool_use', 't'],
  ] as const;
  expect(await config(['chat_template', 'd'], ...named)).toEqual([
    { name: 'default', template: 'd' },
    { name: 'tool_use', template: 't' },
  ]);
});
