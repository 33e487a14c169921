// Runs on a scripted engine: seeds, stop and go, regenerate, candidates, faults.
import { afterEach, describe, expect, test } from 'vitest';
import { BOS, turn, until } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, makePage, type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import type { Command } from '../../protocol/commands.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import { SLOW_MS } from './generation.ts';

const pages: Page[] = [];
const page = async (...args: Parameters<typeof readyPage>): Promise<Page> => {
  const made = await readyPage(...args);
  pages.push(made);
  return made;
};
afterEach(() => {
  for (const each of pages.splice(0)) each.dispose();
});

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
    const p = makePage();
    pages.push(p);
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

describe('when a run is disturbed', () => {
  test('an edit during a run stops it and keeps the edit', async () => {
    const p = await page();
    const run = p.generation.getState().run();
    await until(() => p.document.getState().tokens.at(-1)?.origin === 'drawn');
    p.document.getState().edit(0, 4, 'Twice');
    const edited = text(p);
    await run;
    await turn();
    expect(text(p)).toBe(edited);
    expect(status(p)).toMatchObject({ kind: 'finished', reason: 'cancelled' });
  });

  test('tokens that were on their way to the text when it was edited are dropped', async () => {
    const p = await page({ holdFrames: true });
    const run = p.generation.getState().run();
    await until(() => p.frames.length > 0);
    for (let i = 0; i < 4; i++) await turn();
    p.document.getState().edit(0, 4, 'Twice');
    const edited = text(p);
    for (const frame of p.frames.splice(0)) frame();
    await run;
    expect(text(p)).toBe(edited);
  });

  test('a person who takes the text over ends it: what it has still to say is dropped', async () => {
    const p = await page({ holdFrames: true });
    const run = p.generation.getState().run();
    await until(() => p.frames.length > 0);
    const before = text(p);
    p.generation.getState().interrupt();
    for (const frame of p.frames.splice(0)) frame();
    await run;
    expect(text(p)).toBe(before);
    expect(status(p)).toMatchObject({ kind: 'finished', reason: 'cancelled' });
  });

  test('Undo during a run removes it', async () => {
    const p = await page();
    const run = p.generation.getState().run();
    await until(() => p.document.getState().tokens.at(-1)?.origin === 'drawn');
    p.document.getState().undo();
    await run;
    expect(text(p)).toBe(PROMPT);
  });

  test('a failure keeps the tokens that came before it', async () => {
    const seen: Command[] = [];
    const p = await page({
      intercept: (command, say) => {
        if (command.type !== 'generate') return false;
        seen.push(command);
        const { run, tokens } = command;
        const [topIds, topLogits] = [new Uint32Array(0), new Float32Array(0)];
        const numbers = { logit: 1, logZ: 2, entropy: 1, rank: 1, pAfter: 0.5, u: 0.1, topIds, topLogits, ms: 1 };
        say({ type: 'token', run, position: tokens.length, id: 5, ...numbers });
        say({ type: 'failed', run, error: { code: 'nan_logits', message: '', detail: { position: 9 } } });
        return true;
      },
    });
    const prompt = ids(p);
    await p.generation.getState().run();
    expect(ids(p)).toEqual([...prompt, 5]);
    expect(status(p)).toMatchObject({ kind: 'failed', error: { code: 'nan_logits' } });
    await p.generation.getState().run();
    expect(p.generation.getState().seed).toBe(1000);
    expect(seen).toHaveLength(2);
  });

  test('a worker that crashes fails the run; the text stays and the next run works after a load', async () => {
    const p = await page();
    const run = p.generation.getState().run();
    await until(() => p.document.getState().tokens.at(-1)?.origin === 'drawn');
    const kept = text(p);
    p.worker.crash('out of luck');
    await run;
    expect(status(p)).toMatchObject({ kind: 'failed', error: { code: 'internal' } });
    expect(text(p).startsWith(kept)).toBe(true);
    await until(() => p.workers.length === 2 && p.model.getState().load.status === 'ready');
    await p.generation.getState().run();
    expect(status(p)).toMatchObject({ kind: 'finished' });
  });

  test('the load of another model stops it and keeps its text', async () => {
    const p = await page();
    const run = p.generation.getState().run();
    await until(() => p.document.getState().tokens.at(-1)?.origin === 'drawn');
    const loading = p.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await run;
    expect(status(p)).toMatchObject({ kind: 'finished', reason: 'cancelled' });
    await loading;
    expect(p.document.getState().tokens.at(-1)).toMatchObject({ origin: 'drawn', draw: { outdated: true } });
  });

  test('without a model says so; while one is refused gives its reason', async () => {
    const p = makePage();
    pages.push(p);
    await p.generation.getState().run();
    expect(status(p)).toMatchObject({ kind: 'failed', error: { code: 'no_model' } });
  });

  test('a run cancels a score under way', async () => {
    const p = await page();
    await until(() => p.worker.of('score').length > 0, 100_000);
    await p.generation.getState().run();
    const score = p.worker.of('score')[0];
    const posted = p.worker.posted.map(command => command.type);
    expect(posted.indexOf('generate')).toBeGreaterThan(posted.indexOf('score'));
    expect(score).toBeDefined();
    await idle(p);
  });
});

describe('a slow model', () => {
  const letPass = (p: Page): void => {
    for (const wait of [...p.waits]) {
      p.waits.delete(wait);
      expect(wait.ms).toBe(SLOW_MS);
      wait.callback();
    }
  };

  test('is called slow when nothing comes, until something does or the run ends', async () => {
    let speak: (event: EngineEvent) => void = () => {};
    let asked = 0;
    const p = await page({
      intercept: (command, say) => {
        if (command.type === 'generate') [speak, asked] = [say, command.run];
        return command.type === 'generate';
      },
    });
    expect(p.waits.size).toBe(0);
    const run = p.generation.getState().run();
    await until(() => asked > 0);
    expect(p.waits.size).toBe(1);
    expect(p.generation.getState().slow).toBe(false);
    letPass(p);
    expect(p.generation.getState().slow).toBe(true);
    speak({ type: 'prefilled', run: asked, reused: 0, computed: 8, ms: 12_000 });
    await until(() => !p.generation.getState().slow);
    letPass(p);
    expect(p.generation.getState().slow).toBe(true);
    p.generation.getState().stop();
    await until(() => p.worker.of('cancel').some(each => each.run === asked));
    const finished = { reason: 'cancelled', stop: '', piece: new Uint8Array(0), generated: 0 } as const;
    speak({ type: 'finished', run: asked, ...finished, prefillMs: 0, decodeMs: 0 });
    speak({ type: 'done', run: asked });
    await run;
    expect(p.generation.getState()).toMatchObject({ slow: false, status: { kind: 'finished', reason: 'cancelled' } });
    expect(p.waits.size).toBe(0);
  });

  test('a quick run leaves nothing waiting', async () => {
    const p = await page();
    await p.generation.getState().run();
    expect(p.waits.size).toBe(0);
    expect(p.generation.getState().slow).toBe(false);
  });
});

describe('words about the last run', () => {
  test('go with the next change of the text, and stay while the caret moves', async () => {
    const p = await page();
    await p.generation.getState().run();
    p.document.getState().selectToken(2);
    expect(status(p).kind).toBe('finished');
    p.document.getState().undo();
    expect(status(p)).toEqual({ kind: 'idle' });
  });

  test('that the text is too long go when it is shortened; a fault of the model stays', async () => {
    const p = await page({ firstText: 'Anna and Tom went home. '.repeat(20).trim() });
    await p.generation.getState().run();
    expect(status(p)).toMatchObject({ kind: 'failed', error: { code: 'prompt_too_long' } });
    p.document.getState().setText('Anna');
    expect(status(p)).toEqual({ kind: 'idle' });
    const broken = await page({
      intercept: (command, say) => {
        if (command.type !== 'generate') return false;
        say({ type: 'failed', run: command.run, error: { code: 'nan_logits', message: '', detail: {} } });
        return true;
      },
    });
    await broken.generation.getState().run();
    broken.document.getState().setText('Anna');
    expect(status(broken)).toMatchObject({ kind: 'failed', error: { code: 'nan_logits' } });
  });
});
