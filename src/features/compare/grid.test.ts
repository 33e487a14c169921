// A grid on a scripted engine: each cell is a run with its two settings, it is stopped and gone on with, and what no longer belongs to it is forgotten.
import { expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { MOST_ANSWERS } from '../../protocol/commands.ts';
import { takenIn } from '../shared/taken.ts';
import { gridStore } from './grid.ts';
import { cellKey, continuations, MOST_TOGETHER } from './grid-types.ts';

// Nothing is computed in the background.
const { visit } = visitsOf('held');

async function open(length = 4): Promise<Page> {
  const page = await visit();
  page.settings.getState().change({ max_new_tokens: length, end_of_text: 'continue' });
  grid(page).setSeed(70);
  grid(page).setAxis('temperature', [1.2, 0.4]);
  grid(page).setAxis('top_p', [0.5, 1]);
  return page;
}
const grid = (page: Page) => gridStore.of(page).getState();
const drawn = (page: Page): number => page.worker.of('answers').reduce((sum, { draws }) => sum + draws.length, 0);
const taken = (page: Page): string[] => {
  const { base, cells } = grid(page);
  const { places } = takenIn(base ?? [], continuations(cells), page.document.getState().tokens);
  return [...cells.keys()].filter((_, place) => places.includes(place));
};
const complete = (page: Page): number => [...grid(page).cells.values()].filter(({ end }) => end !== null).length;

test('every cell is the run with its settings and the one seed; one becomes a branch', async () => {
  const page = await open();
  const before = ids(page);
  await grid(page).fill();
  expect(grid(page)).toMatchObject({ working: 'no', error: null });
  expect(grid(page).axes.temperature).toEqual([0.4, 1.2]);
  expect(complete(page)).toBe(4);
  page.settings.getState().setSeed('70');
  for (const temperature of [0.4, 1.2]) {
    for (const top_p of [0.5, 1]) {
      page.settings.getState().change({ temperature, top_p });
      await page.generation.getState().run();
      const cell = grid(page).cells.get(cellKey(temperature, top_p));
      expect(cell?.tokens.map(({ id }) => id)).toEqual(ids(page).slice(before.length));
      page.document.getState().undo();
    }
  }
  const key = cellKey(1.2, 1);
  grid(page).take(key);
  expect(ids(page).slice(before.length)).toEqual(
    grid(page)
      .cells.get(key)
      ?.tokens.map(({ id }) => id),
  );
  // With Undo it is out of the text, and nothing says otherwise; filled again all cells are there already.
  expect(taken(page)).toEqual([key]);
  const asked = drawn(page);
  await grid(page).fill();
  page.document.getState().undo();
  expect(taken(page)).toEqual([]);
  await grid(page).fill();
  expect(drawn(page)).toBe(asked);
});

test('a stop keeps what is complete, and filling goes on with the rest alone', async () => {
  const page = await open(6);
  grid(page).setAxis('top_p', [0.5]);
  await grid(page).fill();
  expect(complete(page)).toBe(2);
  const [first] = grid(page).cells.values();
  grid(page).setAxis('top_p', [0.5, 1]);
  const done = grid(page).fill();
  await until(() => grid(page).cells.get(cellKey(1.2, 1))?.tokens.length === 2);
  grid(page).stop();
  await done;
  expect(complete(page)).toBe(2);
  expect([...grid(page).cells.values()][0]).toBe(first);
  const asked = drawn(page);
  await grid(page).fill();
  expect(complete(page)).toBe(4);
  expect(drawn(page) - asked).toBe(2);
  // A value more: its cells alone.
  grid(page).setAxis('top_p', [0.5, 0.8, 1]);
  await grid(page).fill();
  expect(drawn(page) - asked).toBe(4);
  grid(page).setSeed(71);
  await grid(page).fill();
  expect(drawn(page) - asked).toBe(10);
});

test('cells grow side by side, in groups of about the same size', async () => {
  const page = await open(3);
  grid(page).setAxis('temperature', [0.4, 0.8, 1.2]);
  grid(page).setAxis('top_p', [0.5, 0.8, 1]);
  const done = grid(page).fill();
  const grown = () => [...grid(page).cells.values()].filter(({ tokens }) => tokens.length > 0).length;
  await until(() => grown() === 5);
  expect(complete(page)).toBe(0);
  await done;
  expect(complete(page)).toBe(9);
  expect(page.worker.of('answers').map(({ draws }) => draws.length)).toEqual([5, 4]);
  expect(MOST_TOGETHER).toBeLessThanOrEqual(MOST_ANSWERS);
});

test('axes take what their settings take, and a text that is gone takes its cells along', async () => {
  const page = await open();
  grid(page).setAxis('top_p', [7, -1, Number.NaN, 0.5, 0.5]);
  expect(grid(page).axes.top_p.every(value => value > 0 && value <= 1)).toBe(true);
  expect(new Set(grid(page).axes.top_p).size).toBe(grid(page).axes.top_p.length);
  const kept = grid(page).axes.temperature;
  grid(page).setAxis('temperature', [Number.NaN]);
  expect(grid(page).axes.temperature).toEqual(kept);
  await grid(page).fill();
  page.document.getState().setText('Something else');
  expect(grid(page).cells.size).toBe(0);
});
