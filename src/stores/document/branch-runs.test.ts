// Branches and runs on a scripted engine: what forks, what undo brings back, what a switch computes, what a reload keeps.
import { describe, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { ids, keptRecord, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';

const { visit: page, arrive } = visitsOf('real');

const branches = (p: Page) => p.document.getState().branches.map(branch => branch.tokens.map(token => token.id));

describe('runs', () => {
  test('Continue from here keeps the old continuation as a branch; Undo takes the fork back', async () => {
    const p = await page();
    await p.generation.getState().run();
    const old = ids(p);
    await p.generation.getState().continueFrom(old.length - 4, 300);
    expect(branches(p)).toEqual([old, ids(p)]);
    p.document.getState().undo();
    expect(branches(p)).toEqual([old]);
    p.document.getState().redo();
    expect(branches(p)).toHaveLength(2);
  });

  test('Regenerate keeps the old continuation as a branch', async () => {
    const p = await page();
    await p.generation.getState().run();
    const old = ids(p);
    await p.generation.getState().regenerate();
    expect(branches(p)).toEqual([old, ids(p)]);
    expect(ids(p)).not.toEqual(old);
    p.document.getState().switchBranch(1);
    expect(ids(p)).toEqual(old);
  });

  test('a switch ends a run, which keeps what it had drawn on its own branch', async () => {
    const p = await page();
    await p.generation.getState().run();
    const old = ids(p);
    const going = p.generation.getState().continueFrom(old.length - 4, 300);
    await until(() => p.document.getState().branch === 2 && ids(p).length > old.length - 3);
    p.document.getState().switchBranch(1);
    await going;
    expect(ids(p)).toEqual(old);
    expect(branches(p)[1]?.slice(0, old.length - 3)).toEqual([...old.slice(0, -4), 300]);
  });
});

describe('a switch', () => {
  test('computes nothing of what the branches share, nor of the branch it goes back to', async () => {
    const p = await page();
    await p.generation.getState().run();
    const old = ids(p);
    await p.generation.getState().continueFrom(old.length - 4, 300);
    // The head is re-used: only the chosen token is new.
    expect(p.generation.getState().stats).toMatchObject({ reused: old.length - 4, computed: 1 });
    p.document.getState().switchBranch(1);
    await p.generation.getState().step();
    expect(p.generation.getState().stats).toMatchObject({ reused: old.length, computed: 0 });
    p.document.getState().switchBranch(2);
    p.document.getState().force(old.length - 6, ' and');
    await p.generation.getState().step();
    expect(p.generation.getState().stats).toMatchObject({ reused: old.length - 6, computed: 1 });
  });

  test('sends nothing to the worker by itself that is not shared', async () => {
    const p = await page();
    await p.generation.getState().run();
    await p.generation.getState().continueFrom(3, 300);
    const sent = p.worker.posted.length;
    p.document.getState().switchBranch(1);
    expect(p.worker.posted).toHaveLength(sent);
  });
});

describe('a reload', () => {
  test('brings back all branches, their names, and which one is active', async () => {
    const memory = new Map<string, unknown>();
    const first = await page({ memory });
    await first.generation.getState().run();
    await first.generation.getState().continueFrom(5, 300);
    first.document.getState().renameBranch(1, 'the first');
    await first.flush();
    const before = first.document.getState();
    const second = await page({ memory });
    const after = second.document.getState();
    expect(branches(second)).toEqual(branches(first));
    expect(after.branch).toBe(before.branch);
    expect(after.branches.map(({ name, began, id }) => ({ name, began, id }))).toEqual(
      before.branches.map(({ name, began, id }) => ({ name, began, id })),
    );
    expect(after.canUndo).toBeNull();
    after.switchBranch(1);
    const draws = second.document.getState().tokens.map(token => token.draw?.u);
    expect(draws).toEqual(before.branches[0]?.tokens.map(token => token.draw?.u));
  });

  test('a name alone is written', async () => {
    const memory = new Map<string, unknown>();
    const first = await page({ memory });
    await first.flush();
    first.document.getState().renameBranch(1, 'alone');
    await first.flush();
    const second = await page({ memory });
    expect(second.document.getState().branches.map(({ name }) => name)).toEqual(['alone']);
  });

  test('a text edited before the model was there keeps the other branches', async () => {
    const memory = new Map<string, unknown>();
    const first = await page({ memory });
    await first.generation.getState().run();
    await first.generation.getState().continueFrom(5, 300);
    await first.flush();
    const second = arrive({ memory });
    const started = second.start();
    await until(() => second.model.getState().load.status === 'loading');
    second.document.getState().edit(0, 0, 'New. ');
    await started;
    expect(text(second).startsWith('New. ')).toBe(true);
    expect(branches(second)[0]).toEqual(branches(first)[0]);
    expect(branches(second)[1]).toEqual(ids(second));
  });

  test('what was kept before there were branches is read as one', async () => {
    const memory = new Map<string, unknown>();
    const first = await page({ memory });
    await first.generation.getState().run();
    await first.generation.getState().continueFrom(5, 300);
    await first.flush();
    const { key, record: kept } = keptRecord(memory);
    if (typeof kept !== 'object' || kept === null) throw new Error('nothing was kept');
    memory.set(key, { ...kept, branches: undefined });
    const second = await page({ memory });
    expect(branches(second)).toEqual([ids(first)]);
  });
});
