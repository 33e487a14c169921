// Numbers of the prompt: scored while nothing else is to do, and given up for what is.
import { expect, test, vi } from 'vitest';
import { logitsAfter, until } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { rankRow } from '../../sampling/row.ts';
import { pass, watchedRows } from './rows.fixture.ts';

let page: Page;
const { selected, sent, bare } = watchedRows(() => page);

test('fills the prompt in the background once the row is there', async () => {
  page = await readyPage();
  await pass(400);
  await pass(400);
  await until(() => bare() === 0);
  const { tokens } = page.document.getState();
  expect(tokens[0]?.stats).toBeUndefined();
  for (let i = 1; i < tokens.length; i++) {
    const ranked = rankRow(logitsAfter(Uint32Array.from(ids(page).slice(0, i))));
    const token = tokens[i];
    expect(token?.stats?.logprob).toBeCloseTo((ranked.logits[token?.id ?? 0] ?? 0) - ranked.logZ, 4);
    expect(ranked.order[(token?.stats?.rank ?? 0) - 1]).toBe(token?.id);
  }
  await until(() => !page.rows.getState().scoring);
});

test('gives way to a run and is taken up after it, for the prompt alone', async () => {
  page = await readyPage({ firstText: 'Anna and Tom went to the small house, and there was a fox.' });
  await pass(400);
  await vi.advanceTimersByTimeAsync(400);
  await until(() => sent('score') === 1);
  const run = page.generation.getState().run();
  await idle(page);
  await run;
  await pass(400);
  await pass(400);
  await until(() => bare() === 0);
  const scores = page.worker.of('score');
  const prompt = page.worker.of('generate')[0]?.tokens.length;
  expect(scores.at(-1)?.tokens.length).toBe(prompt);
});

test('an edit ends it, and old numbers reach no new text', async () => {
  page = await readyPage();
  await until(() => selected().status === 'waiting');
  await vi.advanceTimersByTimeAsync(0);
  await until(() => selected().status === 'ready');
  await vi.advanceTimersByTimeAsync(0);
  const [score] = page.worker.of('score');
  page.document.getState().edit(0, 4, 'Twice');
  await pass(0);
  expect(page.worker.of('cancel').map(command => command.run)).toEqual([score?.run]);
  expect(
    page.document
      .getState()
      .tokens.slice(1)
      .every(token => token.stats === undefined),
  ).toBe(true);
  await pass(1000);
  await pass(1000);
  await until(() => bare() === 0);
});
