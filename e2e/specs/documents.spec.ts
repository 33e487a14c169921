// Documents as a person has them: titles, a list, search, removal and the way back, what a killed tab and two tabs leave, keys, a phone.
import { readFile } from 'node:fs/promises';
import { complaints } from '../support/axe.ts';
import {
  neverEnds,
  openPage,
  runButton,
  setNumbers,
  setText,
  sidewaysOf,
  step,
  textArea,
  textOf,
  undoButton,
} from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

const panel = (page: Page): Locator => page.getByRole('dialog', { name: 'Documents' });
const rows = (page: Page): Locator => panel(page).getByRole('list', { name: 'Documents' }).getByRole('listitem');
const title = (page: Page): Locator => page.getByRole('button', { name: /^Title: / });

async function openPanel(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Documents', exact: true }).click();
  await expect(panel(page).getByRole('searchbox', { name: 'Search documents' })).toBeVisible();
  return panel(page);
}

async function rename(page: Page, to: string): Promise<void> {
  await title(page).click();
  const field = page.getByRole('textbox', { name: 'Title of the document' });
  await field.fill(to);
  await field.press('Enter');
  await expect(title(page)).toHaveText(to);
}

test('named, begun, searched, opened, copied, removed and brought back; each with its own Undo and settings', async ({
  page,
}) => {
  await openPage(page);
  await setText(page, 'The fox and the river');
  await expect(title(page)).toHaveText('The fox and the river');
  await expect(page).toHaveTitle('The fox and the river · Nucleus');
  await setNumbers(page, { Temperature: 1.3 });
  await step(page);
  const first = await textOf(page);
  await rename(page, 'Foxes');
  await page.keyboard.press('Alt+n');
  await expect(textArea(page)).toHaveValue('');
  await expect(title(page)).toHaveText('Untitled');
  await expect(textArea(page)).toBeFocused();
  await page.keyboard.type('A bear in the wood');
  await setNumbers(page, { Temperature: 0.5 });

  // An example takes the place of nothing that was written.
  await page.getByRole('list', { name: 'Examples' }).getByRole('button', { name: 'A capital' }).click();
  await expect(textArea(page)).toHaveValue(/capital of France/);

  await page.keyboard.press('Alt+o');
  await expect(rows(page)).toHaveCount(2);
  expect(await complaints(page)).toEqual([]);
  const search = panel(page).getByRole('searchbox', { name: 'Search documents' });
  await search.fill('RIVER');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toContainText('Foxes');
  await expect(rows(page).first()).toContainText('nucleus-3m');
  await rows(page).getByRole('button', { name: 'Open Foxes' }).click();
  await expect(panel(page)).toBeHidden();
  await expect(textArea(page)).toHaveValue(first);
  await expect(page.getByRole('spinbutton', { name: 'Temperature, number' })).toHaveValue('1.3');
  await undoButton(page).click();
  await expect(textArea(page)).toHaveValue('The fox and the river');

  await openPanel(page);
  await rows(page).getByRole('button', { name: 'Duplicate Foxes' }).click();
  await expect(rows(page)).toHaveCount(3);
  await rows(page).getByRole('button', { name: 'Delete A bear in the wood' }).click();
  await expect(rows(page)).toHaveCount(2);
  await panel(page).getByRole('button', { name: 'Bring it back' }).click();
  await expect(rows(page)).toHaveCount(3);
  // All of them as a file, which adds to what is there.
  const coming = page.waitForEvent('download');
  await panel(page).getByRole('button', { name: 'Export all' }).click();
  const file = await (await coming).path();
  const buffer = await readFile(file);
  await panel(page)
    .getByLabel('Files of documents')
    .setInputFiles([
      { name: 'all.nucleus.json', mimeType: 'application/json', buffer },
      { name: 'other.json', mimeType: 'application/json', buffer: Buffer.from('{}') },
    ]);
  await expect(panel(page)).toContainText('3 documents from all.nucleus.json. other.json holds no documents.');
  await expect(rows(page)).toHaveCount(6);
  await rows(page).getByRole('button', { name: 'Open A bear in the wood' }).first().click();
  await expect(textArea(page)).toHaveValue('A bear in the wood');
  await page.reload();
  await expect(textArea(page)).toHaveValue('A bear in the wood');
  await expect(page.getByRole('spinbutton', { name: 'Temperature, number' })).toHaveValue('0.5');
});

test('a tab that is killed in a run comes back with what the run had written', async ({ page, context }) => {
  await openPage(page);
  await setText(page, 'A long run');
  await setNumbers(page, { Length: 400 });
  await neverEnds(page);
  await runButton(page).click();
  await expect.poll(async () => (await textOf(page)).length).toBeGreaterThan(300);
  const seen = (await textOf(page)).slice(0, 200);
  // A token has a character or more.
  await expect.poll(async () => (await storedDocuments(page))[0] ?? 0).toBeGreaterThan(200);
  const crashed = page.waitForEvent('crash');
  await page.goto('chrome://crash').catch(() => {});
  await crashed;
  const again = await context.newPage();
  await again.goto('');
  await expect(textArea(again)).toHaveValue(new RegExp(`^${seen.replace(/[^\w\s]/g, '\\$&')}`));
});

test('two tabs with one document: one follows the other, and of two texts at once none is lost', async ({
  context,
}) => {
  const one = await context.newPage();
  await openPage(one);
  await setText(one, 'In both tabs');
  await expect.poll(() => storedDocuments(one)).toHaveLength(1);
  const two = await context.newPage();
  await openPage(two);
  await expect(textArea(two)).toHaveValue('In both tabs');
  await setText(one, 'In both tabs, from the first');
  await expect(textArea(two)).toHaveValue('In both tabs, from the first');
  // Neither hears of the other in time.
  await holdStore(one);
  await Promise.all([setText(one, 'What the first wrote'), setText(two, 'What the second wrote')]);
  await one.evaluate('letGo()');
  const notice = /changed in another tab at the same time/;
  await expect.poll(async () => (await one.getByText(notice).count()) + (await two.getByText(notice).count())).toBe(1);
  await expect.poll(() => storedDocuments(one)).toHaveLength(2);
  await one.reload();
  await two.reload();
  await expect(textArea(one)).toHaveValue('What the first wrote');
  await expect(textArea(two)).toHaveValue('What the second wrote');
});

/** Tokens of each document that is stored. */
function storedDocuments(page: Page): Promise<number[]> {
  return page.evaluate(
    () =>
      new Promise<number[]>((resolve, reject) => {
        const open = indexedDB.open('nucleus-page');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const entries = IDBKeyRange.bound('entry:', 'entry;');
          const asked = open.result.transaction('kept').objectStore('kept').getAll(entries);
          asked.onsuccess = () => {
            open.result.close();
            resolve(asked.result.map(({ tokens }: { readonly tokens: number }) => tokens));
          };
        };
      }),
  );
}

test('on a phone the list fits, and axe finds nothing in either theme @phone', async ({ page }) => {
  await openPage(page);
  await setText(page, 'A document with a rather long first line, so that it must be cut');
  await page.getByRole('button', { name: 'Documents', exact: true }).tap();
  await expect(rows(page).first()).toContainText('A document with a rather long');
  expect(await sidewaysOf(page)).toBe(0);
  expect(await complaints(page)).toEqual([]);
});

/** Until the page calls `letGo`, the browser writes nothing, and words that wait for a document wait on. */
function holdStore(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const { setTimeout: later } = window;
        const open = indexedDB.open('nucleus-page');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          let held = true;
          const store = open.result.transaction('kept', 'readwrite').objectStore('kept');
          const goOn = () => {
            if (held) store.get('').onsuccess = goOn;
          };
          goOn();
          const waits = (act: TimerHandler, ms?: number) => (ms === 2000 ? 0 : later(act, ms));
          const letGo = () => {
            held = false;
            open.result.close();
            window.setTimeout = later;
          };
          Object.assign(window, { letGo, setTimeout: waits });
          resolve();
        };
      }),
  );
}

test('what is typed while the one before is still written is of the new one; one that the browser cannot keep is not left without a word', async ({
  page,
}) => {
  await openPage(page);
  await holdStore(page);
  await setText(page, 'Kept before');
  await page.keyboard.press('Alt+n');
  await page.keyboard.type('Words that find no room');
  await expect(textArea(page)).toHaveValue('Kept before');
  await page.evaluate('letGo()');
  await expect(textArea(page)).toHaveValue('Words that find no room');
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await textArea(page).press('End');
  await page.keyboard.type(', and more');
  await page.keyboard.press('Alt+n');
  const asked = page.getByText('You are still in this document');
  await expect(asked).toBeVisible();
  await expect(textArea(page)).toHaveValue('Words that find no room, and more');
  expect(await complaints(page)).toEqual([]);
  await page.keyboard.press('Alt+o');
  await panel(page).getByRole('button', { name: 'Open Kept before' }).click();
  await expect(panel(page).getByText('You are still in this document')).toBeVisible();
  await panel(page).getByRole('button', { name: 'Lose it and go on' }).click();
  await expect(textArea(page)).toHaveValue('Kept before');
});
