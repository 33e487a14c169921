// Dropped files: what is opened for them, and what is not disturbed.
import { afterEach, expect, test } from 'vitest';
import { turn, until } from '../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../e2e/support/scripted-page.ts';
import { claim } from './claim.ts';

let page: Page;
afterEach(() => page.dispose());

/** A file of the page's documents that is read once `read` is called. */
async function slowFile(): Promise<{ readonly file: File; readonly read: () => void }> {
  const { acts } = page.documents.getState();
  await acts?.create({ text: 'A text of its own', keep: true });
  const json = (await acts?.exported('all')) ?? '';
  let read = (): void => {};
  const text = new Promise<string>(resolve => {
    read = () => resolve(json);
  });
  const file = Object.defineProperty(new File([json], 'mine.nucleus.json'), 'text', { value: () => text });
  return { file, read };
}

const documents = async (): Promise<number> => ((await page.documents.getState().acts?.list()) ?? []).length;
const added = async (before: number): Promise<void> => {
  await expect.poll(documents).toBeGreaterThan(before);
  await turn();
};

test('documents are shown at once; a dialog that a person opens while they are read stays', async () => {
  page = await readyPage();
  const { view } = page;
  const { file, read } = await slowFile();
  const before = await documents();
  expect(claim(page, [file])).toBe(true);
  expect(view.getState().dialog).toBe('documents');
  view.getState().open('models');
  read();
  await added(before);
  expect(view.getState().dialog).toBe('models');
});

test('a person who leaves their list for the text is not taken back to it', async () => {
  page = await readyPage();
  const { view } = page;
  const { file, read } = await slowFile();
  const before = await documents();
  view.getState().open('settings');
  claim(page, [file]);
  expect(view.getState().dialog).toBe('documents');
  view.getState().close();
  read();
  await added(before);
  expect(view.getState().dialog).toBeNull();
});

test('what is not taken is said, and files that are no documents may be a model', async () => {
  page = await readyPage();
  claim(page, [new File(['{}'], 'mine.nucleus.json')]);
  await until(() => page.documents.getState().notice?.kind === 'refused');
  expect(claim(page, [new File(['x'], 'model.safetensors')])).toBe(false);
});
