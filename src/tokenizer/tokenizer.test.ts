// The tokenizer against two independent ones (fixed ids of the Rust library, r50k_base of gpt-tokenizer) and against what it promises.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { encode as r50kEncode } from 'gpt-tokenizer/encoding/r50k_base';
import { describe, expect, test } from 'vitest';
import { openTokenizer } from './open.ts';
import { R50K_VOCAB_SIZE, r50kTokenizerJson } from './r50k.fixture.ts';
import { isJsonObject } from './spec.ts';
import { anyText, SHIPPED_VOCAB_SIZE, shippedJson, TEXTS } from './texts.fixture.ts';
import { createTokenizer } from './tokenizer.ts';

const shipped = createTokenizer(
  shippedJson('tokenizer.json'),
  shippedJson('tokenizer_config.json'),
  SHIPPED_VOCAB_SIZE,
);
const gpt2 = createTokenizer(r50kTokenizerJson(), {}, R50K_VOCAB_SIZE);

/** Texts with their ids by the Rust library. */
const golden: { readonly texts: readonly (readonly [string, readonly number[]])[] } = JSON.parse(
  readFileSync(new URL('../../e2e/golden/tokenizers/r50k.json', import.meta.url), 'utf8'),
);

/** U+0085 and U+FEFF, which this encoding takes for what they are to JavaScript's white space. */
const MISTAKEN = /[\u0085\ufeff]/;

/** The independent encoding; nothing is special. */
const oracle = (text: string) => r50kEncode(text, { disallowedSpecial: new Set() });

describe('r50k', () => {
  test('the merges are 50,000 and ids are those of GPT-2', () => {
    expect(r50kTokenizerJson().model.merges).toHaveLength(50_000);
    expect(r50kTokenizerJson().model.merges.slice(0, 4)).toEqual(['Ġ t', 'Ġ a', 'h e', 'i n']);
    expect([...gpt2.encode('Hello world')]).toEqual([15496, 995]);
    expect(gpt2.idOf('<|endoftext|>')).toBe(50_256);
  });

  test('the golden ids of the Rust library', () => {
    expect(golden.texts.length).toBeGreaterThan(800);
    expect(golden.texts.filter(([text]) => MISTAKEN.test(text)).length).toBeGreaterThan(100);
    for (const [text, ids] of golden.texts) expect([text, ...gpt2.encode(text)]).toEqual([text, ...ids]);
  });

  test('white space is what Unicode says, not what JavaScript does', () => {
    expect([...gpt2.encode('x \u0085y')]).toEqual([87, 220, 126, 227, 88]);
    expect([...gpt2.encode(' \ufeff!')]).toEqual([27332, 119, 123, 0]);
    expect([...gpt2.encode("\u0085's")]).toEqual([126, 227, 338]);
  });

  test.each(TEXTS.filter(text => !MISTAKEN.test(text)).map(text => [JSON.stringify(text), text]))('%s', (_, text) => {
    expect([...gpt2.encode(text)]).toEqual(oracle(text));
  });

  test('any text', () => {
    fc.assert(
      fc.property(
        anyText().filter(text => !MISTAKEN.test(text)),
        text => {
          expect([...gpt2.encode(text)]).toEqual(oracle(text));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('a word of 40,000 letters', () => {
    const word = Array.from({ length: 40_000 }, (_, i) => 'etaoinshrdlu'[(i * i + (i >> 3)) % 12]).join('');
    const ids = gpt2.encode(word);
    expect(gpt2.decode(ids)).toBe(word);
    const same = 'a'.repeat(40_000);
    expect(gpt2.decode(gpt2.encode(same))).toBe(same);
  });
});

describe.each([
  ['nucleus-3m', shipped],
  ['r50k', gpt2],
])('%s', (_, tokenizer) => {
  test('decode gives the text back', () => {
    for (const text of TEXTS) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    fc.assert(
      fc.property(anyText(), text => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  test('typed text never becomes a special token, unless asked', () => {
    const text = 'a<|endoftext|><|endoftext|> b';
    expect([...tokenizer.encode(text)].some(tokenizer.isSpecial)).toBe(false);
    const eot = tokenizer.idOf('<|endoftext|>');
    const ids = [...tokenizer.encodeWithSpecials(text)];
    expect(ids.filter(id => id === eot)).toHaveLength(2);
    expect(tokenizer.decode(ids)).toBe(text);
    expect([...tokenizer.encodeWithSpecials('plain')]).toEqual([...tokenizer.encode('plain')]);
    expect([...tokenizer.encodeWithSpecials('')]).toEqual([]);
  });

  test('lone surrogates become U+FFFD', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0xd7f0, max: 0xe010 }).map(c => String.fromCharCode(c)) }),
        text => {
          expect(tokenizer.decode(tokenizer.encode(text))).toBe(text.toWellFormed());
        },
      ),
    );
  });

  test('every id has bytes, special ones those of their content', () => {
    const all = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
    expect(all.filter(id => tokenizer.bytes(id).length === 0)).toEqual([]);
    for (const [id, content] of tokenizer.specials) expect(tokenizer.decode([id])).toBe(content);
    expect(tokenizer.specials.size).toBe(1);
    expect(() => tokenizer.bytes(tokenizer.vocabSize)).toThrow(expect.objectContaining({ code: 'bad_token' }));
    expect(() => tokenizer.bytes(-1)).toThrow(expect.objectContaining({ code: 'bad_token' }));
  });

  test('it is lossless and words carry their space', () => {
    expect(tokenizer.lossless).toBe(true);
    expect(tokenizer.leadingSpace).toBe(true);
  });
});

test('decode keeps a byte-order mark and shows broken bytes', () => {
  expect(gpt2.decode(gpt2.encode('\ufeffa\ufeff'))).toBe('\ufeffa\ufeff');
  const [first] = gpt2.encode('😀');
  expect(gpt2.decode([first ?? 0, ...gpt2.encode('a')])).toBe('\ufffda');
});

describe('search', () => {
  test('the id first, then equal, then prefix, then inside', () => {
    const found = gpt2.search('1000', 50);
    expect(found[0]).toBe(1000);
    expect(found.slice(1, 3).map(id => gpt2.decode([id]))).toEqual([' 1000', '1000']);
    const fox = gpt2.search('fox', 20).map(id => gpt2.decode([id]));
    expect(fox.slice(0, 2).sort()).toEqual([' fox', 'fox']);
    expect(fox).toContain('Fox');
    expect(fox.every(text => text.toLowerCase().includes('fox'))).toBe(true);
  });

  test('it finds what a plain filter finds', () => {
    const all = Array.from({ length: shipped.vocabSize }, (_, id) => id);
    fc.assert(
      fc.property(fc.constantFrom('the', ' the', 'a', 'zz', 'TH', '\n', '12', 'é', ' '), query => {
        const plain = all.filter(
          id => String(id) === query || shipped.decode([id]).toLowerCase().includes(query.toLowerCase()),
        );
        expect(shipped.search(query, Number.POSITIVE_INFINITY).sort((a, b) => a - b)).toEqual(plain);
      }),
    );
    expect(shipped.search('', 5)).toEqual([]);
    expect(shipped.search('the', 3)).toHaveLength(3);
  });
});

test('fingerprints tell vocabularies apart', () => {
  const again = createTokenizer(
    shippedJson('tokenizer.json'),
    shippedJson('tokenizer_config.json'),
    SHIPPED_VOCAB_SIZE,
  );
  expect(again.fingerprint).toBe(shipped.fingerprint);
  expect(gpt2.fingerprint).not.toBe(shipped.fingerprint);
});

/** The shipped tokenizer.json with some of its fields or model fields replaced. */
function altered(top: Record<string, unknown>, model: Record<string, unknown> = {}): unknown {
  const json = shippedJson('tokenizer.json');
  if (!isJsonObject(json) || !isJsonObject(json.model)) throw new Error('shipped tokenizer.json');
  return { ...json, ...top, model: { ...json.model, ...model } };
}

const bytesOnly = Object.fromEntries(Object.entries(r50kTokenizerJson().model.vocab).filter(([, id]) => id < 256));

describe('other kinds of byte-level tokenizers', () => {
  test('a prefix space is a token of the text and not shown; a template adds nothing to typed text', async () => {
    const tokenizer = await openTokenizer(
      altered({
        pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true },
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: '<|endoftext|>', type_id: 0 } }],
          pair: [],
          special_tokens: {},
        },
      }),
      null,
      SHIPPED_VOCAB_SIZE,
    );
    expect(tokenizer.decode(tokenizer.encode('the fox'))).toBe('the fox');
    expect([...tokenizer.encode('the fox')]).toEqual([...shipped.encode(' the fox')]);
    const { bytes } = tokenizer.typed('the fox');
    expect(bytes?.map(each => new TextDecoder().decode(each)).join('')).toBe('the fox');
  });

  test('an added token that is not special is a word of plain text', () => {
    const added = [
      { id: 256, content: '    ', special: false },
      { id: 257, content: '<x>', special: true },
    ];
    const json = altered({ added_tokens: added }, { vocab: bytesOnly, merges: [] });
    const tokenizer = createTokenizer(json, {}, 300);
    expect([...tokenizer.encode('a    b<x>')]).toEqual([64, 256, 65, 27, 87, 29]);
    expect([...tokenizer.encodeWithSpecials('a    b<x>')]).toEqual([64, 256, 65, 257]);
    expect(tokenizer.bytes(299)).toHaveLength(0);
    expect(tokenizer.decode([64, 299, 65])).toBe('ab');
  });

  test('a special token of tokenizer_config.json that only the vocabulary knows', () => {
    const tokenizer = createTokenizer(
      altered({ added_tokens: [] }),
      { eos_token: { content: '<|endoftext|>' }, bos_token: 'a' },
      2048,
    );
    expect([...tokenizer.specials]).toEqual([[2047, '<|endoftext|>']]);
  });

  test('with ignore_merges no piece is a special token', () => {
    const json = altered({ pre_tokenizer: { type: 'ByteLevel', use_regex: false } }, { ignore_merges: true });
    const tokenizer = createTokenizer(json, {}, SHIPPED_VOCAB_SIZE);
    expect([...tokenizer.encode('<|endoftext|>')].some(tokenizer.isSpecial)).toBe(false);
    expect([...tokenizer.encode(' the')]).toHaveLength(1);
  });

  test('a normal form and missing bytes are said', () => {
    expect(createTokenizer(altered({ normalizer: { type: 'NFC' } }), {}, 2048).lossless).toBe(false);
    const { Ā: _, ...withoutZero } = bytesOnly;
    const tokenizer = createTokenizer(altered({ added_tokens: [] }, { vocab: withoutZero, merges: [] }), {}, 256);
    expect(tokenizer.lossless).toBe(false);
    expect(tokenizer.decode(tokenizer.encode('a\0b'))).toBe('ab');
  });
});

describe('what is refused', () => {
  const vocabOf = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`t${i}`, i]));
  test.each<[string, unknown, string, RegExp]>([
    ['null', null, 'bad_tokenizer', /not an object/],
    ['text', 'tokenizer', 'bad_tokenizer', /not an object/],
    ['no model', {}, 'bad_tokenizer', /no model/],
    ['unigram', altered({}, { type: 'Unigram', vocab: [['a', 0]] }), 'bad_tokenizer', /Unigram/],
    ['word pieces', altered({}, { type: 'WordPiece' }), 'bad_tokenizer', /WordPiece/],
    ['not on bytes', altered({ pre_tokenizer: null, decoder: null }), 'bad_tokenizer', /bytes/],
    ['metaspace', altered({ pre_tokenizer: { type: 'Metaspace' } }), 'bad_tokenizer', /Metaspace/],
    ['a normaliser', altered({ normalizer: { type: 'Lowercase' } }), 'bad_tokenizer', /Lowercase/],
    ['a suffix', altered({}, { end_of_word_suffix: '</w>' }), 'bad_tokenizer', /end_of_word_suffix/],
    ['an id of text', altered({}, { vocab: { a: '1' } }), 'bad_tokenizer', /whole number/],
    ['a negative id', altered({}, { vocab: { a: -1 } }), 'bad_tokenizer', /whole number/],
    ['an id twice', altered({}, { vocab: { a: 1, b: 1 } }), 'bad_tokenizer', /two tokens/],
    ['no merges', altered({}, { merges: null }), 'bad_tokenizer', /merges/],
    ['a merge of three', altered({}, { merges: ['a b c'] }), 'bad_tokenizer', /merge 0/],
    ['a merge of numbers', altered({}, { merges: [[1, 2]] }), 'bad_tokenizer', /merge 0/],
    ['a merge to nowhere', altered({}, { merges: ['q q'] }), 'bad_tokenizer', /"qq"/],
    ['added tokens', altered({ added_tokens: [{ id: 'x' }] }), 'bad_tokenizer', /added_tokens\[0\]/],
    ['ids beyond the model', altered({ added_tokens: [{ id: 2048, content: '<x>' }] }), 'tokenizer_mismatch', /2048/],
    ['too few ids', altered({ added_tokens: [] }, { vocab: vocabOf(1700), merges: [] }), 'tokenizer_mismatch', /1700/],
  ])('%s', (_, json, code, message) => {
    const attempt = () => createTokenizer(json, {}, SHIPPED_VOCAB_SIZE);
    expect(attempt).toThrow(expect.objectContaining({ code }));
    expect(attempt).toThrow(message);
  });

  test('padding of the vocabulary is not', () => {
    expect(createTokenizer(r50kTokenizerJson(), {}, 50_304).encode('a')).toHaveLength(1);
    expect(() => createTokenizer(r50kTokenizerJson(), {}, 50_256)).toThrow(/50256/);
    expect(() => createTokenizer(r50kTokenizerJson(), {}, 100_000)).toThrow(/50257/);
  });
});
