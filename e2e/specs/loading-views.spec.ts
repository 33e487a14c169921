// Parts of the page are fetched when they are needed: once, with a way on where one does not come, and nothing is lost that a person does before.

import { heldRequests } from '../support/held-requests.ts';
import { openPage, setCaret, setText, textOf } from '../support/page.ts';
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

test('keys that are struck before anybody listens to them do what they do, once the page listens', async ({ page }) => {
  const arrive = await heldRequests(page, /\/assets\/Shortcuts-.*\.js$/);
  await openPage(page);
  await setCaret(page, 6);
  await page.keyboard.press('Alt+ArrowDown');
  const card = page.getByRole('dialog', { name: /^Token space upon, / });
  await expect(card).toBeHidden();
  arrive();
  await expect(card).toBeVisible();
});

test('a file that is dropped before the page takes files does not take its place; a dragged text is left to the browser', async ({
  page,
}) => {
  const arrive = await heldRequests(page, /\/assets\/Drop-.*\.js$/);
  await openPage(page);
  /** Who asks the browser not to do what it does by itself. */
  const refused = (kind: 'file' | 'text', name: 'dragover' | 'drop') =>
    page.evaluate(
      ([what, type]) => {
        const dataTransfer = new DataTransfer();
        if (what === 'file') dataTransfer.items.add(new File(['{}'], 'notes.json'));
        else dataTransfer.setData('text/plain', 'words');
        return !document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      },
      [kind, name] as const,
    );
  for (const name of ['dragover', 'drop'] as const) {
    expect(await refused('file', name)).toBe(true);
    expect(await refused('text', name)).toBe(false);
  }
  arrive();
  // The part that takes files refuses the browser as well, and asks what they are for.
  await expect
    .poll(async () => {
      await refused('file', 'dragover');
      return page.getByText('Drop the files of a model, or an exported run').count();
    })
    .toBeGreaterThan(0);
});
