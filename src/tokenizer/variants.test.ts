// Every part of a tokenizer.json that is done here, against ids of the Rust library; and what is refused, by its name.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mergeTrace } from './merges.ts';
import { isJsonObject } from './spec.ts';
import { shippedJson } from './texts.fixture.ts';
import { createTokenizer } from './tokenizer.ts';

interface Variant {
  readonly name: string;
  readonly model?: object;
  /** A text, its ids, and those with special tokens where they differ. */
  readonly cases: readonly (readonly [string, readonly number[], (readonly number[])?])[];
}

const golden: { readonly variants: readonly Variant[] } = JSON.parse(
  readFileSync(new URL('../../e2e/golden/tokenizers/variants.json', import.meta.url), 'utf8'),
);

const shipped = shippedJson('tokenizer.json');
if (!isJsonObject(shipped) || !isJsonObject(shipped.model)) throw new Error('shipped tokenizer.json');
const base = shipped;
const model = shipped.model;

describe('the ids of the Rust library', () => {
  test('there are many variants', () => {
    expect(golden.variants.length).toBeGreaterThan(70);
  });

  test.each(golden.variants.map(variant => [variant.name, variant] as const))('%s', (_, variant) => {
    const json = { ...base, added_tokens: [], ...variant, model: { ...model, ...variant.model } };
    const tokenizer = createTokenizer(json, {}, 2100);
    for (const [text, ids, withSpecials = ids] of variant.cases) {
      expect([text, ...tokenizer.encode(text)]).toEqual([text, ...ids]);
      expect([text, ...tokenizer.encodeWithSpecials(text)]).toEqual([text, ...withSpecials]);
      expect(mergeTrace(json, text).pieces.flatMap(piece => piece.ids)).toEqual(ids);
      expect([...tokenizer.encodeSlices(text, 1)].flatMap(slice => [...slice.ids])).toEqual(ids);
      if (tokenizer.lossless) expect(tokenizer.decode(ids)).toBe(text);
    }
  });
});

const bytes = { type: 'ByteLevel', use_regex: false };
const splitOf = (pattern: object, rest: object = { behavior: 'Isolated' }) => ({
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern, ...rest }, bytes] },
});
const word = { id: 2048, content: '\u00e9x', normalized: true };

describe('refused by name', () => {
  test.each<[string, object, RegExp]>([
    ['no behavior', splitOf({ String: ' ' }, {}), /behavior undefined/],
    ['an unknown behavior', splitOf({ String: ' ' }, { behavior: 'Merged' }), /"Merged"/],
    ['no pattern', splitOf({}), /Split of the pre-tokenizer has no pattern/],
    ['lookbehind', splitOf({ Regex: '(?<=a)b' }), /\(\?<=a\)b.*\(\?</],
    ['an anchor', splitOf({ Regex: '^a' }), /because of \^a/],
    ['a border of words', splitOf({ Regex: '\\ba' }), /because of \\b/],
    ['a back reference', splitOf({ Regex: '(a)\\1' }), /because of \\1/],
    ['an atomic group', splitOf({ Regex: '(?>a)' }), /because of \(\?>/],
    ['a named group', splitOf({ Regex: '(?<n>a)' }), /because of \(\?</],
    ['modes', splitOf({ Regex: '(?i)a' }), /because of \(\?i/],
    ['all but a set in a set', splitOf({ Regex: '[a[^bc]]' }), /because of \[\^/],
    ['a range from a set', splitOf({ Regex: '[[a]-c]' }), /because of a range of sets/],
    ['sets that meet', splitOf({ Regex: '[a-z&&b]' }), /because of &&/],
    ['a POSIX class', splitOf({ Regex: '[[:alpha:]]' }), /because of \[:/],
    ['an unknown property', splitOf({ Regex: '\\p{Punct}' }), /because of \\p\{Punct\}/],
    ['a byte', splitOf({ Regex: '\\xff' }), /because of \\x$/],
    ['a number of times, at will', splitOf({ Regex: 'a{2}?' }), /because of a?\{2\}\?/],
    ['any case of what has ligatures', splitOf({ Regex: '(?i:ss)' }), /because of \(\?i:ss\)/],
    ['any case of other letters', splitOf({ Regex: '(?i:\u017f)' }), /because of \(\?i:/],
    ['an open group', splitOf({ Regex: '(a' }), /because of \(/],
    ['an open set', splitOf({ Regex: '[a' }), /because of \[/],
    ['ByteLevel before others', { pre_tokenizer: { type: 'Sequence', pretokenizers: [bytes, bytes] } }, /ByteLevel/],
    ['a list that is none', { pre_tokenizer: { type: 'Sequence', pretokenizers: {} } }, /Sequence/],
    [
      'Whitespace',
      { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Whitespace' }, bytes] } },
      /"Whitespace"/,
    ],
    // Layouts of SentencePiece: characters with a sign for the space, bytes only where the vocabulary ends.
    [
      'the layout of Gemma',
      { pre_tokenizer: { ...splitOf({ String: ' ' }).pre_tokenizer.pretokenizers[0] } },
      /no ByteLevel/,
    ],
    ['the layout of LLaMA 2', { pre_tokenizer: null }, /no ByteLevel/],
    ['the layout with Metaspace', { pre_tokenizer: { type: 'Metaspace', prepend_scheme: 'first' } }, /"Metaspace"/],
    [
      'a normaliser that prepends',
      { normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend' }, { type: 'Replace' }] } },
      /"Prepend"/,
    ],
    ['a normaliser that replaces', { normalizer: { type: 'Replace', pattern: { String: ' ' } } }, /"Replace"/],
    [
      'two normal forms',
      { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'NFC' }] } },
      /NFD, NFC/,
    ],
    [
      'bytes as a last way out',
      { model: { ...model, byte_fallback: true, vocab: { a: 0 }, merges: [] } },
      /byte_fallback/,
    ],
    ['dropout', { model: { ...model, dropout: 0.1 } }, /dropout/],
    ['two ids of one token', { added_tokens: [{ id: 2048, content: 'a' }] }, /"a", has the id 2048, but 64/],
    [
      'two tokens of one spelling',
      { added_tokens: [word, { ...word, id: 2049, content: 'e\u0301x' }], normalizer: { type: 'NFD' } },
      /2048 and 2049 are both spelled/,
    ],
    ['a merge from nowhere', { model: { ...model, merges: ['\u4e00 a'] } }, /merge 0 joins "\u4e00"/],
  ])('%s', (_, parts, message) => {
    const attempt = () => createTokenizer({ ...base, ...parts }, {}, 2100);
    expect(attempt).toThrow(expect.objectContaining({ code: 'bad_tokenizer' }));
    expect(attempt).toThrow(message);
  });
});

test('bytes that a vocabulary lacks are its unknown token, one for each or one for a run', () => {
  const vocab = { '<unk>': 0, a: 1, b: 2, ab: 3 };
  const idsOf = (fuse: boolean, text: string) => {
    const json = {
      model: { type: 'BPE', vocab, merges: ['a b'], unk_token: '<unk>', fuse_unk: fuse },
      pre_tokenizer: { type: 'ByteLevel', use_regex: false },
    };
    const ids = [...createTokenizer(json, {}, 4).encode(text)];
    expect(mergeTrace(json, text).pieces.flatMap(piece => piece.ids)).toEqual(ids);
    return ids;
  };
  expect(idsOf(false, 'axyb\u4e2dab')).toEqual([1, 0, 0, 2, 0, 0, 0, 3]);
  expect(idsOf(true, 'axyb\u4e2dab')).toEqual([1, 0, 2, 0, 3]);
});
