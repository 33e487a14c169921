// Tokenizers of every kind against ids of the Rust library and of sentencepiece, and the typed text against the bytes of its tokens.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readTokenizerFiles } from '../files.ts';
import { openTokenizer } from '../open.ts';
import { readSentencePiece } from '../sentencepiece/model-file.ts';
import { concatBytes, tokenText } from '../text.ts';
import type { Tokenizer } from '../tokenizer.ts';

const GOLDEN = new URL('../../../e2e/golden/tokenizers/', import.meta.url);

type Texts = readonly (readonly [string, readonly number[]])[];

interface Kind {
  readonly about: string;
  readonly json?: object;
  /** In base64. */
  readonly sentencepiece?: string;
  readonly texts: Texts;
}

const golden: { readonly kinds: readonly Kind[] } = JSON.parse(readFileSync(new URL('kinds.json', GOLDEN), 'utf8'));

function check(tokenizer: Tokenizer, texts: Texts): void {
  for (const [text, ids] of texts) {
    expect([text, ...tokenizer.encode(text)]).toEqual([text, ...ids]);
    const slices = [...tokenizer.encodeSlices(text, 1)];
    expect(slices.flatMap(slice => [...slice.ids])).toEqual(ids);
    const typed = tokenizer.typed(text);
    if (typed.bytes === null || ids.length === 0) continue;
    expect(typed.bytes.length).toBe(ids.length);
    expect(tokenText(concatBytes(typed.bytes))).toBe(text);
    for (const { start, end, bytes } of slices) {
      if (bytes !== null && bytes.length > 0) expect(tokenText(concatBytes(bytes))).toBe(text.slice(start, end));
    }
  }
}

describe('ids of the Rust library and of sentencepiece', () => {
  test('there are many kinds', () => {
    expect(golden.kinds.length).toBeGreaterThan(24);
  });

  test.each(golden.kinds.map(kind => [kind.about, kind] as const))('%s', async (_, { json, sentencepiece, texts }) => {
    expect(texts.length).toBeGreaterThan(20);
    const file =
      sentencepiece === undefined
        ? (['tokenizer.json', new TextEncoder().encode(JSON.stringify(json))] as const)
        : (['tokenizer.model', new Uint8Array(Buffer.from(sentencepiece, 'base64'))] as const);
    const found = readTokenizerFiles(new Map([file]));
    check(await openTokenizer(found?.source, found?.config, null), texts);
  });

  test.each([
    ['gemma-layout', 'tokenizer.json'],
    ['llama2-layout', 'tokenizer.json'],
    ['metaspace-layout', 'tokenizer.json'],
    ['sentencepiece-bpe', 'tokenizer.model'],
    ['sentencepiece-unigram', 'tokenizer.model'],
  ])('%s', async (folder, file) => {
    const read = (name: string) => readFileSync(new URL(`${folder}/${name}`, GOLDEN));
    const found = readTokenizerFiles(new Map([[file, new Uint8Array(read(file))]]));
    const { texts }: { readonly texts: Texts } = JSON.parse(read('expected.json').toString());
    expect(texts.length).toBeGreaterThan(700);
    check(await openTokenizer(found?.source, found?.config, null), texts);
  });

  test('the rules of a SentencePiece model in a tokenizer.json', async () => {
    const { charsmap, pieces } = readSentencePiece(
      new Uint8Array(readFileSync(new URL('sentencepiece-unigram/tokenizer.model', GOLDEN))),
    );
    const rules = { type: 'Precompiled', precompiled_charsmap: Buffer.from(charsmap).toString('base64') };
    const spaces = { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' };
    const json = {
      normalizer: { type: 'Sequence', normalizers: [rules, spaces] },
      pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
      decoder: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
      model: { type: 'Unigram', unk_id: 0, vocab: pieces.map(({ text, score }) => [text, score]) },
    };
    const { texts }: { readonly texts: Texts } = JSON.parse(
      readFileSync(new URL('precompiled.json', GOLDEN)).toString(),
    );
    expect(texts.length).toBeGreaterThan(200);
    check(await openTokenizer(json, null, null), texts);
  });

  test('the work is in proportion to the text', async () => {
    const kind = (about: string) => golden.kinds.find(each => each.about === about)?.json;
    for (const about of ['Metaspace first, whole', 'Unigram on bytes', 'Unigram', 'Falcon: bytes before other cuts']) {
      const tokenizer = await openTokenizer(kind(about), null, null);
      const slices = (length: number) => [...tokenizer.encodeSlices('a'.repeat(length), 1000)].length;
      const [short, long] = [slices(40_000), slices(160_000)];
      expect(long, about).toBeLessThan(5 * short + 5);
    }
  });
});
