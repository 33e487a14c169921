// The view of a conversation as markup: turns with their costs, the parts of the context, what stands in the way.
import { afterEach, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { NucleusError } from '../../lib/error.ts';
import { Chat } from './Chat.tsx';
import { chatStore } from './store.ts';
import type { Prompt } from './types.ts';

let page: Page;
afterEach(() => page.dispose());

const PROMPT: Prompt = {
  system: 'Terse.',
  turns: [
    { role: 'user', content: 'Gone' },
    { role: 'assistant', content: 'Gone too' },
    { role: 'user', content: 'Hello' },
  ],
  omitted: 2,
  summary: 'They met.',
  windowed: 0,
  text: 'Terse.\n\nUser: Hello\nAssistant:',
  spans: [null, null, { start: 14, end: 19 }],
  end: '\nUser:',
  cost: { reused: 3, computed: 4, prefillMs: 20, generated: 2, tokensPerSecond: 9 },
};

test('turns, those that are left out, thinking, what it cost, and the meter', async () => {
  page = await readyPage({ firstText: `${PROMPT.text}<think>Hm</think> Good **day**` });
  const store = chatStore.of(page);
  store.getState().restore(store.getState().setup, [PROMPT]);
  const markup = rendered({ ...page, chat: store } as Page, <Chat />);
  const words = markup.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  for (const part of ['You', 'Gone too', 'not in the text', 'They met.', 'Thought', 'Hm', 'Good **day**']) {
    expect(words).toContain(part);
  }
  expect(words).toMatch(/3 tokens re-used from the cache .* 4 computed in 0\.02 s/);
  expect(words).toMatch(/\d+ system \d+ turns \d+ reply room/);
  expect(markup.match(/<li/g)).toHaveLength(4);
  store.setState({ trouble: { kind: 'slow' } });
  expect(rendered({ ...page, chat: store } as Page, <Chat />)).toContain('did not end within a second');
});

test('a draft that the tokenizer refuses counts as none', async () => {
  page = await readyPage({ firstText: '' });
  const { tokenizer } = page.document.getState();
  if (tokenizer === null) throw new Error('no tokenizer');
  const encode = (): never => {
    throw new NucleusError('bad_tokenizer', 'too long');
  };
  page.document.setState({ tokenizer: { ...tokenizer, encode } });
  const store = chatStore.of(page);
  store.getState().setDraft('Hello');
  expect(rendered({ ...page, chat: store } as Page, <Chat />)).toContain('Hello');
});

test('a plan says what stays, what goes, and what is computed', async () => {
  page = await readyPage({ firstText: '' });
  const store = chatStore.of(page);
  const parts = [
    { kept: true, tokens: 5, what: 'system prompt' },
    { kept: false, tokens: 40, what: 'turns 1 to 2' },
    { kept: true, tokens: 30, what: 'turn 3' },
  ];
  const plan = {
    strategy: 'drop',
    tokens: 75,
    room: 60,
    parts,
    after: 35,
    reused: 5,
    turns: 2,
    summary: null,
  } as const;
  store.setState({ plan });
  const words = rendered({ ...page, chat: store } as Page, <Chat />)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
  expect(words).toMatch(/has 75 tokens, and there is room for 60/);
  expect(words).toMatch(/stay: 5 system prompt go: 40 turns 1 to 2 stay: 30 turn 3/);
  expect(words).toMatch(/has 35 tokens\. The first 5 stay .* 30 are computed/);
  expect(words).toContain('Use this plan');
});

const TOLD = { command: 'WEATHER', purpose: '', by: 'expression', source: 'x', path: '', ms: 12, at: 3 } as const;

test('a call, its result, what is fetched, and why there is none', async () => {
  const called = '<tool_call>{"name": "WEATHER", "arguments": {"argument": "Rome"}}</tool_call>';
  const turns = [
    { role: 'user', content: 'Rain?' },
    { role: 'assistant', content: `So. ${called}` },
    { role: 'tool', content: 'Rome: **rain**', told: TOLD },
  ] as const;
  const prompt = { ...PROMPT, system: '', turns, omitted: 0, summary: '', text: 'x', spans: [null, null, null] };
  page = await readyPage({ firstText: 'xYes.' });
  const store = chatStore.of(page);
  store.getState().restore(store.getState().setup, [prompt]);
  const shown = () =>
    rendered({ ...page, chat: store } as Page, <Chat />)
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
  expect(shown()).toContain('So.');
  expect(shown()).toMatch(/Calls WEATHER \{&quot;argument&quot;:&quot;Rome&quot;\}/);
  expect(shown()).toMatch(/Data .*WEATHER · from an expression · 12 ms Rome: \*\*rain\*\*/);
  expect(shown()).toContain('has no place for tools');
  expect(shown()).not.toContain('Fetching data');
  const call = { name: 'WEATHER', argument: 'Rome', purpose: '', words: null, waits: false, answerable: true };
  store.setState({ call, status: 'asking' });
  expect(shown()).toContain('Fetching data from WEATHER…');
  expect(shown()).toContain('Stop the reply');
  store.setState({ call: { ...call, words: 'No network.' }, status: 'idle' });
  expect(shown()).toMatch(/No network\..*Give a result myself.*Try the call again/);
  store.setState({ call: { ...call, waits: true } });
  expect(shown()).toMatch(/Result of WEATHER \(Rome\).*Give this result/);
});
