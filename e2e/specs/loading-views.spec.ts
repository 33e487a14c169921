// Views are fetched when they are opened: once, with a way on where one does not come.

import { openPage, setText, textOf } from '../support/page.ts';
import { expect, test } from '../support/tests.ts';

test('a view is fetched when it is first opened, and once', async ({ page }) => {
  const fetched: string[] = [];
  page.on('request', request => {
    if (/\/assets\/Lens-.*\.js$/.test(request.url())) fetched.push(request.url());
  });
  await openPage(page);
  expect(fetched).toEqual([]);
  for (const name of ['Lens', 'Token', 'Lens']) {
    await page.getByRole('tab', { name, exact: true }).click();
    await expect(page.getByRole('region', { name, exact: true }).first()).toBeVisible();
  }
  expect(fetched).toHaveLength(1);
});

test('a view or a dialog that cannot be fetched says so, and comes when it is tried again; the text stays', async ({
  page,
}) => {
  let offline = true;
  await page.route(/\/assets\/(Lens|Models)-.*\.js$/, route => (offline ? route.abort() : route.continue()));
  await openPage(page);
  await setText(page, 'A text of mine');
  await page.getByRole('tab', { name: 'Lens', exact: true }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'Lens could not be fetched' });
  await expect(failure).toBeVisible();
  await failure.getByRole('button', { name: 'Try again' }).click();
  await expect(failure).toBeVisible();
  offline = false;
  await failure.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('region', { name: 'Lens', exact: true })).toBeVisible();
  await expect(failure).toHaveCount(0);

  offline = true;
  await page
    .getByRole('button', { name: /nucleus-3m/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await expect(dialog.getByRole('alert')).toContainText('Models could not be fetched');
  offline = false;
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  await expect(dialog.getByText('nucleus-3m').first()).toBeVisible();
  expect(await textOf(page)).toBe('A text of mine');
});
