// Answers on a scripted engine: what runs of their seeds draw, live, ranked, stopped, taken into the text with the others as branches.
import { describe, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page, type PageOptions } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { defined } from '../../lib/assert.ts';
import { MAX_SEED } from '../../stores/run/settings.ts';
import { Answers } from './Answers.tsx';
import { shareGrown } from './grown.ts';
import { firstDifferences, ranked, scoreOf } from './ranking.ts';
import type { Answer, Round } from './types.ts';

// Nothing is computed in the background.
const { visit } = visitsOf('held');

async function open(count = 3, options: PageOptions = {}): Promise<Page> {
  const page = await visit(options);
  page.settings.getState().setSeed('70');
  page.settings.getState().change({ max_new_tokens: 5, end_of_text: 'continue' });
  answers(page).setCount(count);
  return page;
}
const answers = (page: Page) => page.answers.getState();
const round = (page: Page): Round => defined(answers(page).round, 'a round');
const words = (page: Page): string =>
  rendered(page, <Answers />)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const idsOf = ({ tokens }: Answer): number[] => tokens.map(({ id }) => id);

describe('a round', () => {
  test('has the answers that runs of their seeds draw, with their scores', async () => {
    const page = await open();
    const before = ids(page);
    await answers(page).draw();
    expect(answers(page).status).toBe('done');
    expect(shareGrown(round(page))).toBe(1);
    const drawn = round(page).answers;
    expect(drawn.map(({ seed }) => seed)).toEqual([70, 71, 72]);
    expect(ids(page)).toEqual(before);
    expect(round(page).prefilled).toMatchObject({ computed: before.length });
    for (const answer of drawn) {
      expect(answer.end?.reason).toBe('length');
      const logprobs = answer.tokens.map(({ stats }) => stats?.logprob ?? Number.NaN);
      expect(answer.logprob).toBeCloseTo(
        logprobs.reduce((sum, each) => sum + each, 0),
        9,
      );
      expect(answer.tokens[0]?.draw).toMatchObject({ seed: answer.seed, outdated: false });
      page.settings.getState().setSeed(String(answer.seed));
      await page.generation.getState().run();
      expect(ids(page).slice(before.length)).toEqual(idsOf(answer));
      page.document.getState().undo();
    }
  });

  test('is shown as it grows; a stop keeps what has come', async () => {
    const page = await open();
    const done = answers(page).draw();
    await until(() => (answers(page).round?.answers[0]?.tokens.length ?? 0) >= 2);
    const share = shareGrown(round(page));
    expect(share).toBe(round(page).answers.reduce((sum, { drawn }) => sum + drawn, 0) / 15);
    expect(share).toBeGreaterThanOrEqual(0.4);
    answers(page).stop();
    expect(answers(page).status).toBe('stopping');
    await done;
    expect(answers(page).status).toBe('stopped');
    expect(round(page).answers.map(({ end }) => end?.reason)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(round(page).answers.every(({ tokens }) => tokens.length >= 2)).toBe(true);
    answers(page).take(1);
    expect(words(page)).toMatch(/Answer 2.*In the text/);
  });

  test('waits for no run, and gives way to one', async () => {
    const page = await open();
    const running = page.generation.getState().run();
    await answers(page).draw();
    expect(answers(page).round).toBeNull();
    await running;
    const drawing = answers(page).draw();
    await until(() => (answers(page).round?.answers[0]?.tokens.length ?? 0) >= 1);
    await page.generation.getState().step();
    await drawing;
    expect(answers(page).status).toBe('stopped');
  });

  test('of an empty text begins as a run does', async () => {
    const page = await open();
    page.document.getState().setText('');
    await answers(page).draw();
    expect(answers(page).status).toBe('done');
    expect(round(page).base).toHaveLength(1);
  });

  test('that the engine refuses says why, and can be drawn again', async () => {
    let refusing = true;
    const error = { code: 'prompt_too_long', message: 'too long', detail: { tokens: 9, limit: 4 } } as const;
    const page = await open(2, {
      intercept: (command, say) => {
        if (command.type !== 'answers' || !refusing) return false;
        say({ type: 'failed', run: command.run, error });
        return true;
      },
    });
    await answers(page).draw();
    expect(answers(page)).toMatchObject({ status: 'failed', error: { code: 'prompt_too_long' } });
    expect(words(page)).toContain('ended by a failure');
    expect(words(page)).not.toContain('growing');
    refusing = false;
    await answers(page).draw();
    expect(answers(page)).toMatchObject({ status: 'done', error: null });
  });

  test('is gone with its model', async () => {
    const page = await open();
    await answers(page).draw();
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await until(() => answers(page).round === null);
    expect(answers(page).status).toBe('idle');
  });

  test('counts stay within their bounds, and seeds begin again behind the last', async () => {
    const page = await open(99);
    expect(answers(page).count).toBe(8);
    answers(page).setCount(0);
    expect(answers(page).count).toBe(1);
    answers(page).setCount(3);
    page.settings.getState().setSeed(String(MAX_SEED - 1));
    await answers(page).draw();
    expect(round(page).answers.map(({ seed }) => seed)).toEqual([MAX_SEED - 1, MAX_SEED, 0]);
  });
});

describe('an answer that is taken', () => {
  test('goes on in the text, and the others are branches; one step of the history', async () => {
    const page = await open();
    const before = ids(page);
    await answers(page).draw();
    const drawn = round(page).answers.map(idsOf);
    answers(page).take(1);
    expect(ids(page)).toEqual([...before, ...(drawn[1] ?? [])]);
    const { branches, branch, canUndo } = page.document.getState();
    expect(branches.map(each => each.tokens.slice(before.length).map(({ id }) => id))).toEqual([
      drawn[1],
      drawn[0],
      drawn[2],
    ]);
    expect(branch).toBe(1);
    expect(branches[2]?.tokens[0]).toBe(branches[0]?.tokens[0]);
    expect(canUndo).toBe('answers');
    // Another one after all: the same branches, that one in the text.
    answers(page).take(2);
    expect(ids(page)).toEqual([...before, ...(drawn[2] ?? [])]);
    expect(page.document.getState().branches).toHaveLength(3);
    expect(words(page)).toContain('The answer is in the text');
    page.document.getState().undo();
    page.document.getState().undo();
    expect(ids(page)).toEqual(before);
    expect(page.document.getState().branches).toHaveLength(1);
    expect(words(page)).not.toContain('n the text');
  });

  test('leaves a text that goes on meanwhile as it is; answers to a text that is gone are gone', async () => {
    const page = await open(2);
    const before = ids(page);
    await answers(page).draw();
    const { text } = page.document.getState();
    page.document.getState().edit(text.length, text.length, ' and more');
    const longer = ids(page);
    answers(page).take(0);
    expect(ids(page).slice(0, before.length)).toEqual(before);
    const texts = page.document.getState().branches.map(each => each.tokens.map(({ id }) => id));
    expect(texts).toContainEqual(longer);
    expect(texts).toHaveLength(3);
    page.document.getState().switchBranch(1);
    for (const { id } of page.document.getState().branches.slice(1)) page.document.getState().removeBranch(id);
    page.document.getState().setText('Something else');
    expect(answers(page)).toMatchObject({ round: null, status: 'idle' });
  });
});

describe('ranking', () => {
  const token = (id: number) => ({ id, bytes: new Uint8Array(), special: false, origin: 'drawn' as const });
  const answer = (list: number[], logprob: number): Answer => ({
    seed: 0,
    tokens: list.map(token),
    drawn: list.length,
    logprob,
    end: null,
  });

  test('by total and by mean, an answer without tokens last', () => {
    const all = [answer([1, 2, 3], -3), answer([1], -2), answer([], 0)];
    expect(ranked(all, 'total')).toEqual([1, 0, 2]);
    expect(ranked(all, 'mean')).toEqual([0, 1, 2]);
    expect(scoreOf(defined(all[0], 'an answer'), 'mean')).toBe(-1);
  });

  test('answers part from the best, and the best from all of them', () => {
    const all = [answer([1, 2, 3], 0), answer([1, 2, 4], 0), answer([1, 2], 0), answer([7], 0)];
    expect(firstDifferences(all, 0)).toEqual([0, 2, null, 0]);
    expect(firstDifferences(all.slice(0, 3), 0)).toEqual([2, 2, null]);
    expect(firstDifferences([answer([1], 0), answer([1], 0)], 0)).toEqual([null, null]);
  });
});
