// Several GGUF models of a repository: the look at one of them before its download, by keyboard, and what goes wrong with it in its place.

import { complaints } from '../support/axe.ts';
import { beforeWorker, smallLimits } from '../support/faults.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { inUse, lookAt, openWithoutModel } from '../support/open-model.ts';
import { modelButton, openModels, openPage, setHub } from '../support/page.ts';
import { SEVERAL as FILES, WHOLE as whole, widerThanTheirBox } from '../support/several-models.ts';
import { expect, type Locator, type Page, engineTest as test } from '../support/tests.ts';

const NAMES = Object.keys(FILES);

let hub: HubServer;
test.beforeEach(async ({ page }) => {
  hub = await startHubServer({ models: { 'acme/several': FILES } });
  await setHub(page, hub.url);
});
test.afterEach(() => hub.close());

const listIn = (dialog: Locator) => dialog.getByRole('list', { name: 'Models of the repository' });
const buttonOf = (list: Locator, file: string) => list.getByRole('button', { name: `Look at ${file}`, exact: true });
const lookIn = (list: Locator, file: string) => list.getByRole('region', { name: file, exact: true });

async function choose(page: Page): Promise<Locator> {
  const list = listIn(await lookAt(page, 'acme/several'));
  await expect(list.getByRole('button', { name: /^Look at/ })).toHaveCount(NAMES.length);
  return list;
}

test('a look fetches the header alone, and leaving it asks the network for nothing', async ({ page }) => {
  await openPage(page);
  const list = await choose(page);
  const marked = list.getByRole('listitem').filter({ hasText: 'the largest that is likely to fit' });
  await expect(marked.locator('strong')).toHaveText(['wide.gguf']);
  await buttonOf(list, 'nucleus.gguf').press('Enter');
  const look = lookIn(list, 'nucleus.gguf');
  await expect(look).toContainText(/acme\/several:nucleus\.gguf: 3[.,]\d.M parameters, f16.*GPU memory/);
  await expect(look).toBeFocused();
  expect(await complaints(page, 'dialog[open]')).toEqual([]);
  const ranges = hub.requests.filter(({ path }) => path.endsWith('nucleus.gguf')).map(({ range }) => range);
  const ends = ranges.map(range => Number(/^bytes=\d+-(\d+)$/.exec(range)?.[1]));
  expect(ends.length).toBeGreaterThan(0);
  for (const end of ends) expect(end).toBeLessThan(whole.length / 4);
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: nucleus-3m/);

  const asked = hub.requests.length;
  await page.keyboard.press('Tab');
  await expect(look.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(look).toBeHidden();
  await expect(buttonOf(list, 'nucleus.gguf')).toBeFocused();
  await buttonOf(list, 'wide.gguf').click();
  await lookIn(list, 'wide.gguf').getByRole('button', { name: 'Not now' }).click();
  await expect(buttonOf(list, 'wide.gguf')).toBeFocused();
  await expect(list.getByRole('button', { name: /^Look at/ })).toHaveCount(NAMES.length);
  const after = hub.requests.slice(asked).filter(({ path }) => !path.endsWith('wide.gguf'));
  expect(after.map(({ path }) => path)).toEqual(['/api/models/acme/several/revision/main']);
  // The list is a part of the dialog, which the next Escape closes.
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
});

test('a look is stopped, and another one takes its place', async ({ page }) => {
  await openWithoutModel(page);
  const list = await choose(page);
  hub.fault({ path: 'nucleus.gguf', stallAfter: 10 });
  const button = buttonOf(list, 'nucleus.gguf');
  const look = lookIn(list, 'nucleus.gguf');
  for (const stop of [
    () => look.getByRole('button', { name: 'Stop looking' }).click(),
    () => page.keyboard.press('Escape'),
  ]) {
    await button.click();
    await expect(look).toContainText('Looking at the files…');
    await stop();
    await expect(look).toBeHidden();
    await expect(button).toBeFocused();
  }
  await button.click();
  await expect(look).toBeVisible();
  await buttonOf(list, 'wide.gguf').click();
  await expect(lookIn(list, 'wide.gguf')).toBeFocused();
  await expect(look).toBeHidden();
});

test('what is wrong with one is said in its place, and the others are still there', async ({ page }) => {
  await beforeWorker(page, smallLimits);
  await openWithoutModel(page);
  const list = await choose(page);
  const wrong = async (file: string, words: RegExp): Promise<Locator> => {
    await buttonOf(list, file).click();
    const look = lookIn(list, file);
    await expect(look).toContainText(words);
    await expect(look).toBeFocused();
    await expect(list.getByRole('button', { name: /^Look at/ })).toHaveCount(NAMES.length);
    await expect(list.getByRole('region')).toHaveCount(1);
    return look;
  };
  const unknown = await wrong('unknown.gguf', /Models of the type "sphinx" do not run here/);
  await unknown.getByRole('button', { name: 'Choose another model' }).click();
  await expect(unknown).toBeHidden();
  await expect(buttonOf(list, 'unknown.gguf')).toBeFocused();
  await wrong('damaged.gguf', /The file damaged\.gguf .*is damaged/);
  const large = await wrong('wide.gguf', /A part of it takes .* in one piece, and this adapter allows 197 kB at most/);
  await expect(large.getByRole('button', { name: /^Download/ })).toBeDisabled();

  hub.fault({ path: 'nucleus.gguf', status: 403, times: 1 });
  const refused = await wrong('nucleus.gguf', /acme\/several.* is gated, private, or not there/);
  await page.keyboard.press('Escape');
  await expect(refused).toBeHidden();
  await wrong('nucleus.gguf', /and the limits of this adapter allow it/);
});

test('without a network the list stays, and the look goes on once there is one', async ({ page }) => {
  await openWithoutModel(page);
  const list = await choose(page);
  const off = page.getByRole('checkbox', { name: 'No network' });
  // The switch shows what is kept, once it is.
  await off.click();
  await expect(off).toBeChecked();
  await buttonOf(list, 'nucleus.gguf').click();
  const look = lookIn(list, 'nucleus.gguf');
  await expect(look).toContainText('No network is switched on');
  await expect(look).toBeFocused();
  await off.click();
  await expect(off).not.toBeChecked();
  await look.getByRole('button', { name: 'Try again' }).click();
  await expect(look).toContainText(/Download 6[.,]\d MB/);
  await expect(look).toBeFocused();
});

test('a load that finds several leaves them to choose from, and the dialog closes when one of them is there', async ({
  page,
}) => {
  hub.update('acme/several', { 'nucleus.gguf': whole });
  await openWithoutModel(page);
  await (await lookAt(page, 'acme/several')).getByRole('button', { name: /^Download/ }).click();
  await inUse(page, 'acme/several', /f16 /);
  hub.update('acme/several', FILES);
  const dialog = await openModels(page);
  await dialog.getByRole('button', { name: 'Look for an update of acme/several' }).click();
  await dialog.getByRole('button', { name: 'Update', exact: true }).click();
  const list = listIn(dialog);
  await buttonOf(list, 'nucleus.gguf').click();
  const look = lookIn(list, 'nucleus.gguf');
  await expect(look).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(buttonOf(list, 'nucleus.gguf')).toBeFocused();
  await buttonOf(list, 'nucleus.gguf').click();
  await look.getByRole('button', { name: /^Download/ }).click();
  await inUse(page, 'acme/several:nucleus.gguf', /f16 /);
  await expect(dialog).toBeHidden();
});

test('on a phone the list and a look are as wide as the page @phone', async ({ page }) => {
  await openWithoutModel(page);
  const list = await choose(page);
  await buttonOf(list, 'nucleus.gguf').click();
  const look = lookIn(list, 'nucleus.gguf');
  await expect(look).toContainText(/Download 6[.,]\d MB/);
  await expect.poll(() => widerThanTheirBox(page)).toEqual([]);
  await look.getByRole('button', { name: /^Download/ }).click();
  await inUse(page, 'acme/several:nucleus.gguf', /f16 /);
});
