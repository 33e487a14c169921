// Conversations on the scripted engine: what turns do to the text and its ids, what is re-used, and what is done where the context is full.
import { describe, expect, test } from 'vitest';
import { ids, text } from '../../../e2e/support/scripted-page.ts';
import { chatPage, renderNow, TEMPLATE } from './chat.fixture.ts';
import { MOST_MESSAGE } from './fit.ts';
import { alternatives, shownIn, turnsOf } from './prompts.ts';
import type { Render } from './renderer.ts';
import type { ChatStore } from './types.ts';

const turns = (chat: ChatStore) => {
  const { shown } = chat.getState();
  return shown === null ? [] : turnsOf(shown);
};
const contents = (chat: ChatStore) => turns(chat).map(({ content }) => content);

describe('a model without a template', () => {
  test('turns are names before their text; the reply ends where the next name would begin; ids that were drawn stay', async () => {
    const { page, chat, say } = await chatPage();
    chat.getState().change({ system: 'Be brief.' });
    await say('Tell me of a fox.');
    expect(text(page)).toMatch(/^Be brief\.\n\nUser: Tell me of a fox\.\nAssistant:/);
    const reply = turns(chat)[1]?.content ?? '';
    expect(turns(chat)).toEqual([
      { role: 'user', content: 'Tell me of a fox.' },
      { role: 'assistant', content: reply },
    ]);
    expect(page.document.getState().tokens.at(-1)?.draw?.settings.stop).toEqual(['\nUser:']);
    const drawn = page.document.getState().tokens.filter(({ origin }) => origin === 'drawn');
    expect(drawn).toHaveLength(6);

    const before = ids(page);
    await say('And then?');
    const { shown } = chat.getState();
    expect(contents(chat).slice(0, 3)).toEqual(['Tell me of a fox.', reply, 'And then?']);
    // All ids of the first turn lead the second, drawn ones too.
    expect(ids(page).slice(0, before.length)).toEqual(before);
    expect(shown?.prompt.cost).toMatchObject({ generated: 6 });
    const { reused = 0, computed = 0 } = shown?.prompt.cost ?? {};
    expect(reused).toBeGreaterThanOrEqual(before.length - 1);
    expect(reused + computed).toBe(ids(page).length - 6);
  });

  test('another text by the time its words are rendered is not written over', async () => {
    let go = (): void => {};
    const render: Render = async requests => {
      await new Promise<void>(resolve => {
        go = resolve;
      });
      return renderNow(requests);
    };
    const { page, chat } = await chatPage({ template: TEMPLATE, render });
    chat.getState().setDraft('Hello');
    const sent = chat.getState().send();
    page.document.getState().setText('typed meanwhile');
    go();
    await sent;
    expect(text(page)).toBe('typed meanwhile');
    expect(page.document.getState().branches).toHaveLength(1);
    expect(chat.getState()).toMatchObject({ draft: 'Hello', status: 'idle' });
    expect(chat.getState().trouble).toMatchObject({ words: expect.stringContaining('The text changed') });
  });

  test('a text that was there stays as a branch', async () => {
    const { page, chat, say } = await chatPage({ text: 'Once upon a time' });
    expect(chat.getState().shown).toBeNull();
    await say('Hello');
    expect(text(page)).toMatch(/^User: Hello\nAssistant:/);
    expect(page.document.getState().branches).toHaveLength(2);
  });
});

test('a message that is too long is not sent and not cut: it stays as it is, and why is said', async () => {
  const { page, chat, say } = await chatPage();
  const long = 'x'.repeat(MOST_MESSAGE + 1);
  await say(long);
  expect(text(page)).toBe('');
  expect(chat.getState().draft).toBe(long);
  expect(chat.getState().trouble).toMatchObject({ words: expect.stringContaining('200,001 characters are more than') });
  await say('Short.');
  expect(chat.getState().trouble).toBeNull();
  expect(contents(chat)[0]).toBe('Short.');
});

describe('with the template of the model', () => {
  test('its special tokens are ids, and end the reply', async () => {
    const { page, chat, say } = await chatPage({ template: TEMPLATE });
    await say('Hi there ');
    const { tokens } = page.document.getState();
    expect(tokens.filter(({ special }) => special)).toHaveLength(1);
    expect(text(page)).toMatch(/^user: Hi there<\|endoftext\|>assistant:/);
    expect(tokens.at(-1)?.draw?.settings.stop).toEqual([]);
    expect(contents(chat)[0]).toBe('Hi there ');
  });

  test('what it refuses is said in its words, and nothing changes', async () => {
    const template = `{{ raise_exception('no such thing') }}`;
    const { page, chat, say } = await chatPage({ template });
    await say('Hi');
    expect(chat.getState().trouble).toEqual({ kind: 'refused', words: 'no such thing' });
    expect(chat.getState().draft).toBe('Hi');
    expect(text(page)).toBe('');
    chat.getState().change({ custom: '{% if %}' });
    await chat.getState().send();
    expect(chat.getState().trouble).toMatchObject({ kind: 'failed' });
    chat.getState().change({ custom: TEMPLATE });
    await chat.getState().send();
    expect(chat.getState().trouble).toBeNull();
    expect(text(page)).toMatch(/^user: Hi<\|endoftext\|>assistant:/);
  });

  test('one that takes too long is named', async () => {
    const { chat, say } = await chatPage({ template: TEMPLATE, render: () => Promise.resolve(null) });
    await say('Hi');
    expect(chat.getState().trouble).toEqual({ kind: 'slow' });
    expect(chat.getState().status).toBe('idle');
  });
});

describe('turns change', () => {
  test('an edited turn is answered anew, another reply stands beside the first, and both stay as branches', async () => {
    const { page, chat, say } = await chatPage({ template: TEMPLATE });
    await say('First');
    const first = text(page);
    await chat.getState().regenerate(1);
    const second = text(page);
    expect(second).not.toBe(first);
    expect(contents(chat)).toHaveLength(2);
    await chat.getState().edit(0, 'Other');
    expect(contents(chat)[0]).toBe('Other');
    const { branches, branch } = page.document.getState();
    expect(branches).toHaveLength(3);
    const decoder = new TextDecoder();
    const { prompts } = chat.getState();
    const lists = branches.map(({ id, tokens }) => {
      const shown = shownIn(prompts, tokens.map(({ bytes }) => decoder.decode(bytes)).join(''));
      return { branch: id, turns: shown === null ? [] : turnsOf(shown) };
    });
    expect(alternatives(lists, branch, 0).map(({ content }) => content)).toEqual(['First', 'Other']);
    expect(alternatives(lists, branch, 1)).toHaveLength(1);
    page.document.getState().switchBranch(branches[0]?.id ?? 0);
    expect(contents(chat)[0]).toBe('First');
    expect(alternatives(lists, branches[0]?.id ?? 0, 1)).toHaveLength(2);
  });

  test('Undo and Redo go over turns; a token chosen in a reply is a reply', async () => {
    const { page, chat, say } = await chatPage({ template: TEMPLATE });
    await say('One');
    const one = text(page);
    await say('Two');
    page.document.getState().undo();
    expect(text(page)).toBe(one);
    expect(contents(chat)).toHaveLength(2);
    page.document.getState().redo();
    expect(contents(chat)).toHaveLength(4);
    page.document.getState().undo();
    const { length } = page.document.getState().tokens;
    page.document.getState().choose(length - 3, 300);
    expect(contents(chat)).toHaveLength(2);
    expect(page.document.getState().tokens.at(-1)?.origin).toBe('chosen');
  });

  test('an edit in the text changes its turn; one of the markup ends the conversation', async () => {
    const { page, chat, say } = await chatPage({ template: TEMPLATE });
    await say('I like cats.');
    const at = text(page).indexOf('cats');
    page.document.getState().edit(at, at + 4, 'dogs');
    expect(contents(chat)[0]).toBe('I like dogs.');
    expect(contents(chat)).toHaveLength(2);
    page.document.getState().edit(0, 4, 'person');
    expect(chat.getState().shown).toBeNull();
    page.document.getState().undo();
    expect(contents(chat)[0]).toBe('I like dogs.');
  });

  test('a system prompt that is not sent yet stays while the text changes; one that nobody touched follows the text', async () => {
    const { page, chat, say } = await chatPage({ template: TEMPLATE });
    const system = () => chat.getState().setup.system;
    chat.getState().change({ system: 'Terse.' });
    await say('I like cats.');
    chat.getState().change({ system: 'In verse.' });
    const at = text(page).indexOf('cats');
    page.document.getState().edit(at, at + 4, 'dogs');
    expect(system()).toBe('In verse.');
    page.document.getState().undo();
    expect(contents(chat)[0]).toBe('I like cats.');
    expect(system()).toBe('In verse.');
    chat.getState().begin();
    expect(chat.getState().shown).toBeNull();
    page.document.getState().undo();
    expect(chat.getState().shown).not.toBeNull();
    expect(system()).toBe('In verse.');
    await say('And now?');
    expect(text(page)).toMatch(/^system: In verse\./);
    page.document.getState().undo();
    expect(system()).toBe('Terse.');
  });

  test('a reply says what a person writes, without a run', async () => {
    const { page, chat, say } = await chatPage({ template: TEMPLATE });
    await say('One');
    await say('Two');
    await chat.getState().edit(1, 'Said by hand');
    expect(contents(chat).slice(0, 3)).toEqual(['One', 'Said by hand', 'Two']);
    await chat.getState().edit(3, ' At last.');
    expect(contents(chat)[3]).toBe(' At last.');
    expect(page.document.getState().tokens.at(-1)?.origin).toBe('typed');
    await chat.getState().goOn();
    expect(contents(chat)[3]?.startsWith(' At last.')).toBe(true);
    expect(page.document.getState().tokens.at(-1)?.origin).toBe('drawn');
  });
});

describe('the context is full', () => {
  const LONG = 'The quick brown fox jumps over the lazy dog and runs away.';

  async function full(strategy: 'stop' | 'drop' | 'window' | 'summary', render = renderNow) {
    const made = await chatPage({ template: TEMPLATE, context: 96, render });
    made.chat.getState().change({ strategy, system: 'Terse.' });
    for (let i = 0; i < 6 && made.chat.getState().plan === null; i++) await made.say(`${i} ${LONG}`);
    expect(made.chat.getState().plan).not.toBeNull();
    return made;
  }

  test('stop: nothing is done, and the draft stays', async () => {
    const { page, chat } = await full('stop');
    const before = text(page);
    expect(chat.getState().plan).toMatchObject({ strategy: 'stop', after: null, room: 90 });
    await chat.getState().sendPlanned();
    expect(text(page)).toBe(before);
    expect(chat.getState().draft).toContain(LONG);
  });

  test('drop: the oldest turns go, the system prompt stays, as the plan says', async () => {
    const { page, chat } = await full('drop');
    const { plan } = chat.getState();
    expect(plan?.parts.map(({ kept }) => kept)).toEqual([true, false, true]);
    expect(plan?.after).toBeLessThanOrEqual(90);
    expect(plan?.turns).toBeGreaterThanOrEqual(2);
    await chat.getState().sendPlanned();
    const { shown } = chat.getState();
    expect(text(page)).toMatch(/^system: Terse\.<\|endoftext\|>user: [1-9] The/);
    expect(shown?.prompt.omitted).toBe(plan?.turns);
    expect(contents(chat)[0]).toBe(`0 ${LONG}`);
    expect(ids(page)).toHaveLength((plan?.after ?? 0) + 6);
    expect(shown?.prompt.cost?.reused).toBe(plan?.reused);
  });

  test('window: the first ids and the last ones, as the plan says', async () => {
    const { page, chat } = await full('window');
    chat.getState().change({ first: 5 });
    await Promise.resolve();
    await expect.poll(() => chat.getState().plan?.parts[0]?.tokens).toBe(5);
    const before = ids(page);
    const { plan } = chat.getState();
    expect(plan?.after).toBe(90);
    await chat.getState().sendPlanned();
    expect(ids(page).slice(0, 5)).toEqual(before.slice(0, 5));
    expect(ids(page)).toHaveLength(96);
    expect(chat.getState().shown?.prompt.windowed).toBe((plan?.tokens ?? 0) - 90);
  });

  test('summary: the model writes it, a person changes it, and it stands in the system prompt', async () => {
    const { page, chat } = await full('summary');
    await chat.getState().sendPlanned();
    expect(chat.getState().shown?.prompt.summary).toBe('');
    await chat.getState().summarise();
    expect(chat.getState().trouble).toBeNull();
    expect(chat.getState().plan?.summary).not.toBeNull();
    chat.getState().setSummary('Foxes jump.');
    await expect.poll(() => chat.getState().plan?.summary).toBe('Foxes jump.');
    await chat.getState().sendPlanned();
    expect(text(page)).toMatch(
      /^system: Terse\.\n\nThe conversation so far, in short: Foxes jump\.<\|endoftext\|>user: /,
    );
    expect(chat.getState().shown?.prompt).toMatchObject({ summary: 'Foxes jump.', system: 'Terse.' });
    const said = turns(chat);
    await chat.getState().editSummary('Dogs sleep.');
    expect(text(page)).toMatch(/in short: Dogs sleep\.<\|endoftext\|>user: /);
    expect(turns(chat)).toEqual(said);
  });

  test('summary: what a person types while the model writes stays, and it writes on until it has ended', async () => {
    let held: Promise<void> | null = null;
    const { chat } = await full('summary', async requests => {
      if (JSON.stringify(requests).includes('Summarise this conversation')) await held;
      return renderNow(requests);
    });
    await chat.getState().summarise();
    let go = (): void => {};
    held = new Promise(resolve => {
      go = resolve;
    });
    const writing = chat.getState().summarise();
    chat.getState().setSummary('My own words.');
    const after = () => chat.getState().plan?.after;
    const before = after();
    await expect.poll(after).not.toBe(before);
    expect(chat.getState()).toMatchObject({ status: 'summarising', plan: { summary: 'My own words.' } });
    go();
    await writing;
    expect(chat.getState()).toMatchObject({ status: 'idle', trouble: null, plan: { summary: 'My own words.' } });
    await chat.getState().sendPlanned();
    expect(chat.getState().shown?.prompt.summary).toBe('My own words.');
  });

  test('a reply that a person rewrites waits for its plan too, and nothing is drawn behind it', async () => {
    const { page, chat, say } = await chatPage({ template: TEMPLATE, context: 96 });
    chat.getState().change({ strategy: 'drop' });
    await say(`0 ${LONG}`);
    await say(`1 ${LONG}`);
    expect(chat.getState().plan).toBeNull();
    await chat.getState().edit(1, `${LONG} ${LONG} ${LONG}`);
    expect(chat.getState().plan).toMatchObject({ strategy: 'drop' });
    await chat.getState().sendPlanned();
    expect(chat.getState().plan).toBeNull();
    const drawn = () => page.document.getState().tokens.filter(({ origin }) => origin === 'drawn');
    const reply = contents(chat)[3];
    expect(drawn()).toEqual([]);
    expect(text(page).endsWith(`assistant:${reply}`)).toBe(true);
    expect(reply).not.toBe('');
  });

  test('where no plan can be made, a later change of the text says nothing of it', async () => {
    let left = 2;
    const { page, chat, say } = await chatPage({
      template: TEMPLATE,
      context: 96,
      render: requests => (left-- > 0 ? renderNow(requests) : Promise.resolve(null)),
    });
    chat.getState().change({ strategy: 'drop' });
    await say(`0 ${LONG}`);
    expect(chat.getState()).toMatchObject({ trouble: null, plan: null });
    // For the whole conversation, and not for a shorter one.
    left = 1;
    await say(`${LONG} ${LONG} ${LONG} ${LONG}`);
    expect(chat.getState()).toMatchObject({ trouble: { kind: 'slow' }, plan: null });
    chat.getState().dismiss();
    page.document.getState().edit(text(page).length, text(page).length, ' more');
    expect(chat.getState().trouble).toBeNull();
  });
});

test('the same render serves template and form', async () => {
  const asked: number[] = [];
  const { say } = await chatPage({
    template: TEMPLATE,
    render: requests => {
      asked.push(requests.length);
      return renderNow(requests);
    },
  });
  await say('Hi');
  expect(asked).toEqual([3]);
});
