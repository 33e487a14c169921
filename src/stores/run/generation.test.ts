// Runs on a scripted engine: seeds, stop and go, regenerate, candidates, faults.
import { describe, expect, test } from 'vitest';
import { BOS, turn, until } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { allPending } from '../document/pending.ts';

const { visit: page, arrive } = visitsOf('real');

const status = (p: Page) => p.generation.getState().status;
const PROMPT = 'Once upon a time there was a small';

describe('a run', () => {
  test('appends drawn tokens with their numbers, and ends with its reason', async () => {
    const p = await page();
    const before = ids(p).length;
    await p.generation.getState().run();
    expect(status(p)).toEqual({ kind: 'finished', steps: 'run', reason: 'length', stop: '', generated: 8 });
    const { tokens } = p.document.getState();
    expect(tokens).toHaveLength(before + 8);
    expect(text(p).startsWith(PROMPT)).toBe(true);
    for (const token of tokens.slice(before)) {
      expect(token).toMatchObject({ origin: 'drawn', draw: { seed: 1000, outdated: false } });
      expect(token.stats?.logprob).toBeLessThanOrEqual(0);
      expect(token.top?.ids).toHaveLength(5);
    }
    expect(p.generation.getState().stats).toMatchObject({ generated: 8, firstTokenMs: 10, tokensPerSecond: 100 });
  });

  test('counts what was re-used', async () => {
    const p = await page();
    const prompt = ids(p).length;
    await p.generation.getState().run();
    await p.generation.getState().run();
    expect(p.generation.getState().stats).toMatchObject({ reused: prompt + 8, computed: 0 });
  });

  test('sends typed and drawn apart', async () => {
    const p = await page();
    const prompt = ids(p).length;
    await p.generation.getState().step();
    await p.generation.getState().step();
    const flags = p.worker.of('generate').at(-1)?.drawn;
    expect([...(flags ?? [])]).toEqual([...new Array<number>(prompt).fill(0), 1]);
  });

  test('pressed while the model loads, begins when it is there', async () => {
    const p = arrive();
    const started = p.start();
    await until(() => p.model.getState().load.status === 'loading');
    const run = p.generation.getState().run();
    expect(status(p)).toEqual({ kind: 'waiting' });
    await Promise.all([started, run]);
    expect(status(p)).toMatchObject({ kind: 'finished', generated: 8 });
  });

  test('an empty text starts from a chip; Undo brings back the empty text', async () => {
    const p = await page({ firstText: '' });
    await p.generation.getState().run();
    expect(p.document.getState().tokens[0]).toMatchObject({ id: BOS, special: true, origin: 'typed' });
    p.document.getState().undo();
    expect(text(p)).toBe('');
    expect(p.document.getState().canUndo).toBeNull();
  });

  test('an empty text without a token to start from says so', async () => {
    const p = await page({ firstText: '', model: { bosId: null, eosIds: [] } });
    await p.generation.getState().run();
    expect(status(p)).toMatchObject({ kind: 'failed', error: { code: 'empty_prompt' } });
  });

  test('a prompt longer than the context says by how much, and keepTail mends it', async () => {
    const p = await page({ firstText: 'Anna and Tom went home. '.repeat(20).trim() });
    const tokens = ids(p).length;
    await p.generation.getState().run();
    expect(status(p)).toMatchObject({
      kind: 'failed',
      error: { code: 'prompt_too_long', detail: { tokens, limit: 64, excess: tokens - 64 } },
    });
    expect(p.worker.of('generate')).toHaveLength(0);
    const tail = ids(p).slice(-56);
    p.generation.getState().keepTail();
    expect(ids(p)).toEqual(tail);
    await p.generation.getState().run();
    expect(status(p)).toMatchObject({ kind: 'finished', reason: 'length' });
    p.document.getState().undo();
    p.document.getState().undo();
    expect(ids(p)).toHaveLength(tokens);
  });

  test('the bytes before a stop string come back as typed', async () => {
    const p = await page({
      intercept: (command, say) => {
        if (command.type !== 'generate') return false;
        const { run } = command;
        const piece = new TextEncoder().encode(' fox');
        say({
          type: 'finished',
          run,
          reason: 'stop_string',
          stop: '.',
          piece,
          generated: 0,
          prefillMs: 1,
          decodeMs: 1,
        });
        say({ type: 'done', run });
        return true;
      },
    });
    await p.generation.getState().run();
    expect(text(p)).toBe(`${PROMPT} fox`);
    expect(p.document.getState().tokens.at(-1)?.origin).toBe('typed');
    p.document.getState().undo();
    expect(text(p)).toBe(PROMPT);
  });

  test('tokens reach the document once a frame', async () => {
    const p = await page({ holdFrames: true });
    const before = ids(p).length;
    const revision = p.document.getState().revision;
    const run = p.generation.getState().run();
    await until(() => p.frames.length > 0);
    for (let i = 0; i < 5; i++) await turn();
    expect(ids(p)).toHaveLength(before);
    p.frames.shift()?.();
    const shown = ids(p).length;
    expect(shown).toBeGreaterThan(before + 1);
    expect(p.document.getState().revision).toBe(revision + 1);
    expect(status(p)).toEqual({ kind: 'generating' });
    await run;
    expect(ids(p)).toHaveLength(before + 8);
  });
});

describe('same seed, same ids', () => {
  test('by Run, by Step, and by stop and go', async () => {
    const whole = await page();
    whole.settings.getState().setSeed('77');
    await whole.generation.getState().run();

    const steps = await page();
    steps.settings.getState().setSeed('77');
    for (let i = 0; i < 8; i++) await steps.generation.getState().step();
    expect(ids(steps)).toEqual(ids(whole));

    const stopped = await page();
    const prompt = ids(stopped).length;
    stopped.settings.getState().setSeed('77');
    while (ids(stopped).length < ids(whole).length) {
      const run = stopped.generation.getState().run();
      const now = ids(stopped).length;
      await until(() => ids(stopped).length > now + 1);
      stopped.generation.getState().stop();
      expect(status(stopped)).toEqual({ kind: 'stopping' });
      await run;
      expect(status(stopped)).toMatchObject({ kind: 'finished' });
    }
    expect(ids(stopped).slice(0, prompt + 8)).toEqual(ids(whole));
  });

  test('a fresh seed stays while one run is stepped on or taken up after a stop, and changes with the next run', async () => {
    const p = await page();
    const run = p.generation.getState().run();
    await until(() => p.document.getState().tokens.at(-1)?.origin === 'drawn');
    p.generation.getState().stop();
    await run;
    expect(p.generation.getState().seed).toBe(1000);
    await p.generation.getState().step();
    expect(p.generation.getState().seed).toBe(1000);
    await p.generation.getState().run();
    expect(p.generation.getState().seed).toBe(1000);
    await p.generation.getState().run();
    expect(p.generation.getState().seed).toBe(1001);
    p.document.getState().edit(text(p).length, text(p).length, ' and');
    await p.generation.getState().step();
    expect(p.generation.getState().seed).toBe(1002);
  });

  test('a draw is not taken up by its seed once text before it has changed', async () => {
    const p = await page();
    await p.generation.getState().step();
    p.document.getState().edit(0, 4, 'Twice');
    expect(p.document.getState().tokens.at(-1)).toMatchObject({ origin: 'drawn', draw: { outdated: true } });
    expect(p.document.getState().tokens.at(-1)?.stats).toBeUndefined();
    await p.generation.getState().step();
    expect(p.generation.getState().seed).toBe(1001);
  });
});

describe('regenerate', () => {
  test('draws the last run anew with a fresh seed; Undo brings back the one before', async () => {
    const p = await page();
    const prompt = ids(p);
    expect(p.generation.getState().canRegenerate).toBe(false);
    await p.generation.getState().run();
    const first = p.document.getState().tokens;
    expect(p.generation.getState().canRegenerate).toBe(true);
    await p.generation.getState().regenerate();
    expect(p.generation.getState().seed).toBe(1001);
    expect(ids(p)).not.toEqual(first.map(token => token.id));
    expect(ids(p).slice(0, prompt.length)).toEqual(prompt);
    expect(ids(p)).toHaveLength(first.length);
    p.document.getState().undo();
    expect(p.document.getState().tokens.slice(prompt.length)).toEqual(first.slice(prompt.length));
    p.document.getState().undo();
    expect(ids(p)).toEqual(prompt);
  });

  test('a locked seed draws the same', async () => {
    const p = await page();
    p.settings.getState().setSeed('5');
    await p.generation.getState().run();
    const first = ids(p);
    await p.generation.getState().regenerate();
    expect(ids(p)).toEqual(first);
  });

  test('during a run stops it first', async () => {
    const p = await page();
    const prompt = ids(p).length;
    const run = p.generation.getState().run();
    await until(() => ids(p).length > prompt);
    await p.generation.getState().regenerate();
    await run;
    expect(ids(p)).toHaveLength(prompt + 8);
    expect(p.generation.getState().seed).toBe(1001);
  });

  test('is not offered after an edit, and comes back with Undo', async () => {
    const p = await page();
    await p.generation.getState().run();
    p.document.getState().edit(text(p).length, text(p).length, '!');
    expect(p.generation.getState().canRegenerate).toBe(false);
    p.document.getState().undo();
    expect(p.generation.getState().canRegenerate).toBe(true);
  });
});

describe('continueFrom', () => {
  test('the end of a text that is still getting its tokens is the end of all of it', async () => {
    const p = await page();
    p.document.setState(({ text }) => ({ pending: allPending(' and on'), text: `${text} and on` }));
    await p.generation.getState().continueFrom('end', 300);
    expect(text(p).startsWith(`${PROMPT} and on`)).toBe(true);
    const { tokens } = p.document.getState();
    expect(tokens.findIndex(({ origin }) => origin !== 'typed')).toBe(tokens.findIndex(({ id }) => id === 300));
  });

  test('cuts, places the chosen token and runs; one Undo restores the old tail with its numbers', async () => {
    const p = await page();
    await p.generation.getState().run();
    const old = p.document.getState().tokens;
    const at = old.length - 4;
    await p.generation.getState().continueFrom(at, 300);
    const { tokens } = p.document.getState();
    expect(tokens.slice(0, at)).toEqual(old.slice(0, at));
    expect(tokens[at]).toMatchObject({ id: 300, origin: 'chosen' });
    expect(tokens).toHaveLength(at + 1 + 8);
    p.document.getState().undo();
    expect(p.document.getState().tokens).toBe(old);
  });

  test('at the end puts the token behind the text', async () => {
    const p = await page();
    const prompt = ids(p);
    await p.generation.getState().continueFrom('end', 300);
    expect(ids(p).slice(0, prompt.length + 1)).toEqual([...prompt, 300]);
    await p.generation.getState().regenerate();
    expect(ids(p).slice(0, prompt.length + 1)).toEqual([...prompt, 300]);
  });
});
