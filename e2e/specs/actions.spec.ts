// Keys, the dialog that lists them, and the palette: one registry seen from its three sides.
import { complaints } from '../support/axe.ts';
import { numberField, openPage, textArea, textOf } from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

const palette = (page: Page): Locator => page.getByRole('dialog', { name: 'Actions', exact: true });
const options = (page: Page): Locator => palette(page).getByRole('option');

async function find(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(palette(page).getByRole('combobox')).toBeFocused();
  await page.keyboard.type(words);
}

test('keys struck before the page listens for them are not lost, and what the browser has done of its own is not done again', async ({
  page,
}) => {
  let send = (): void => {};
  const mayCome = new Promise<void>(resolve => {
    send = resolve;
  });
  await page.route(/\/assets\/Shortcuts-[^/]*\.js$/, async route => {
    await mayCome;
    await route.continue();
  });
  await openPage(page);
  const first = await textOf(page);
  await textArea(page).press('End');
  await page.keyboard.type(' one');
  await page.keyboard.press('ControlOrMeta+z');
  const undone = await textOf(page);
  await page.keyboard.press('Alt+2');
  await page.keyboard.press('F6');
  await expect(textArea(page)).toBeFocused();
  send();
  await expect(page.getByRole('tab', { name: 'Chat', exact: true })).toHaveAttribute('aria-selected', 'true');
  await expect(textArea(page)).not.toBeFocused();
  expect(await textOf(page)).toBe(undone);
  expect(undone.startsWith(first)).toBe(true);
});

test('the palette finds actions, documents and models by words, does them with Enter and says what cannot be done', async ({
  page,
}) => {
  await openPage(page);
  await textArea(page).focus();
  await find(page, 'tint entr');
  await expect(options(page)).toHaveText([/^Tint by entropy/]);
  await page.keyboard.press('Enter');
  await expect(palette(page)).toBeHidden();
  await expect(textArea(page)).toBeFocused();
  await expect(page.getByRole('combobox', { name: 'Tint' })).toHaveValue('entropy');

  // What was done last comes first; what cannot be done stays, and says why.
  await find(page, '');
  await expect(options(page).first()).toContainText('Tint by entropy');
  await expect(options(page).first()).toContainText('It is so');
  await page.keyboard.press('Enter');
  await expect(palette(page)).toBeVisible();
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(3000);
  expect(await complaints(page)).toEqual([]);
  await page.keyboard.type('load nucleus');
  await expect(options(page)).toHaveText([/^Load nucleus-3m.*It is in use/]);
  await page.keyboard.press('Escape');
  await expect(palette(page)).toBeHidden();

  // Another document, and back.
  const first = await textOf(page);
  await textArea(page).press('End');
  await page.keyboard.type(' fox');
  await expect(textArea(page)).toHaveValue(`${first} fox`);
  await page.keyboard.press('Alt+n');
  await expect(textArea(page)).toHaveValue('');
  await find(page, 'open once');
  await expect(options(page)).toHaveText([/^Open: Once upon a time/]);
  await options(page).first().click();
  await expect(textArea(page)).toHaveValue(`${first} fox`);
});

test('keys open views and settings, write in fields, and are listed as they are bound', async ({ page }) => {
  await openPage(page);
  await textArea(page).focus();
  const tabs = page.getByRole('tablist', { name: 'Views' }).getByRole('tab');
  for (const at of [2, 4, 0]) {
    await page.keyboard.press(`Alt+${at + 1}`);
    await expect(tabs.nth(at)).toHaveAttribute('aria-selected', 'true');
  }
  await expect(textArea(page)).toBeFocused();
  await page.keyboard.press('Alt+3');
  await page.keyboard.press('Alt+t');
  await expect(numberField(page, 'Temperature')).toBeFocused();

  // In a field a sign is a sign.
  await textArea(page).press('End');
  await page.keyboard.type('?');
  await expect(textArea(page)).toHaveValue(/\?$/);
  await textArea(page).evaluate(field => field.blur());
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys', exact: true });
  await expect(keys.getByRole('region', { name: 'View', exact: true })).toContainText(/Alt 2\s*View: Chat/);
  await expect(keys.getByRole('region', { name: 'In the message of a chat' })).toContainText('Send the message');
  await expect(keys.getByRole('region', { name: 'Run', exact: true })).toContainText(/Ctrl ↵\s*Run/);
  await keys.getByRole('button', { name: 'Find an action' }).click();
  await expect(palette(page).getByRole('combobox')).toBeFocused();
});
