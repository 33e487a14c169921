// A run that asks for words from outside: it pauses, the answer comes in, it goes on.
import { describe, expect, test } from 'vitest';
import { turn, until } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, text } from '../../../e2e/support/scripted-page.ts';
import { EMPTY } from './library.ts';
import { roundsOf } from './rounds.ts';
import { ASKS, bench, define, run, status, trouble } from './store.fixture.ts';

describe('a run that asks', () => {
  test('pauses at the end sign, takes the answer as external tokens and goes on with the same seed', async () => {
    const b = await bench({ written: [`${ASKS}`, 'REPLY: 42.'], library: { definitions: [define({})] } });
    await run(b);
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}\nASK_DATA: "forty-two"\nREPLY: 42.`);
    const [first, second] = b.page.worker.of('generate');
    expect(first?.settings.stop).toEqual(['<EOC>']);
    expect(second?.seed).toBe(first?.seed);
    expect(second?.settings.max_new_tokens).toBeLessThan(400);
    // For penalties what came from outside counts as typed.
    const [round] = roundsOf(b.page.document.getState().tokens);
    expect([...(second?.drawn ?? [])].slice(round?.from, round?.to)).toEqual(
      Array.from({ length: (round?.to ?? 0) - (round?.from ?? 0) }, () => 0),
    );
    expect(round).toMatchObject({
      text: '\nASK_DATA: "forty-two"\n',
      told: { command: 'ASK', by: 'text', at: 5, source: 'forty-two' },
    });
    expect(status(b)).toMatchObject({ kind: 'finished', reason: 'end_of_text' });
    // One step of the history, and none of the document is lost.
    b.page.document.getState().undo();
    expect(text(b.page)).toBe('USER: "Hm?"\n');
    b.page.document.getState().redo();
    expect(roundsOf(b.page.document.getState().tokens)).toHaveLength(1);
  });

  test('off by default: the end sign is text like any other', async () => {
    const b = await bench({ off: true, written: [`${ASKS} on`], library: { definitions: [define({})] } });
    await run(b);
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS} on`);
    expect(b.page.worker.of('generate')).toHaveLength(1);
  });

  test('another document is off until it is turned on', async () => {
    const b = await bench({ library: { definitions: [define({})] } });
    expect(b.commands.getState().active).toBe(true);
    await b.page.documents.getState().acts?.create({ text: `x ${ASKS}`, keep: true });
    expect(b.commands.getState().active).toBe(false);
    await run(b);
    expect(roundsOf(b.page.document.getState().tokens)).toEqual([]);
  });

  test('nor is a document on that comes from a file, whatever its id', async () => {
    const b = await bench({ library: { definitions: [define({})] } });
    const acts = b.page.documents.getState().acts;
    b.page.document.getState().edit(0, 0, 'mine ');
    const { id } = b.page.documents.getState();
    const file = (await acts?.exported([id])) ?? '';
    expect(file).toContain(id);
    await acts?.remove(id);
    await acts?.imported(file);
    const listed = (await acts?.list()) ?? [];
    const back = listed.find(({ words }) => words.startsWith('mine'));
    expect(back).toBeDefined();
    await acts?.open(back?.id ?? '');
    expect(b.commands.getState().on).toContain(id);
    expect(b.commands.getState().active).toBe(false);
  });

  test('asks a person: Stop keeps the question, Run asks again, the answer goes on', async () => {
    const b = await bench({
      written: [ASKS, 'thanks'],
      library: { definitions: [define({ by: 'person', source: '' })] },
    });
    void run(b);
    await until(() => b.commands.getState().question?.waits === true);
    expect(status(b)).toEqual({ kind: 'asking', command: 'ASK' });
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}`);
    b.page.generation.getState().stop();
    await idle(b.page);
    expect(b.commands.getState().question).toBeNull();
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}`);
    const going = run(b);
    await until(() => b.commands.getState().question?.waits === true);
    b.commands.getState().reply('<|endoftext|>\u0000 <b>x</b>');
    await going;
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}\nASK_DATA: "<|endoftext|>\u0000 <b>x</b>"\nthanks`);
    // Text that spells a special token is text.
    expect(b.page.document.getState().tokens.some(({ special }) => special)).toBe(false);
    const [first, second] = b.page.worker.of('generate');
    expect(second?.seed).toBe(first?.seed);
  });

  test('an edit while it asks takes the text over', async () => {
    const b = await bench({ written: [ASKS], library: { definitions: [define({ by: 'person', source: '' })] } });
    void run(b);
    await until(() => b.commands.getState().question?.waits === true);
    b.page.document.getState().edit(0, 0, 'x');
    await idle(b.page);
    b.commands.getState().reply('late');
    await turn();
    expect(text(b.page)).toBe(`xUSER: "Hm?"\n${ASKS}`);
  });

  test('a reload in the middle keeps the text, what was answered and by whom', async () => {
    const memory = new Map<string, unknown>();
    const b = await bench({ memory, written: [ASKS, 'more'], library: { definitions: [define({})] } });
    await run(b);
    const before = ids(b.page);
    await b.page.flush();
    b.page.dispose();
    const again = await bench({ memory, off: true });
    expect(ids(again.page)).toEqual(before);
    expect(roundsOf(again.page.document.getState().tokens)).toMatchObject([
      { told: { command: 'ASK', by: 'text', at: 5 } },
    ]);
  });

  test('an answer can be changed: another branch, which goes on from there', async () => {
    const b = await bench({ written: [ASKS, 'one', 'two'], library: { definitions: [define({})] } });
    await run(b);
    const [round] = roundsOf(b.page.document.getState().tokens);
    const from = round?.from ?? -1;
    // What is not taken changes nothing, and its field keeps it.
    expect(b.commands.getState().rewrite(from, 'x'.repeat(2001))).toBe(false);
    expect(b.commands.getState().rewrite(from + 1, 'seven')).toBe(false);
    expect(b.page.document.getState().branches).toHaveLength(1);
    expect(b.commands.getState().rewrite(from, 'seven')).toBe(true);
    await until(() => text(b.page).endsWith('two'));
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}\nASK_DATA: "seven"\ntwo`);
    expect(b.page.document.getState().branches).toHaveLength(2);
    b.page.document.getState().undo();
    expect(text(b.page)).toContain('"forty-two"\none');
  });

  test('rounds are counted, and the limit says so', async () => {
    const library = { definitions: [define({})], protocol: { ...EMPTY.protocol, mostRounds: 2 } };
    const b = await bench({ written: Array.from({ length: 9 }, () => ASKS), library });
    await run(b);
    expect(roundsOf(b.page.document.getState().tokens)).toHaveLength(2);
    expect(trouble(b)).toEqual({ kind: 'rounds', most: 2 });
    expect(text(b.page).endsWith(ASKS)).toBe(true);
    // Run goes on with two more.
    await run(b);
    expect(roundsOf(b.page.document.getState().tokens)).toHaveLength(4);
  });

  test('a person may answer what nobody could', async () => {
    const b = await bench({ written: [ASKS, 'fine'] });
    await run(b);
    expect(trouble(b)).toEqual({ kind: 'unknown' });
    b.commands.getState().answerMyself();
    expect(b.commands.getState().reply('x'.repeat(2001))).toBe(false);
    expect(trouble(b)).toEqual({ kind: 'too_long', length: 2001, most: 2000 });
    expect(b.commands.getState().reply('seven')).toBe(true);
    expect(b.commands.getState().reply('again')).toBe(false);
    await until(() => text(b.page).endsWith('fine'));
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}\nASK_DATA: "seven"\nfine`);
    expect(b.commands.getState().question).toBeNull();
  });
});
