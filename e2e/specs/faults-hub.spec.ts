// The way to a model breaks: not there, not allowed, too often, cut, offline. What has come is kept, the text always.
import { expect, test } from '@playwright/test';
import { alertsOf, goesOn, lookAt, retryAtOnce, says, smallModel, write } from '../support/faults.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { closeDialog, modelButton, openModels, openPage, setHub } from '../support/page.ts';

// Above one chunk of 16 MiB, so that a cut leaves something to go on from.
const LARGE = smallModel({ n_positions: 150_000 });
let hub: HubServer;
test.beforeAll(async () => {
  hub = await startHubServer({ models: { 'owner/small': smallModel(), 'owner/large': LARGE } });
});
test.afterAll(() => hub.close());
test.beforeEach(async ({ page }) => {
  hub.clearFaults();
  hub.requests.length = 0;
  await setHub(page, hub.url);
  await retryAtOnce(page);
  await openPage(page);
  await write(page);
});

/** Requests that a look at the header of the weights has taken: a load takes as many before it asks for all of them. */
const looks = () => hub.requests.filter(({ path }) => path.endsWith('model.safetensors')).length;

test('404: the revision is not there', async ({ page }) => {
  await lookAt(page, 'owner/small@nowhere');
  await says(page, /owner\/small.*was not found.*Check the name and the revision/);
  await goesOn(page);
});

test('404: the file is listed and not there', async ({ page }) => {
  hub.fault({ path: 'tokenizer.json', status: 404 });
  await lookAt(page, 'owner/small');
  await says(page, /tokenizer\.json.*was not found/);
  await goesOn(page);
});

test('a repository that is not there, or not for everybody', async ({ page }) => {
  await lookAt(page, 'owner/nowhere');
  await says(page, /The model owner\/nowhere was not found.*Check the name/);
  await goesOn(page);
});

test('401: gated', async ({ page }) => {
  hub.fault({ status: 401, headers: { 'X-Error-Code': 'GatedRepo' } });
  await lookAt(page, 'owner/secret');
  await says(page, /owner\/secret.*private, gated, or does not exist.*no access token/);
  await goesOn(page);
});

test('a name that is none', async ({ page }) => {
  await lookAt(page, 'just a name');
  await says(page, /just a name.*is not a model name.*owner\/name/);
  // A name without an owner can be one.
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await dialog.getByRole('textbox', { name: 'Model name on the Hub' }).fill('just-a-name');
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await says(page, /The model just-a-name was not found/);
  await goesOn(page);
});

test('429: waits, then goes on by itself; when it stays so, says to wait', async ({ page }) => {
  const end = hub.fault({ status: 429, headers: { 'Retry-After': '3' } });
  await lookAt(page, 'owner/small');
  await says(page, /asks for a pause after too many requests.*Wait/);
  end();
  hub.fault({ status: 429, times: 1 });
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByRole('button', { name: /^Download/ })).toBeEnabled();
  expect(await alertsOf(page)).toEqual([]);
  await goesOn(page);
});

test('a cut connection goes on from what has come', async ({ page }) => {
  await lookAt(page, 'owner/large');
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await expect(dialog.getByRole('button', { name: /^Download/ })).toBeEnabled();
  hub.fault({ path: 'model.safetensors', cutAfter: 17_500_000, times: looks() + 1 });
  await dialog.getByRole('button', { name: /^Download/ }).click();
  await expect(modelButton(page)).toHaveAccessibleName(/owner\/large, f32/, { timeout: 60_000 });
  const ranges = hub.requests.filter(({ path }) => path.endsWith('model.safetensors')).map(({ range }) => range);
  expect(ranges.at(-1)).toMatch(/^bytes=1\d{7}-/);
  expect(await alertsOf(page)).toEqual([]);
  await goesOn(page);
});

test('a connection that is cut again and again is given up with words, and Try again goes on from there', async ({
  page,
}) => {
  await lookAt(page, 'owner/large');
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await expect(dialog.getByRole('button', { name: /^Download/ })).toBeEnabled();
  hub.fault({ path: 'model.safetensors', cutAfter: 17_500_000, times: looks() + 1 });
  const broken = hub.fault({ path: 'model.safetensors', cutAfter: 0 });
  await dialog.getByRole('button', { name: /^Download/ }).click();
  await says(page, /connection broke while fetching model\.safetensors.*try again; what has arrived is kept/);
  broken();
  hub.requests.length = 0;
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(modelButton(page)).toHaveAccessibleName(/owner\/large, f32/, { timeout: 60_000 });
  const ranges = hub.requests.filter(({ path }) => path.endsWith('model.safetensors')).map(({ range }) => range);
  expect(ranges.every(range => range !== '')).toBe(true);
  expect(ranges.at(-1)).toMatch(/^bytes=1\d{7}-/);
  await goesOn(page);
});

test('offline: says so, and the model in use runs on', async ({ page, context }) => {
  // The dialog itself is fetched when it is first opened.
  await closeDialog(await openModels(page));
  await context.setOffline(true);
  await lookAt(page, 'owner/small');
  await says(page, /browser is offline/);
  await goesOn(page);
  await context.setOffline(false);
});

test('a web page in place of the weights', async ({ page }) => {
  hub.fault({ path: 'model.safetensors', body: '<!doctype html><title>Sign in</title>' });
  await lookAt(page, 'owner/small');
  await says(page, /model\.safetensors is damaged.*web page/);
  await goesOn(page);
});
