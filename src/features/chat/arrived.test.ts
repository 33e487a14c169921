// Words that were sent are forgotten by their field only when the conversation says them.
import { expect, test } from 'vitest';
import { resultSays, send, summarySays, turnSays } from './arrived.ts';
import { chatPage, TEMPLATE } from './chat.fixture.ts';

const REFUSES = `{{ raise_exception('not so') }}`;

test('an edited turn that the template refuses stays in its field; once it is taken it goes, before the reply is drawn', async () => {
  const { page, chat, say } = await chatPage({ template: TEMPLATE });
  await say('Hello');
  const seen: string[] = [];
  const edit = () => {
    const act = () => chat.getState().edit(0, 'Good day');
    return send(chat, act, turnSays(0, 'Good day'), () => seen.push(page.generation.getState().status.kind));
  };
  chat.getState().change({ custom: REFUSES });
  await edit();
  expect(chat.getState().trouble).toMatchObject({ words: 'not so' });
  expect(seen).toEqual([]);
  chat.getState().change({ custom: null });
  await edit();
  // The new reply has not begun by then.
  expect(seen).toEqual(['idle']);
});

test('a result, and a summary, wait as long as a plan does', async () => {
  const { chat, say } = await chatPage({ template: TEMPLATE });
  await say('Hello');
  const { shown } = chat.getState();
  if (shown === null) throw new Error('the text is a conversation');
  const { prompt } = shown;
  const plan = {
    strategy: 'stop',
    tokens: 9,
    room: 8,
    parts: [],
    after: null,
    reused: 0,
    turns: 0,
    summary: null,
  } as const;
  chat.setState({ plan });
  const arrived: string[] = [];
  const nothing = () => Promise.resolve();
  await send(chat, nothing, summarySays('They met.'), () => arrived.push('summary'));
  await send(chat, nothing, resultSays(chat, 'Rain.'), () => arrived.push('result'));
  const show = (part: Partial<typeof prompt>) => chat.setState({ shown: { ...shown, prompt: { ...prompt, ...part } } });
  show({ turns: [...prompt.turns, { role: 'user', content: 'Rain.' }] });
  expect(arrived).toEqual([]);
  show({ summary: 'They met.' });
  show({ turns: [...prompt.turns, { role: 'tool', content: 'Rain.' }] });
  expect(arrived).toEqual(['summary', 'result']);
});
