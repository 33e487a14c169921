// The way to a model breaks: not there, not allowed, too often, cut, offline. What has come is kept, the text always.

import { alertsOf, goesOn, retryAtOnce, says, smallModel, write } from '../support/faults.ts';
import { type Fault, type HubServer, startHubServer } from '../support/hub-server.ts';
import { lookAt } from '../support/open-model.ts';
import { closeDialog, modelButton, openModels, openPage, setHub } from '../support/page.ts';
import { expect, engineTest as test } from '../support/tests.ts';

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

/** The weights from their first byte on, and what goes on from a later one; looks at their header end somewhere. */
const FROM_THE_START = { path: 'model.safetensors', range: /^(?:bytes=0-)?$/ };
const GOING_ON = { path: 'model.safetensors', range: /^bytes=[1-9]\d*-$/ };

/** What the Hub answers to a look, and what the page makes of it; the page stays open from one to the next. */
const REFUSALS: Readonly<Record<string, { readonly name: string; readonly fault?: Fault; readonly words: RegExp }>> = {
  '404: the revision is not there': {
    name: 'owner/small@nowhere',
    words: /owner\/small.*was not found.*Check the name and the revision/,
  },
  '404: the file is listed and not there': {
    name: 'owner/small',
    fault: { path: 'tokenizer.json', status: 404 },
    words: /tokenizer\.json.*was not found/,
  },
  'a repository that is not there, or not for everybody': {
    name: 'owner/nowhere',
    words: /The model owner\/nowhere was not found.*Check the name/,
  },
  '401: gated': {
    name: 'owner/secret',
    fault: { status: 401, headers: { 'X-Error-Code': 'GatedRepo' } },
    words: /owner\/secret is gated: ask for access on the model's page.*access token/,
  },
  'a web page in place of the weights': {
    name: 'owner/small',
    fault: { path: 'model.safetensors', body: '<!doctype html><title>Sign in</title>' },
    words: /model\.safetensors is damaged.*web page/,
  },
};

test('a look that is refused says why, whatever the Hub answers, and the model in use runs on', async ({ page }) => {
  for (const [title, { name, fault, words }] of Object.entries(REFUSALS)) {
    await test.step(title, async () => {
      hub.clearFaults();
      if (fault !== undefined) hub.fault(fault);
      await write(page);
      await lookAt(page, name);
      await says(page, words);
      await goesOn(page);
    });
  }
  await test.step('a name that is none', async () => {
    hub.clearFaults();
    await write(page);
    await lookAt(page, 'just a name');
    await says(page, /just a name.*is not a model name.*owner\/name/);
    // A name without an owner can be one.
    const dialog = page.getByRole('dialog', { name: 'Models' });
    await dialog.getByRole('textbox', { name: 'Model name on the Hub' }).fill('just-a-name');
    await dialog.getByRole('button', { name: 'Look at it' }).click();
    await says(page, /The model just-a-name was not found/);
    await goesOn(page);
  });
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
  hub.fault({ ...FROM_THE_START, cutAfter: 17_500_000, times: 1 });
  await dialog.getByRole('button', { name: /^Download/ }).click();
  await expect(modelButton(page)).toHaveAccessibleName(/owner\/large, f32/);
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
  hub.fault({ ...FROM_THE_START, cutAfter: 17_500_000, times: 1 });
  const broken = hub.fault({ ...GOING_ON, cutAfter: 0 });
  await dialog.getByRole('button', { name: /^Download/ }).click();
  await says(page, /connection broke while fetching model\.safetensors.*try again; what has arrived is kept/);
  broken();
  hub.requests.length = 0;
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(modelButton(page)).toHaveAccessibleName(/owner\/large, f32/);
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
