// Growth on a scripted engine: nodes as they come, stop, interruption, what makes them untrue, and grown paths that become branches.
import { describe, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { defined } from '../../lib/assert.ts';
import { type Gardener, gardener } from './growth.fixture.ts';
import { growthStore } from './growth.ts';
import { type GrowthSettings, grownPath, MOST_GROWN, mostNodes, pathLogprobs } from './growthTypes.ts';

// Nothing is computed in the background.
const { visit } = visitsOf('held');

async function open(settings: Partial<GrowthSettings> = {}): Promise<{ page: Page; garden: Gardener }> {
  const garden = gardener();
  const page = await visit({ intercept: garden.intercept });
  page.growth.getState().change({ depth: 2, children: 2, floor: 0.001, ...settings });
  return { page, garden };
}
const growth = (page: Page) => page.growth.getState();
const grown = (page: Page) => defined(growth(page).growth, 'growth');

describe('a growth', () => {
  test('has the nodes of every depth, from the end of the text or from a place in it', async () => {
    const { page, garden } = await open();
    await growth(page).grow('end');
    expect(growth(page).task.status).toBe('done');
    expect(grown(page)).toMatchObject({ computed: 3, full: false });
    expect(grown(page).nodes.map(({ parent }) => parent)).toEqual([-1, -1, 0, 0, 1, 1]);
    expect([...(garden.asked[0]?.tokens ?? [])]).toEqual(ids(page));
    await growth(page).grow(3);
    expect([...(garden.asked[1]?.tokens ?? [])]).toEqual(ids(page).slice(0, 3));
    // The first token has no prediction.
    await growth(page).grow(0);
    expect(garden.asked).toHaveLength(2);
  });

  test('tells its depth on the way; stopped, it keeps what has come', async () => {
    const { page, garden } = await open({ depth: 3 });
    garden.held = true;
    const done = growth(page).grow('end');
    await until(() => garden.asked.length === 1);
    await garden.go();
    expect(growth(page).task).toMatchObject({ status: 'working', done: 1, total: 3 });
    growth(page).stop();
    await garden.go();
    await done;
    expect(growth(page).task.status).toBe('stopped');
    expect(grown(page).nodes).toHaveLength(2);
    growth(page).clear();
    expect(growth(page)).toMatchObject({ growth: null, lost: null, task: { status: 'idle' } });
  });

  test('gives way to a run, begins again after it, and is still true', async () => {
    const { page, garden } = await open();
    garden.held = true;
    const done = growth(page).grow('end');
    await until(() => garden.asked.length === 1);
    await garden.go();
    const base = ids(page);
    const running = page.generation.getState().step();
    await garden.go();
    await running;
    garden.held = false;
    await garden.go();
    await done;
    expect(garden.asked).toHaveLength(2);
    expect([...(garden.asked[1]?.tokens ?? [])]).toEqual(base);
    expect(grown(page).nodes).toHaveLength(6);
  });

  test('ends at the most that is drawn', async () => {
    const { page } = await open({ depth: 8, children: 2, floor: 0.0011 });
    page.growth.setState(state => ({ settings: { ...state.settings, floor: 0 } }));
    await growth(page).grow('end');
    expect(grown(page).nodes).toHaveLength(MOST_GROWN);
    expect(grown(page).full).toBe(true);
    expect(growth(page).task.status).toBe('done');
  });

  test('is gone with the text it was about, and with another model; a change elsewhere leaves it', async () => {
    const { page } = await open();
    await growth(page).grow(4);
    const { document } = page;
    document.getState().edit(document.getState().text.length, document.getState().text.length, '!');
    document.getState().choose(5, 300);
    expect(growth(page).growth).not.toBeNull();
    document.getState().switchBranch(1);
    document.getState().edit(0, 0, 'X');
    // The other branch still begins with it.
    expect(growth(page).growth).not.toBeNull();
    document.getState().removeBranch(2);
    expect(growth(page)).toMatchObject({ growth: null, lost: 'text' });
    await growth(page).grow('end');
    expect(growth(page).lost).toBeNull();
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await until(() => growth(page).lost !== null);
    expect(growth(page)).toMatchObject({ growth: null, lost: 'model' });
  });

  test('stays when the same model comes back after its device was lost', async () => {
    const { page } = await open();
    // As on the page, which asks for it when the view is first opened.
    const late = growthStore.of({ ...page, work: { ...page.work } }).getState;
    await late().grow('end');
    await page.model.getState().reopen();
    await until(() => page.model.getState().load.status === 'ready');
    expect(late()).toMatchObject({ growth: { full: false }, lost: null });
  });

  test('says about how long it takes at most', async () => {
    const { page } = await open({ depth: 1 });
    expect(growth(page).seconds('end')).toBeGreaterThan(0);
    // A prefill of the text measured at a millisecond a token.
    await page.rows.getState().fetchSelected();
    expect(growth(page).seconds('end')).toBe(0);
    growth(page).change({ depth: 3, children: 3 });
    const twelve = growth(page).seconds('end');
    growth(page).change({ depth: 2 });
    expect(growth(page).seconds('end')).toBeCloseTo(twelve / 4, 9);
  });

  test('settings stay within their bounds', async () => {
    const { page } = await open();
    growth(page).change({ depth: 99, children: 0, floor: Number.NaN });
    expect(growth(page).settings).toEqual({ depth: 8, children: 1, floor: 0.001 });
  });
});

describe('a grown path', () => {
  test('becomes a branch of chosen tokens; at the end of the text it goes on with the active one', async () => {
    const { page } = await open();
    await growth(page).grow('end');
    const before = ids(page);
    growth(page).accept(4);
    const { nodes } = grown(page);
    expect(ids(page)).toEqual([...before, nodes[1]?.id, nodes[4]?.id]);
    expect(page.document.getState().branches).toHaveLength(1);
    expect(page.document.getState().tokens.at(-1)?.origin).toBe('chosen');
    expect(page.document.getState().canUndo).toBe('grown');
    // What grew from the old end is still about it: another path is another branch.
    growth(page).accept(5);
    expect(page.document.getState().branches).toHaveLength(2);
    // It shares the token before.
    const [first, second] = page.document.getState().branches;
    expect(second?.tokens[before.length]).toBe(first?.tokens[before.length]);
    growth(page).accept(4);
    expect(page.document.getState().branch).toBe(1);
    expect(page.document.getState().branches).toHaveLength(2);
    for (let i = 0; i < 3; i++) page.document.getState().undo();
    expect(ids(page)).toEqual(before);
    growth(page).accept(77);
    expect(ids(page)).toEqual(before);
  });

  test('from a place inside leaves the rest behind as a branch', async () => {
    const { page } = await open();
    await growth(page).grow(4);
    const before = ids(page);
    growth(page).accept(0);
    expect(page.document.getState().branches.map(branch => branch.tokens.length)).toEqual([before.length, 5]);
    expect(ids(page)).toEqual([...before.slice(0, 4), grown(page).nodes[0]?.id]);
  });

  test('adds its log-probabilities up', async () => {
    const { page } = await open();
    await growth(page).grow('end');
    const { nodes } = grown(page);
    expect(grownPath(grown(page), 5)).toEqual([nodes[1]?.id, nodes[5]?.id]);
    expect(pathLogprobs(grown(page)).get(5)).toBe((nodes[1]?.logprob ?? 0) + (nodes[5]?.logprob ?? 0));
    expect(grownPath(grown(page), 99)).toEqual([]);
  });

  test.each([
    [{ depth: 1, children: 8, floor: 0.05 }, 8],
    [{ depth: 3, children: 3, floor: 0.05 }, 39],
    [{ depth: 3, children: 8, floor: 0.5 }, 14],
    [{ depth: 4, children: 8, floor: 1 }, 4],
    [{ depth: 8, children: 8, floor: 0.01 }, MOST_GROWN],
  ])('%j: at most %d nodes', (settings, most) => {
    expect(mostNodes(settings)).toBe(most);
  });
});

describe('a visit', () => {
  test('tells what the first computation after a switch re-used and computed', async () => {
    const { page } = await open();
    await page.generation.getState().run();
    const old = ids(page);
    await page.generation.getState().continueFrom(old.length - 4, 300);
    expect(growth(page).visit).toBeNull();
    page.document.getState().switchBranch(1);
    expect(growth(page).visit).toMatchObject({ branch: 1, counts: null, again: false });
    await page.generation.getState().step();
    const counts = { reused: old.length, computed: 0 };
    expect(growth(page).visit).toMatchObject({ counts, again: false });
    await page.generation.getState().step();
    expect(growth(page).visit).toMatchObject({ counts });
  });

  test('says that a branch had left the cache', async () => {
    const { page } = await open();
    const first = ids(page);
    // More branches than the engine of the tests keeps.
    for (let i = 0; i < 6; i++) {
      page.document.getState().force(1, ` word ${i}`);
      await page.generation.getState().step();
    }
    page.document.getState().switchBranch(1);
    await page.generation.getState().step();
    expect(growth(page).visit).toMatchObject({ counts: { reused: 1, computed: first.length - 1 }, again: true });
  });

  test('is over when what was visited is another text, or was visited with another model', async () => {
    const { page } = await open();
    const first = ids(page);
    const back = async (): Promise<void> => {
      page.document.getState().force(1, ' word');
      page.document.getState().switchBranch(1);
      expect(growth(page).visit).not.toBeNull();
    };
    await back();
    page.document.getState().edit(0, 4, 'Twice');
    await page.generation.getState().step();
    expect(growth(page).visit).toBeNull();
    await back();
    await page.generation.getState().step();
    expect(growth(page).visit?.counts?.computed).toBeLessThan(first.length);
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    expect(growth(page).visit).toBeNull();
  });
});
