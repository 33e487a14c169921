// Several GGUF models of this computer, out of a folder, a drop or single files: each is opened in its row by one press, and what goes wrong with it is said there.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { complaints } from '../support/axe.ts';
import { beforeWorker, engineWorker, smallLimits } from '../support/faults.ts';
import { greedyText, inUse } from '../support/open-model.ts';
import { modelButton, openModels, openPage } from '../support/page.ts';
import { FOLDER, SEVERAL, widerThanTheirBox } from '../support/several-models.ts';
import { expect, type Locator, type Page, type TestInfo, engineTest as test } from '../support/tests.ts';

const MODELS = Object.keys(SEVERAL).length + 1;

/** Where the files of `FOLDER` lie on the disk. */
function onDisk(testInfo: TestInfo): string {
  const folder = testInfo.outputPath('quants');
  for (const [name, content] of Object.entries(FOLDER)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const openedIn = (dialog: Locator) => dialog.getByRole('list', { name: 'Models among the files' });
const openOf = (list: Locator, file: string) => list.getByRole('button', { name: `Open ${file}`, exact: true });
const rowOf = (list: Locator, file: string) => list.getByRole('region', { name: file, exact: true });
const storedIn = (dialog: Locator) => dialog.getByRole('region', { name: 'Stored in this browser' });

/** The list of a folder that is opened through the dialog of models. */
async function openFolder(page: Page, folder: string): Promise<Locator> {
  const dialog = await openModels(page);
  await dialog.getByLabel('Folder of a model').setInputFiles(folder);
  const list = openedIn(dialog);
  await expect(list.getByRole('button', { name: /^Open/ })).toHaveCount(MODELS);
  return list;
}

/** As from the system's own list of files. */
async function drop(page: Page, files: readonly string[]): Promise<void> {
  const input = await page.evaluateHandle(() => {
    const made = document.createElement('input');
    made.type = 'file';
    made.multiple = true;
    return made;
  });
  await input.setInputFiles([...files]);
  const dataTransfer = await input.evaluateHandle(({ files: chosen }) => {
    const made = new DataTransfer();
    for (const file of chosen ?? []) made.items.add(file);
    return made;
  });
  await page.locator('body').dispatchEvent('dragover', { dataTransfer });
  await page.locator('body').dispatchEvent('drop', { dataTransfer });
}

test('of a folder one after the other is opened by one press, and kept', async ({ page }, testInfo) => {
  const prompt = 'Once upon a time there was a small';
  await openPage(page);
  const expected = await greedyText(page, prompt);
  const list = await openFolder(page, onDisk(testInfo));
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await expect(dialog.getByText(`quants holds ${MODELS} models`)).toBeInViewport();
  const row = (words: string) => list.getByRole('listitem').filter({ hasText: words });
  await expect(row('the largest that is likely to fit').locator('strong')).toHaveText(['wide.gguf']);
  await expect(row('parts/nucleus-00001-of-00002.gguf')).toContainText(/and 1 more · 6[.,]\d MB/);
  expect(await complaints(page, 'dialog[open]')).toEqual([]);
  await openOf(list, 'nucleus.gguf').press('Enter');
  await inUse(page, 'nucleus', /f16 /);
  await expect(dialog).toBeHidden();
  expect(await greedyText(page, prompt)).toBe(expected);

  await openModels(page);
  await expect(list.getByRole('listitem').filter({ hasText: 'in use' }).locator('strong')).toHaveText(['nucleus.gguf']);
  await expect(storedIn(dialog).getByRole('listitem').filter({ hasText: 'nucleus 6' })).toContainText('in use');
  await openOf(list, 'parts/nucleus-00001-of-00002.gguf').click();
  await inUse(page, 'parts-nucleus-00001-of-00002', /f16 /);
  await expect(dialog).toBeHidden();
  expect(await greedyText(page, prompt)).toBe(expected);

  await openModels(page);
  await dialog.getByRole('button', { name: 'Close the list' }).click();
  await expect(list).toBeHidden();
  await expect(dialog.getByRole('button', { name: 'Open a folder' })).toBeFocused();
  await page.reload();
  await inUse(page, 'parts-nucleus-00001-of-00002', /f16 /);
});

test('what is wrong with one of a folder is said in its place, and the model in use stays', async ({
  page,
}, testInfo) => {
  await beforeWorker(page, smallLimits);
  await openPage(page);
  const folder = onDisk(testInfo);
  const list = await openFolder(page, folder);
  const wrong = async (file: string, words: RegExp): Promise<Locator> => {
    await openOf(list, file).click();
    const trouble = rowOf(list, file);
    await expect(trouble).toContainText(words);
    await expect(trouble).toBeFocused();
    await expect(page.locator('dialog[open]').getByText(words)).toHaveCount(1);
    await expect(list.getByRole('button', { name: /^Open/ })).toHaveCount(MODELS);
    await expect(modelButton(page)).toHaveAccessibleName(/^Model: nucleus-3m/);
    return trouble;
  };
  const unknown = await wrong('unknown.gguf', /Models of the type "sphinx" do not run here/);
  expect(await complaints(page, 'dialog[open]')).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(unknown).toBeHidden();
  await expect(openOf(list, 'unknown.gguf')).toBeFocused();
  const damaged = await wrong('damaged.gguf', /The file damaged\.gguf .*is damaged/);
  await damaged.getByRole('button', { name: 'Try again' }).click();
  await wrong('wide.gguf', /This model needs more than the graphics adapter allows/);
  await expect(damaged).toBeHidden();

  rmSync(join(folder, 'nucleus.gguf'));
  const gone = await wrong('nucleus.gguf', /The file nucleus\.gguf cannot be read any more: .* Open it again/);
  await gone.getByRole('button', { name: 'Choose another model' }).click();
  await expect(gone).toBeHidden();
  await expect(openOf(list, 'nucleus.gguf')).toBeFocused();
  rmSync(join(folder, 'parts/nucleus-00002-of-00002.gguf'));
  await page.getByLabel('Folder of a model').setInputFiles(folder);
  await expect(list.getByRole('listitem')).toHaveCount(MODELS - 1);
  await openOf(list, 'parts/nucleus-00001-of-00002.gguf').click();
  await expect(rowOf(list, 'parts/nucleus-00001-of-00002.gguf')).toContainText(
    /The file nucleus-00002-of-00002\.gguf is missing/,
  );
});

/** Files and folders by their paths, dropped by the browser itself. */
async function dropPaths(page: Page, ...files: string[]): Promise<void> {
  const client = await page.context().newCDPSession(page);
  const at = { x: 200, y: 200, data: { items: [], files, dragOperationsMask: 1 } };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await client.send('Input.dispatchDragEvent', { type, ...at });
  await client.detach();
}

test('a folder that is dropped is read with the folders in it; an empty one says so', async ({ page }, testInfo) => {
  await openPage(page);
  const folder = onDisk(testInfo);
  const empty = testInfo.outputPath('empty');
  mkdirSync(empty);
  await dropPaths(page, empty);
  const nothing = page.getByRole('dialog', { name: 'Nothing to open' });
  await expect(nothing).toContainText('there is no file that can be read');
  await page.keyboard.press('Escape');
  await expect(nothing).toBeHidden();
  await dropPaths(page, folder);
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await expect(dialog.getByText(`quants holds ${MODELS} models`)).toBeInViewport();
  await openOf(openedIn(dialog), 'parts/nucleus-00001-of-00002.gguf').click();
  await inUse(page, 'parts-nucleus-00001-of-00002', /f16 /);
  await expect(dialog).toBeHidden();
});

test('several files that are dropped are listed, and one that is asks first', async ({ page }, testInfo) => {
  await openPage(page);
  const folder = onDisk(testInfo);
  const dropped = ['nucleus.gguf', 'wide.gguf', 'mmproj-nucleus.gguf'].map(name => join(folder, name));
  await drop(page, dropped);
  const dialog = page.getByRole('dialog', { name: 'Models' });
  const list = openedIn(dialog);
  await expect(list.getByRole('button', { name: /^Open/ })).toHaveCount(2);
  await expect(dialog.getByText('These files hold 2 models')).toBeInViewport();
  expect(await complaints(page, 'dialog[open]')).toEqual([]);
  await dialog.getByRole('checkbox', { name: 'keep a copy in this browser' }).uncheck();
  await openOf(list, 'nucleus.gguf').click();
  await inUse(page, 'nucleus', /f16 /);
  await expect(dialog).toBeHidden();

  await drop(page, dropped.slice(1));
  const ask = page.getByRole('dialog', { name: 'Open these files' });
  await ask.getByRole('button', { name: 'Not now' }).click();
  await openModels(page);
  await expect(list.getByRole('listitem').filter({ hasText: 'in use' }).locator('strong')).toHaveText(['nucleus.gguf']);
  await expect(storedIn(dialog).getByRole('button', { name: 'Delete nucleus-3m' })).toBeVisible();
  await expect(storedIn(dialog).getByRole('listitem')).toHaveCount(1);
  // Where the dialog is open, what is dropped next is listed in the place of these.
  await drop(
    page,
    ['nucleus.gguf', 'unknown.gguf', 'damaged.gguf'].map(name => join(folder, name)),
  );
  await expect(list.getByRole('listitem')).toHaveCount(3);
});

test('one that is on its way is told in its row, is called off there, and comes behind a closed dialog', async ({
  page,
}, testInfo) => {
  await beforeWorker(page, () => {
    const read = Blob.prototype.arrayBuffer;
    const gate: { held?: Promise<void> } = globalThis as object;
    Blob.prototype.arrayBuffer = async function () {
      await gate.held;
      return read.call(this);
    };
  });
  await openPage(page);
  const list = await openFolder(page, onDisk(testInfo));
  const worker = await engineWorker(page);
  const hold = () =>
    worker.evaluate(() => {
      const held = new Promise<void>(release => Object.assign(globalThis, { release }));
      Object.assign(globalThis, { held });
    });
  const release = () => worker.evaluate(() => (globalThis as unknown as { release(): void }).release());
  const button = openOf(list, 'nucleus.gguf');
  const way = rowOf(list, 'nucleus.gguf');
  await hold();
  await button.press('Enter');
  await expect(way).toBeFocused();
  await expect(way.getByRole('progressbar', { name: 'Loading nucleus' })).toBeVisible();
  for (const other of await list.getByRole('button', { name: /^Open/ }).all()) await expect(other).toBeDisabled();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await release();
  await expect(way).toBeHidden();
  await expect(button).toBeFocused();
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: nucleus-3m/);

  await hold();
  await button.press('Enter');
  await expect(way).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await release();
  await inUse(page, 'nucleus', /f16 /);
});

test('on a phone the list of a folder is as wide as the page @phone', async ({ page }, testInfo) => {
  await openPage(page);
  const list = await openFolder(page, onDisk(testInfo));
  await openOf(list, 'unknown.gguf').click();
  await expect(rowOf(list, 'unknown.gguf')).toBeFocused();
  await expect.poll(() => widerThanTheirBox(page)).toEqual([]);
  await openOf(list, 'nucleus.gguf').click();
  await inUse(page, 'nucleus', /f16 /);
});
