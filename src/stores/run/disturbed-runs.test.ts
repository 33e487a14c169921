// Runs that something comes between: edits, failures, other models, a device that is slow; and the words that are left of them.
import { describe, expect, test } from 'vitest';
import { turn, until } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import type { Command } from '../../protocol/commands.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import { SLOW_MS } from './generation.ts';
import { isRunning } from './generation-types.ts';

const { visit: page, arrive } = visitsOf('real');

const status = (p: Page) => p.generation.getState().status;
const PROMPT = 'Once upon a time there was a small';

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
    const p = arrive();
    await p.generation.getState().run();
    expect(status(p)).toMatchObject({ kind: 'failed', error: { code: 'no_model' } });
  });

  test('a run cancels a score under way', async () => {
    const p = await page();
    await until(() => p.worker.of('score').length > 0);
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

describe('what a person does while a run comes to its end', () => {
  /** A run with something drawn, which ends a moment after it is told to. */
  async function running() {
    const p = await page();
    const run = p.generation.getState().run();
    await until(() => p.document.getState().tokens.filter(({ origin }) => origin === 'drawn').length > 2);
    return { p, run };
  }

  test('words typed behind a candidate stay behind it, and nothing is drawn after them', async () => {
    const { p, run } = await running();
    const place = p.document.getState().tokens.length - 1;
    const going = p.generation.getState().continueFrom(place, 5);
    expect(p.document.getState().tokens[place]).toMatchObject({ id: 5, origin: 'chosen' });
    p.document.getState().edit(text(p).length, text(p).length, ' mine');
    const typed = text(p);
    await Promise.all([run, going]);
    await turn();
    expect(text(p)).toBe(typed);
    expect(isRunning(status(p))).toBe(false);
  });

  test('words typed before it has ended are not cut by a run from the caret', async () => {
    const { p, run } = await running();
    p.document.getState().select(4, 4);
    const going = p.generation.getState().runFromCaret();
    p.document.getState().edit(4, 4, 'ly');
    const typed = text(p);
    await Promise.all([run, going]);
    await turn();
    expect(text(p)).toBe(typed);
  });

  test('nor is a text cut elsewhere than where the caret stood', async () => {
    const { p, run } = await running();
    p.document.getState().select(4, 4);
    const going = p.generation.getState().runFromCaret();
    p.document.getState().select(9, 9);
    await Promise.all([run, going]);
    await turn();
    expect(p.document.getState().branches).toHaveLength(1);
    expect(text(p)).toContain(PROMPT);
  });

  test('a text that has not all of its tokens yet gets them, and is cut where the caret stands', async () => {
    const p = await page();
    p.document.getState().setText('Once upon a time there was. '.repeat(20_000));
    expect(p.document.getState().pending).not.toBeNull();
    p.document.getState().select(16, 16);
    const run = p.generation.getState().runFromCaret();
    expect(p.document.getState().pending).toBeNull();
    await run;
    expect(p.document.getState().branches).toHaveLength(2);
    expect(text(p)).toMatch(/^Once upon a time/);
    expect(text(p).length).toBeLessThan(500);
  });

  test('a word typed behind a run is none that Regenerate takes away', async () => {
    const { p, run } = await running();
    p.document.getState().edit(text(p).length, text(p).length, ' mine');
    await run;
    expect(p.generation.getState().canRegenerate).toBe(false);
    p.document.getState().undo();
    expect(p.generation.getState().canRegenerate).toBe(true);
  });

  test('nor is what stands on another branch', async () => {
    const p = await page();
    await p.generation.getState().run();
    p.settings.getState().change({ max_new_tokens: 2 });
    await p.generation.getState().regenerate();
    const { branches, branch, tokens } = p.document.getState();
    const run = p.generation.getState().run();
    await until(() => p.document.getState().tokens.length > tokens.length);
    p.document.getState().switchBranch(branches.find(({ id }) => id !== branch)?.id ?? branch);
    await run;
    expect(p.generation.getState().canRegenerate).toBe(false);
  });
});
