// The files of a tokenizer: what each form is taken for, what is refused by name, hostile SentencePiece models, and what texts begin with.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTokenizerFiles } from './files.ts';
import { openTokenizer } from './open.ts';
import { shippedJson } from './texts.fixture.ts';
import type { Tokenizer } from './tokenizer.ts';

const utf8 = new TextEncoder();
const MODEL = new Uint8Array(
  readFileSync(new URL('../../e2e/golden/tokenizers/sentencepiece-bpe/tokenizer.model', import.meta.url)),
);

type Contents = Readonly<Record<string, string | object | Uint8Array>>;

async function opened(contents: Contents, size: number | null = null): Promise<Tokenizer> {
  const bytes = (content: string | object | Uint8Array): Uint8Array =>
    content instanceof Uint8Array
      ? content
      : utf8.encode(typeof content === 'string' ? content : JSON.stringify(content));
  const found = readTokenizerFiles(new Map(Object.entries(contents).map(([name, content]) => [name, bytes(content)])));
  if (found === null) throw new Error('no tokenizer');
  return openTokenizer(found.source, found.config, size);
}

const WORDS = {
  model: { type: 'WordLevel', vocab: { a: 0, b: 1, '<s>': 2 }, unk_token: 'b' },
  pre_tokenizer: { type: 'WhitespaceSplit' },
};
const BPE = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] };

/** A model of the format with one piece: `type` 4 is one of the person's own. */
function withPiece(text: string, type: number): Uint8Array {
  const bytes = utf8.encode(text);
  const length = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...length(n >> 7)]);
  const piece = [0x0a, ...length(bytes.length), ...bytes, 0x18, type];
  return Uint8Array.from([...MODEL, 0x0a, ...length(piece.length), ...piece]);
}

describe('bounds', () => {
  const words = (parts: object) => ({ 'tokenizer.json': { ...WORDS, ...parts } });

  test.each([
    ['normalizer', 'normalizers'],
    ['pre_tokenizer', 'pretokenizers'],
    ['decoder', 'decoders'],
    ['post_processor', 'processors'],
  ])('a %s in itself over and over', async (part, key) => {
    // As text: `JSON.stringify` calls itself for each level, too.
    const text = `${`{"type":"Sequence","${key}":[`.repeat(100_000)}{}${']}'.repeat(100_000)}`;
    const json = JSON.stringify({ ...WORDS, [part]: 'HERE' }).replace('"HERE"', text);
    await expect(opened({ 'tokenizer.json': json })).rejects.toMatchObject({ code: 'bad_tokenizer' });
  });

  test('sequences of sequences as they occur open', async () => {
    let normalizer: object = { type: 'NFC' };
    for (let i = 0; i < 20; i++) normalizer = { type: 'Sequence', normalizers: [normalizer] };
    const tokenizer = await opened(words({ normalizer }));
    expect([...tokenizer.encode('a b')]).toEqual([0, 1]);
  });

  test('added tokens, and pieces of the person\u2019s own, of any length that occurs and no longer', async () => {
    const added = (length: number) => words({ added_tokens: [{ id: 3, content: 'x'.repeat(length) }] });
    expect([...(await opened(added(1000))).encode('x'.repeat(1000))]).toEqual([3]);
    await expect(opened(added(1001))).rejects.toThrow(/the token 3, has 1001 characters/);
    const own = await opened({ 'tokenizer.model': withPiece('x'.repeat(1000), 4) });
    expect(own.encode('x'.repeat(1000)).at(-1)).toBe(700);
    await expect(opened({ 'tokenizer.model': withPiece('x'.repeat(1001), 4) })).rejects.toThrow(/has 1001 characters/);
  });
});

test.each([true, false])('a token of space in the space that another has taken, normalized: %s', async normalized => {
  const added_tokens = [
    { id: 3, content: 'x', rstrip: true, normalized },
    { id: 4, content: '  ', normalized },
  ];
  const tokenizer = await opened({ 'tokenizer.json': { ...WORDS, added_tokens } });
  const { ids, bytes } = tokenizer.typed('x    a b a b');
  expect([...ids]).toEqual([3, 4, 4, 0, 1, 0, 1]);
  const spelled = bytes?.map(each => new TextDecoder().decode(each));
  expect(spelled?.join('')).toBe('x    a b a b');
  expect(spelled?.slice(-4).map(each => each.trim())).toEqual(['a', 'b', 'a', 'b']);
});

describe('refused by name', () => {
  test.each<[string, Contents, RegExp]>([
    ['tekken.json', { 'tekken.json': {} }, /tekken.json is not supported/],
    ['a list for tiktoken', { 'tokenizer.model': 'IQ== 0\nIg== 1\n' }, /tiktoken/],
    ['vocab.json alone', { 'vocab.json': {} }, /without merges.txt/],
    ['a vocabulary of another alphabet', { 'vocab.json': { a: 0 }, 'merges.txt': '' }, /does not spell bytes/],
    [
      'another class of vocab.json',
      {
        'vocab.json': { '\u0120': 0 },
        'merges.txt': '',
        'tokenizer_config.json': { tokenizer_class: 'CTRLTokenizer' },
      },
      /"CTRLTokenizer"/,
    ],
    [
      'another class of vocab.txt',
      { 'vocab.txt': 'a', 'tokenizer_config.json': { tokenizer_class: 'XTokenizer' } },
      /"XTokenizer"/,
    ],
    ['an unknown model', { 'tokenizer.json': { model: { type: 'Neural', vocab: {} } } }, /"Neural"/],
    [
      'an unknown normalizer',
      { 'tokenizer.json': { ...WORDS, normalizer: { type: 'Sequence', normalizers: [{ type: 'Magic' }] } } },
      /normalizer "Magic"/,
    ],
    ['scripts', { 'tokenizer.json': { ...WORDS, pre_tokenizer: { type: 'UnicodeScripts' } } }, /"UnicodeScripts"/],
    ['CTC', { 'tokenizer.json': { ...WORDS, decoder: { type: 'CTC' } } }, /"CTC"/],
    ['dropout', { 'tokenizer.json': { model: { ...BPE, dropout: 0.1 } } }, /dropout/],
    [
      'rules that are none',
      { 'tokenizer.json': { ...WORDS, normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } } },
      /cut off/,
    ],
    [
      'rules that are no base64',
      { 'tokenizer.json': { ...WORDS, normalizer: { type: 'Precompiled', precompiled_charsmap: '!' } } },
      /base64/,
    ],
    [
      'an unknown scheme',
      {
        'tokenizer.json': {
          model: BPE,
          pre_tokenizer: { type: 'Metaspace', replacement: '_', prepend_scheme: 'last' },
        },
      },
      /"last"/,
    ],
    ['a score that is none', { 'tokenizer.json': { model: { type: 'Unigram', vocab: [['a', null]] } } }, /vocab\[0\]/],
    [
      'an unknown id of nothing',
      { 'tokenizer.json': { model: { type: 'Unigram', vocab: [['a', -1]], unk_id: 7 } } },
      /unk_id 7/,
    ],
    ['an empty model', { 'tokenizer.model': new Uint8Array(0) }, /no pieces/],
    ['a piece that is cut off', { 'tokenizer.model': Uint8Array.of(0x0a, 0x7f, 0x0a) }, /cut off/],
    ['an endless number', { 'tokenizer.model': new Uint8Array(64).fill(0xff) }, /too long/],
    ['a group', { 'tokenizer.model': Uint8Array.of(0x0b) }, /type 3/],
    [
      'a model of words',
      { 'tokenizer.model': Uint8Array.of(0x0a, 5, 0x0a, 1, 0x61, 0x18, 2, 0x12, 2, 0x18, 3) },
      /"word" are not supported/,
    ],
  ])('%s', async (_, contents, message) => {
    const attempt = opened(contents);
    await expect(attempt).rejects.toMatchObject({ code: 'bad_tokenizer' });
    await expect(attempt).rejects.toThrow(message);
  });

  test('JSON that is none, and ids that do not fit the model', async () => {
    await expect(opened({ 'tokenizer.json': '{' })).rejects.toMatchObject({ code: 'bad_json' });
    await expect(opened({ 'tokenizer.model': MODEL }, 20)).rejects.toMatchObject({ code: 'tokenizer_mismatch' });
    expect(readTokenizerFiles(new Map())).toBeNull();
  });
});

test('a SentencePiece model with any bytes changed is read or refused, and nothing else', async () => {
  const change = fc.tuple(fc.nat(MODEL.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(MODEL.length), async (changes, cut) => {
      const bytes = MODEL.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      for (const part of [bytes, bytes.subarray(0, cut)]) {
        const [outcome] = await Promise.allSettled([opened({ 'tokenizer.model': part })]);
        if (outcome.status === 'rejected')
          expect(['bad_tokenizer', 'tokenizer_mismatch']).toContain(outcome.reason.code);
        else outcome.value.encode('Hello there');
      }
    }),
    { numRuns: 60 },
  );
});

describe('what a text begins with', () => {
  const words = { ...WORDS, added_tokens: [{ id: 2, content: '<s>', special: true }] };
  const template = {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: 'first' } }, { Sequence: { id: 'A' } }, { SpecialToken: { id: '<s>' } }],
    special_tokens: { first: { id: 'first', ids: [2], tokens: ['<s>'] } },
  };
  const sequence = { type: 'Sequence', processors: [{ type: 'ByteLevel' }, template] };

  test.each<[string, Contents, readonly number[]]>([
    ['nothing', { 'tokenizer.json': words }, []],
    ['the template', { 'tokenizer.json': { ...words, post_processor: template } }, [2]],
    ['a template among others', { 'tokenizer.json': { ...words, post_processor: sequence } }, [2]],
    [
      'what BERT has',
      { 'tokenizer.json': { ...words, post_processor: { type: 'BertProcessing', cls: ['<s>', 2] } } },
      [2],
    ],
    [
      'add_bos_token',
      { 'tokenizer.json': words, 'tokenizer_config.json': { add_bos_token: true, bos_token: '<s>' } },
      [2],
    ],
    [
      'the token of special_tokens_map.json',
      {
        'tokenizer.json': words,
        'tokenizer_config.json': { add_bos_token: true },
        'special_tokens_map.json': { bos_token: { content: '<s>' } },
      },
      [2],
    ],
    [
      'no add_bos_token',
      { 'tokenizer.json': { ...words, post_processor: template }, 'tokenizer_config.json': { add_bos_token: false } },
      [],
    ],
    ['a model of SentencePiece', { 'tokenizer.model': MODEL }, [1]],
    [
      'a class that adds none',
      { 'tokenizer.model': MODEL, 'tokenizer_config.json': { tokenizer_class: 'T5Tokenizer' } },
      [],
    ],
  ])('%s', async (_, contents, wanted) => {
    expect((await opened(contents)).opening).toEqual(wanted);
  });

  test('the shipped tokenizer adds none', async () => {
    const json = shippedJson('tokenizer.json');
    expect((await openTokenizer(json, shippedJson('tokenizer_config.json'), null)).opening).toEqual([]);
  });
});

test('added tokens of the files beside a vocabulary', async () => {
  const tokenizer = await opened({
    'tokenizer.model': MODEL,
    'added_tokens.json': { '<mask>': 700, '[X]': 701 },
    'special_tokens_map.json': { mask_token: '<mask>' },
  });
  expect([tokenizer.idOf('<mask>'), tokenizer.idOf('[X]')]).toEqual([700, undefined]);
  expect([...tokenizer.encode('a[X]b<mask>')]).toContain(701);
  expect([...tokenizer.encode('a[X]b<mask>')]).not.toContain(700);
  expect([...tokenizer.encodeWithSpecials('a<mask>')].at(-1)).toBe(700);
});
