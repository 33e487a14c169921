// The dialog of models goes when what was asked for in it is there, and stays under a person who has gone on in it.
import { afterEach, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { leavingOnce } from './leaving.ts';

const OTHER = { kind: 'hub', repo: 'a/b', revision: 'main' } as const;
const THIRD = { kind: 'hub', repo: 'a/c', revision: 'main' } as const;

let page: Page;
afterEach(() => page.dispose());

async function open() {
  page = await readyPage();
  const { model, view } = page;
  const leaving = leavingOnce(model, false, () => view.getState().closeOf('models'));
  page.work.onEnd(leaving.watch());
  view.getState().open('models');
  return { leaving, load: model.getState().loadModel, dialog: () => view.getState().dialog };
}

test('it goes with the model that was asked for in it, whatever was chosen before', async () => {
  const { leaving, load, dialog } = await open();
  leaving.typed();
  leaving.ask();
  leaving.typed();
  await load(OTHER);
  expect(dialog()).toBeNull();
});

test('it stays where something is typed while the model loads, and goes with the next one', async () => {
  const { leaving, load, dialog } = await open();
  leaving.ask();
  const loading = load(OTHER);
  leaving.typed();
  await loading;
  expect(dialog()).toBe('models');
  leaving.ask();
  await load(THIRD);
  expect(dialog()).toBeNull();
});

test('it stays where nothing was asked for in it, where the load was called off, and where another dialog is open', async () => {
  const { leaving, load, dialog } = await open();
  await load(OTHER);
  expect(dialog()).toBe('models');
  leaving.ask();
  const cancelled = load(THIRD);
  page.model.getState().cancelLoad();
  await cancelled;
  await until(() => page.model.getState().load.status === 'ready');
  expect(dialog()).toBe('models');
  page.view.getState().open('settings');
  await load(THIRD);
  expect(dialog()).toBe('settings');
});
