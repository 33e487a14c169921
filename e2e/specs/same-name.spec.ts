// Two folders of one name on a person's disk, with one tokenizer and other weights: two models, whose numbers never mix.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  candidatesOf,
  modelButton,
  modelReady,
  openModels,
  openPage,
  scored,
  setText,
  tokensOf,
} from '../support/page.ts';
import { type Files, retouchedModel, shippedModel } from '../support/page-models.ts';
import { expect, type Page, type TestInfo, engineTest as test } from '../support/tests.ts';

/** Writes a folder called `model` under `parent`. */
function folderOf(testInfo: TestInfo, parent: string, files: Files): string {
  const folder = join(testInfo.outputPath(parent), 'model');
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

async function openFolder(page: Page, folder: string, name: string): Promise<void> {
  const dialog = await openModels(page);
  await dialog.locator('input[aria-label="Folder of a model"]').setInputFiles(folder);
  await expect(modelButton(page)).toHaveAccessibleName(new RegExp(`^Model: ${name}, f16 `));
  await modelReady(page);
  await expect(dialog).toBeHidden();
}

/** Candidates at the end and the tints of the text, once every token has numbers. */
async function numbers(page: Page): Promise<unknown> {
  await scored(page);
  const rows = await candidatesOf(page);
  return { steps: (await tokensOf(page)).map(token => token.step), ids: rows.map(({ id, before }) => [id, before]) };
}

test('each folder has its own numbers, its own name and its own place in the cache', async ({ page }, testInfo) => {
  const [first, second] = [folderOf(testInfo, 'first', shippedModel()), folderOf(testInfo, 'second', retouchedModel())];
  await openPage(page);
  await setText(page, 'Once upon a time there was a small');
  const expected = await numbers(page);
  await openFolder(page, first, 'model');
  expect(await numbers(page)).toEqual(expected);
  await openFolder(page, second, 'model-2');
  const others = await numbers(page);
  expect(others).not.toEqual(expected);
  await openFolder(page, first, 'model');
  expect(await numbers(page)).toEqual(expected);

  const dialog = await openModels(page);
  const stored = dialog.getByRole('region', { name: 'Stored in this browser' });
  for (const name of ['model', 'model-2']) {
    await expect(stored.getByRole('button', { name: `Verify ${name}`, exact: true })).toBeVisible();
  }
  await dialog.getByRole('button', { name: 'Load model-2 from the cache' }).click();
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: model-2, f16 /);
  await modelReady(page);
  await expect(dialog).toBeHidden();
  expect(await numbers(page)).toEqual(others);
});
