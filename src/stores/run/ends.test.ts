// The ends that a run meets again when Run is pressed, and the way over each, on a scripted engine.
import { expect, test } from 'vitest';
import { BOS } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { DEFAULT_SETTINGS, STOP_BOUNDS, validateSettings } from '../../sampling/settings.ts';

const { visit: page } = visitsOf('real');

const status = (p: Page) => p.generation.getState().status;
const commands = (p: Page) => p.worker.of('generate');

/** A bias so high that nothing but the end-of-text token is drawn. */
const atTheEnd = (p: Page) => p.settings.getState().change({ logit_bias: [{ id: BOS, bias: 100 }] });

test('Run meets the end-of-text token again and again; going past it rules that token out of one draw', async () => {
  const p = await page();
  p.settings.getState().setSeed('7');
  atTheEnd(p);
  const before = ids(p);
  for (let presses = 0; presses < 2; presses++) {
    await p.generation.getState().run();
    expect(status(p)).toEqual({ kind: 'finished', steps: 'run', reason: 'end_of_text', stop: '', generated: 0 });
    expect(ids(p)).toEqual(before);
  }
  await p.generation.getState().goPast();
  expect(commands(p).map(command => command.pastEnd === true)).toEqual([false, false, true]);
  // The second draw meets it again: what was ruled out was ruled out once.
  expect(status(p)).toMatchObject({ kind: 'finished', reason: 'end_of_text', generated: 1 });
  const { tokens } = p.document.getState();
  expect(tokens).toHaveLength(before.length + 1);
  expect(tokens.at(-1)?.id).not.toBe(BOS);
  expect(tokens.at(-1)?.draw).toMatchObject({ seed: 7, settings: { end_of_text: 'never' } });
  p.document.getState().undo();
  expect(ids(p)).toEqual(before);
});

test('past the end the run goes on with the settings as they are', async () => {
  const p = await page({
    intercept: (command, say) => {
      if (command.type !== 'generate' || command.pastEnd === true) return false;
      const none = { stop: '', piece: new Uint8Array(), generated: 0, prefillMs: 0, decodeMs: 0 };
      say({ type: 'finished', run: command.run, reason: 'end_of_text', ...none });
      say({ type: 'done', run: command.run });
      return true;
    },
  });
  await p.generation.getState().run();
  await p.generation.getState().goPast();
  expect(status(p)).toMatchObject({ reason: 'length', generated: 8 });
  const drawn = p.document.getState().tokens.slice(-8);
  expect(drawn.map(token => token.draw?.settings.end_of_text)).toEqual(['never', ...Array<string>(7).fill('stop')]);
  // Drawn anew, it goes past the end again.
  await p.generation.getState().regenerate();
  expect(commands(p).at(-1)).toMatchObject({ pastEnd: true });
  expect(status(p)).toMatchObject({ reason: 'length', generated: 8 });
});

test('a step past the end draws one token', async () => {
  const p = await page();
  atTheEnd(p);
  const before = ids(p).length;
  await p.generation.getState().step();
  expect(status(p)).toMatchObject({ steps: 'step', reason: 'end_of_text', generated: 0 });
  await p.generation.getState().goPast();
  expect(ids(p)).toHaveLength(before + 1);
  expect(status(p)).toEqual({ kind: 'finished', steps: 'step', reason: 'length', stop: '', generated: 1 });
});

test('past a stop string: it is written into the text, and the run goes on behind it', async () => {
  let runs = 0;
  const p = await page({
    intercept: (command, say) => {
      if (command.type !== 'generate' || runs++ > 0) return false;
      const none = { piece: new Uint8Array(), generated: 0, prefillMs: 0, decodeMs: 0 };
      say({ type: 'finished', run: command.run, reason: 'stop_string', stop: ' END', ...none });
      say({ type: 'done', run: command.run });
      return true;
    },
  });
  const before = text(p);
  await p.generation.getState().run();
  expect(text(p)).toBe(before);
  await p.generation.getState().goPast();
  expect(text(p).startsWith(`${before} END`)).toBe(true);
  expect(status(p)).toMatchObject({ reason: 'length', generated: 8 });
});

test('a run that brings ends of its own keeps every stop string of a person, and the engine takes them all', async () => {
  const p = await page();
  const own = Array.from({ length: STOP_BOUNDS.own }, (_, i) => `stop ${i}`);
  const ends = ['\nUser:', '<tool_response>', '<|eom_id|>', '<ask>'];
  p.settings.getState().change({ stop: own });
  await p.generation.getState().reply(ends, false);
  const sent = commands(p).at(-1)?.settings ?? DEFAULT_SETTINGS;
  expect(new Set(sent.stop)).toEqual(new Set([...own, ...ends]));
  expect(() => validateSettings(sent)).not.toThrow();
});

test('a full context: the end is kept, and a run has room again', async () => {
  const p = await page({ firstText: 'Anna and Tom went home. '.repeat(20).trim() });
  p.document.getState().keepTail(64);
  await p.generation.getState().run();
  expect(status(p)).toMatchObject({ reason: 'context_full', generated: 0 });
  p.generation.getState().keepTail();
  expect(ids(p).length).toBeLessThan(64);
  await p.generation.getState().run();
  expect(status(p)).toMatchObject({ reason: 'length' });
});

test('nothing is gone past after any other end', async () => {
  const p = await page();
  await p.generation.getState().goPast();
  await p.generation.getState().run();
  const after = ids(p);
  await p.generation.getState().goPast();
  expect(ids(p)).toEqual(after);
  expect(commands(p)).toHaveLength(1);
});
