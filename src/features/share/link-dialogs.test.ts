// A link beside dialogs that are open when its text can be shown: each closes only by itself.
import { afterEach, expect, test } from 'vitest';
import { turn, until } from '../../../e2e/support/scripted-engine.ts';
import { makePage, type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { writeLink } from './link.ts';
import { runToShare } from './sharedRun.ts';

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});

/** A page that is starting with the link of a run; `part`: of another vocabulary. */
async function starting(part: { readonly fingerprint?: string } = {}): Promise<{ page: Page; started: Promise<void> }> {
  const first = await readyPage();
  pages.push(first);
  await first.generation.getState().step();
  const run = runToShare(first);
  if (run === null) throw new Error('nothing to share');
  const made = await writeLink({ ...run, ...part });
  if (!made.ok) throw new Error('too long');
  const page = makePage({ link: `#${made.fragment}` });
  pages.push(page);
  const started = page.start();
  await until(() => page.share.getState().waiting);
  return { page, started };
}

const dialog = (page: Page) => page.view.getState().dialog;

test('a text that opens leaves the dialog that a person has opened while its model came', async () => {
  const { page, started } = await starting();
  page.view.getState().open('settings');
  await started;
  await until(() => page.share.getState().opened !== null);
  expect(dialog(page)).toBe('settings');
});

test('a text of another model is shown when the dialog that is open has been closed', async () => {
  const { page, started } = await starting({ fingerprint: 'another' });
  page.view.getState().open('settings');
  await started;
  await until(() => !page.share.getState().waiting);
  expect(dialog(page)).toBe('settings');
  page.view.getState().close();
  await turn();
  expect(dialog(page)).toBe('share');
  expect(page.share.getState().pane).toBe('open');
  page.view.getState().close();
  await turn();
  expect(dialog(page)).toBeNull();
});

test('one that is forgotten meanwhile is not shown', async () => {
  const { page, started } = await starting({ fingerprint: 'another' });
  page.view.getState().open('settings');
  await started;
  await until(() => !page.share.getState().waiting);
  page.share.getState().forget();
  page.view.getState().close();
  await turn();
  expect(dialog(page)).toBeNull();
});
