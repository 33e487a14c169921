// The document with tokenizers that put spaces in front, rewrite text or drop some of it: what is shown is what was typed, and edits give fresh ids.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTokenizerFiles } from '../../tokenizer/files.ts';
import { openTokenizer } from '../../tokenizer/open.ts';
import { troubleText } from '../../tokenizer/texts.fixture.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { savedDocument } from '../saved/saved-document.ts';
import { createDocumentStore } from './document.ts';
import { idsOf, plainToken } from './sequence.ts';

const GOLDEN = new URL('../../../e2e/golden/tokenizers/', import.meta.url);
const kinds: { readonly kinds: readonly { readonly about: string; readonly json?: object }[] } = JSON.parse(
  readFileSync(new URL('kinds.json', GOLDEN), 'utf8'),
);

const BOS = { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } }] };

function filesOf(name: string): Map<string, Uint8Array> {
  const model = name.startsWith('sentencepiece');
  const file = model ? 'tokenizer.model' : 'tokenizer.json';
  if (model) return new Map([[file, new Uint8Array(readFileSync(new URL(`${name}/${file}`, GOLDEN)))]]);
  const json: object = name.endsWith('-layout')
    ? JSON.parse(readFileSync(new URL(`${name}/${file}`, GOLDEN), 'utf8'))
    : { ...kinds.kinds.find(({ about }) => about === name)?.json };
  return new Map([
    [
      file,
      new TextEncoder().encode(
        JSON.stringify({ post_processor: BOS, ...json, ...(name === 'llama2-layout' ? { post_processor: BOS } : {}) }),
      ),
    ],
  ]);
}

async function opened(name: string): Promise<Tokenizer> {
  const found = readTokenizerFiles(filesOf(name));
  return openTokenizer(found?.source, found?.config, null);
}

describe.each([
  ['llama2-layout', true],
  ['gemma-layout', false],
  ['metaspace-layout', false],
  ['sentencepiece-bpe', true],
  ['sentencepiece-unigram', true],
  ['BERT', false],
  ['Unigram', false],
  ['words', false],
  ['marks of words that go on and that end', false],
])('%s', (name, begins) => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await opened(name);
  });

  const start = (now = Date.now) => {
    const store = createDocumentStore('', now);
    store.getState().setTokenizer(tokenizer, false);
    const shown = () => {
      const { text, tokens } = store.getState();
      return text.slice(
        tokens.flatMap(token => (token.special ? [new TextDecoder().decode(token.bytes)] : [])).join('').length,
      );
    };
    return { store, shown };
  };

  test('what is typed key by key is shown, with ids of the whole', () => {
    const { store, shown } = start();
    const typed = 'Hello there, the cat sat on the mat. It is 2024 now';
    for (const key of typed) {
      const { text } = store.getState();
      store.getState().edit(text.length, text.length, key);
    }
    expect(shown()).toBe(typed);
    const ids = [...idsOf(store.getState().tokens)];
    expect(ids).toEqual([...tokenizer.opening, ...tokenizer.encode(typed)]);
    expect(tokenizer.opening.length).toBe(begins ? 1 : 0);
    expect(store.getState().tokens[0]?.special).toBe(begins);
  });

  test('any edits keep the text as it was typed', () => {
    const cut = fc.tuple(fc.nat(1000), fc.nat(3), troubleText(6));
    fc.assert(
      fc.property(troubleText(12), fc.array(cut, { maxLength: 5 }), (first, edits) => {
        const { store } = start();
        store.getState().setText(`x${first}y`);
        let wanted = store.getState().text;
        expect(wanted.endsWith(`x${first}y`)).toBe(true);
        const least = wanted.length - first.length - 1;
        for (const [at, length, insert] of edits) {
          // Between the letters at both ends, so that there is always a token to show what has none.
          const from = Math.min(least + at, wanted.length - 1);
          const to = Math.min(from + length, wanted.length - 1);
          wanted = `${wanted.slice(0, from)}${insert}${wanted.slice(to)}`.toWellFormed();
          store.getState().edit(from, to, insert);
          expect(store.getState().text).toBe(wanted);
          wanted = store.getState().text;
        }
      }),
      { numRuns: 150 },
    );
  });

  test('taking all of it away leaves no token without text behind', () => {
    const { store } = start();
    store.getState().setText('\u4e2d x');
    const { text } = store.getState();
    store.getState().edit(0, text.length, '');
    expect(store.getState().tokens).toEqual([]);
  });

  test('a beginning of text can be taken away, and Undo brings it back', () => {
    if (!begins) return;
    const { store } = start();
    store.getState().setText('Hello');
    const { text, tokens } = store.getState();
    expect(text).toBe('<s>Hello');
    store.getState().edit(0, 3, '');
    expect(store.getState().text).toBe('Hello');
    expect([...idsOf(store.getState().tokens)]).toEqual([...idsOf(tokens)].slice(1));
    store.getState().edit(0, 5, 'Hi');
    expect(store.getState().text).toBe('<s>Hi');
    store.getState().undo();
    store.getState().edit(5, 5, '!');
    expect(store.getState().text).toBe('Hello!');
    store.getState().undo();
    store.getState().undo();
    expect(store.getState().text).toBe('<s>Hello');
  });

  test('a drawn first token shows no space that stands in front', () => {
    const id = Array.from({ length: tokenizer.vocabSize }, (_, i) => i).find(i => {
      const [space, letter = 0] = tokenizer.bytes(i);
      return space === 0x20 && letter > 0x60 && letter < 0x7b;
    });
    if (id === undefined || tokenizer.decode([id]).startsWith(' ')) return;
    const { store } = start();
    store.getState().beginRun();
    const token = { ...plainToken(tokenizer, id, 'chosen'), origin: 'drawn' as const };
    store.getState().appendDrawn([token]);
    store.getState().appendDrawn([token]);
    const word = tokenizer.decode([id]);
    expect(store.getState().text).toBe(`${word} ${word}`);
  });

  test('a reload gives the same tokens and the same text', () => {
    const { store } = start();
    store.getState().setText('Hello there, it is 1 word  more');
    const { text, tokens } = store.getState();
    const saved = {
      text,
      fingerprint: tokenizer.fingerprint,
      tokens: tokens.map(({ id, origin }) => ({ id, origin })),
      set: null,
    };
    const back = savedDocument(saved, tokenizer, true);
    expect(back?.tokens.map(({ bytes }) => new TextDecoder().decode(bytes)).join('')).toBe(text);
  });

  test('a long text gets its tokens in turns', () => {
    // However quick the machine is, each look at this clock ends a turn.
    let clock = 0;
    const { store } = start(() => (clock += 1000));
    const text = 'the cat sat on the mat, and the dog was there too. '.repeat(700).trimEnd();
    store.getState().setText(text);
    expect(store.getState().pending).not.toBeNull();
    store.getState().finish();
    expect(store.getState().text.endsWith(text)).toBe(true);
    expect([...idsOf(store.getState().tokens)].slice(tokenizer.opening.length)).toEqual([...tokenizer.encode(text)]);
  });
});
