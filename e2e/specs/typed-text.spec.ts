// What has no shape can be typed in every field of one line, and means the same in each of them.

import { openPage, textArea } from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

/** Five ways to a line end. */
const LINE_ENDS = ['\\n', '↵', '\\x0a', '\\u000A', '\\u{a}'];

const tab = (page: Page, name: string): Locator => page.getByRole('tab', { name, exact: true });

/** Every way leads to the line end as the first token found. */
async function findsLineEnd(field: Locator, first: Locator): Promise<void> {
  for (const typed of LINE_ENDS) {
    await field.fill(typed);
    await expect(first, typed).toContainText('new line');
    await expect(field).toHaveAccessibleDescription(/\\n.*are read as what they stand for/);
  }
  await field.fill('');
}

test('a line end is found in every search for a token', async ({ page }) => {
  await openPage(page);
  const bias = page.getByRole('searchbox', { name: 'Find a token to bias' });
  const found = page.getByRole('list', { name: 'Tokens found' }).getByRole('button').first();
  await findsLineEnd(bias, found);

  const candidates = page.getByRole('searchbox', { name: 'Search the candidates by text or id' });
  await findsLineEnd(candidates, page.getByRole('grid', { name: 'Candidates' }).getByRole('row').nth(1));

  await tab(page, 'Text').click();
  await findsLineEnd(page.getByRole('searchbox', { name: 'Pin a token by text or id' }), found);

  await tab(page, 'Lens').click();
  await findsLineEnd(page.getByRole('searchbox', { name: 'Ask for another token' }), found);
});

test('a stop string and forced text are read so, and say what was read', async ({ page }) => {
  await openPage(page);
  const stop = page.getByRole('textbox', { name: 'New stop string' });
  await stop.fill('a·\\u{42}↵');
  await expect(page.getByTestId('reading')).toContainText('a·B↵');
  await stop.press('Enter');
  await expect(page.getByRole('button', { name: 'Remove the stop string a B\\n', exact: true })).toBeVisible();
  // Bytes of a part of a character are no text: they stay in the field, which says so.
  await stop.fill('\\xe4');
  await expect(page.getByTestId('reading')).toContainText('bytes of a part of a character');
  await stop.press('Enter');
  await expect(stop).toHaveValue('\\xe4');
  await stop.fill('');

  await tab(page, 'Branches').click();
  const before = await textArea(page).inputValue();
  await page.getByRole('textbox', { name: 'Text to force' }).fill('·fox\\n\\·');
  await page.getByRole('button', { name: 'Put it there' }).click();
  await expect(textArea(page)).toHaveValue(`${before} fox\n·`);
});
