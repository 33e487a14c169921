// The pure parts of a conversation: forms, thinking, joins of ids, edits, and what does not fit.
import { describe, expect, test } from 'vitest';
import golden from '../../../e2e/golden/chat/templates.json' with { type: 'json' };
import { replyRoom, turnsToDrop, windowOf } from './fit.ts';
import { contentSpans, endOfReply, formOf, marked } from './form.ts';
import { editedPrompt, shownIn, withPrompt } from './prompts.ts';
import { renderTemplate } from './render.ts';
import { replyParts } from './thinking.ts';
import type { Prompt } from './types.ts';

const SPECIALS = ['<|im_end|>', '<|im_start|>', '<|eot_id|>', '<end_of_turn>', '</s>', '[INST]'];
const ENDS: Readonly<Record<keyof typeof golden.templates, string>> = {
  'llama-3.2': '<|eot_id|>',
  'gemma-3': '<end_of_turn>',
  'mistral-nemo': '</s>',
  qwen3: '<|im_end|>',
  chatml: '<|im_end|>',
  smollm2: '<|im_end|>',
};

describe.each(Object.entries(golden.templates))('contents in a prompt of %s', (name, each) => {
  const render = (messages: readonly { role: string; content: string }[], add_generation_prompt: boolean): string => {
    const { template: source, bos_token, eos_token } = each;
    const variables = { add_generation_prompt, ...(bos_token && { bos_token }), ...(eos_token && { eos_token }) };
    return renderTemplate({ source, messages, variables, now: 0 });
  };

  test.each(['one', 'system', 'turns', 'thought'] as const)('%s', conversation => {
    const messages = golden.conversations[conversation];
    const text = render(messages, true);
    const spans = contentSpans(text, formOf(render(marked(messages), true)), messages);
    const found = spans.map(span => (span === null ? null : text.slice(span.start, span.end).trim()));
    // Thinking of an earlier reply is dropped by some.
    const said = messages.map(({ content }) => [content.trim(), content.split('</think>').at(-1)?.trim()]);
    for (const [i, words] of found.entries()) expect(said[i]).toContain(words);
  });

  test('what ends a reply', () => {
    const { order, between } = formOf(
      render(marked([...golden.conversations.turns, ...golden.conversations.whole].slice(1, 4)), false),
    );
    const at = order.indexOf(1);
    expect(endOfReply(between[at + 1] ?? '', SPECIALS)).toBe(ENDS[name as keyof typeof ENDS]);
  });
});

test('thinking: closed, open, opened by the template, none', () => {
  expect(replyParts('<think>\nHm.\n</think>\n\nYes', 'x')).toEqual({
    thinking: '\nHm.\n',
    open: false,
    answer: '\n\nYes',
  });
  expect(replyParts('<think>Hm', 'x')).toEqual({ thinking: 'Hm', open: true, answer: '' });
  expect(replyParts('Hm</think>Yes', 'assistant<think>\n')).toEqual({ thinking: 'Hm', open: false, answer: 'Yes' });
  expect(replyParts('Yes </think>', 'x')).toEqual({ thinking: null, open: false, answer: 'Yes </think>' });
});

const PROMPT: Prompt = {
  system: '',
  turns: [
    { role: 'user', content: 'ab' },
    { role: 'assistant', content: 'cd' },
    { role: 'user', content: 'ef' },
  ],
  omitted: 0,
  summary: '',
  windowed: 0,
  text: '<ab><cd><ef>',
  spans: [
    { start: 1, end: 3 },
    { start: 5, end: 7 },
    { start: 9, end: 11 },
  ],
  end: '>',
  cost: null,
};

test('the longest prompt that a text begins with, whatever came later', () => {
  const short = { ...PROMPT, text: '<ab>' };
  const prompts = withPrompt(withPrompt([], PROMPT), short);
  expect(shownIn(prompts, '<ab><cd><ef>reply')).toEqual({ prompt: PROMPT, reply: 'reply', controls: [] });
  expect(shownIn(prompts, '<ab><cd>')).toEqual({ prompt: short, reply: '<cd>', controls: [] });
  expect(shownIn(prompts, 'other')).toBeNull();
  expect(withPrompt(prompts, { ...short, end: '' })).toHaveLength(2);
  let many: readonly Prompt[] = [];
  for (let i = 0; i < 100; i++) many = withPrompt(many, { ...PROMPT, text: `${i}` });
  expect(many).toHaveLength(64);
  expect(many.at(-1)?.text).toBe('99');
});

test('an edit within a content changes the turn and moves those behind it; one of the markup is no edit of a turn', () => {
  const before = '<ab><cd><ef>reply';
  const edited = editedPrompt(PROMPT, before, '<ab><cXYd><ef>reply');
  expect(edited?.turns[1]?.content).toBe('cXYd');
  expect(edited?.spans).toEqual([
    { start: 1, end: 3 },
    { start: 5, end: 9 },
    { start: 11, end: 13 },
  ]);
  expect(edited?.text).toBe('<ab><cXYd><ef>');
  expect(editedPrompt(PROMPT, before, '<ab<cd><ef>reply')).toBeNull();
  expect(editedPrompt(PROMPT, before, '<ab><cd><ef>other')).toBeNull();
});

test('whole exchanges go until the rest fits; the last turn stays', () => {
  expect(turnsToDrop(10, [5, 5, 5, 5, 5], [0, 2, 4], 0, 35)).toBe(0);
  expect(turnsToDrop(10, [5, 5, 5, 5, 5], [0, 2, 4], 0, 34)).toBe(2);
  expect(turnsToDrop(10, [5, 5, 5, 5, 5], [0, 2, 4], 0, 15)).toBe(4);
  expect(turnsToDrop(10, [5, 5, 5, 5, 5], [0, 2, 4], 0, 14)).toBeNull();
  expect(turnsToDrop(10, [5, 5, 5, 5, 5], [0, 2, 4], 2, 25)).toBe(2);
  // A call and its result stay, or go, together.
  expect(turnsToDrop(10, [5, 5, 5, 5, 5, 5], [0, 4], 0, 30)).toBe(4);
});

test('a window keeps the first ids and as many of the last as fit', () => {
  expect(windowOf(100, 4, 100)).toEqual({ from: 0, to: 0 });
  expect(windowOf(100, 4, 60)).toEqual({ from: 4, to: 44 });
  expect(windowOf(100, 4, 60, [{ from: 40, to: 50 }])).toEqual({ from: 4, to: 50 });
  expect(windowOf(100, 60, 60)).toBeNull();
  expect(replyRoom(512, 96)).toBe(96);
  expect(replyRoom(512, 1000)).toBe(128);
  expect(replyRoom(2, 1000)).toBe(1);
});
