// Models from the Hub, from the cache and from disk, on a server that speaks the Hub's URLs.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { greedyText, inUse, lookFor, openWithoutModel } from '../support/open-model.ts';
import {
  closeDialog,
  lockSeed,
  modelButton,
  modelReady,
  openModels,
  openPage,
  run,
  scored,
  setHub,
  setNumbers,
  textOf,
  tokensOf,
} from '../support/page.ts';
import {
  type Files,
  SHIPPED_FILES,
  SHIPPED_FOLDER,
  shardedModel,
  shippedModel,
  twoChunkModel,
} from '../support/page-models.ts';
import { expect, type Locator, type Page, engineTest as test } from '../support/tests.ts';

const FLOATS = /f(16|32) /;
const PROMPT = 'Once upon a time there was a small';
const TINY = 'acme/tiny';
const CHUNK = 16_777_216;

let hub: HubServer;
test.afterEach(() => hub?.close());

/** Opens the page with a Hub that holds these models. */
async function openWith(
  page: Page,
  models: Readonly<Record<string, Files>>,
  open: (page: Page) => Promise<void> = openPage,
): Promise<void> {
  hub = await startHubServer({ models });
  await setHub(page, hub.url);
  await open(page);
}

/** Types a name and waits for the look at its files. */
async function inspect(dialog: Locator, name: string): Promise<void> {
  await lookFor(dialog, name);
  await expect(dialog.getByText(/of GPU memory, and the limits of this adapter allow it/)).toBeVisible();
}

/** The dialog closes by itself once the model is there. */
async function download(page: Page, dialog: Locator, name: string): Promise<void> {
  await inspect(dialog, name);
  await dialog.getByRole('button', { name: /^Download / }).click();
  await inUse(page, name, FLOATS);
  await expect(dialog).toBeHidden();
}

function stored(dialog: Locator): Locator {
  return dialog.getByRole('region', { name: 'Stored in this browser' });
}

/** Paths of the weights asked for since `from`. */
function weightRequests(from = 0): string[] {
  return hub.requests
    .slice(from)
    .filter(({ path }) => path.endsWith('.safetensors'))
    .map(({ path, range }) => `${path.split('/').at(-1)} ${range}`);
}

test('a model of the Hub is looked at before its download, and later loads ask the Hub for nothing', async ({
  page,
}) => {
  await openWith(page, { [TINY]: shippedModel() });
  const expected = await greedyText(page, PROMPT);
  const dialog = await openModels(page);
  await inspect(dialog, TINY);
  // Every file with its size, the parameters, and only the header of the weights was fetched.
  const files = dialog.getByRole('table');
  for (const name of SHIPPED_FILES) await expect(files.getByRole('rowheader', { name, exact: true })).toBeVisible();
  await expect(files.getByRole('row', { name: /^model\.safetensors 6\.3 MB$/ })).toBeVisible();
  await expect(dialog.getByText(/3\.2 M parameters, F16, context 512\. It needs/i)).toBeVisible();
  for (const { path, range } of hub.requests.filter(request => request.path.endsWith('model.safetensors'))) {
    expect(path).toContain(TINY);
    const [first = 0, last = Number.POSITIVE_INFINITY] = range.match(/\d+/g)?.map(Number) ?? [];
    expect(last - first).toBeLessThan(100_000);
  }
  expect(hub.requests.length).toBeGreaterThan(0);

  await dialog.getByRole('button', { name: 'Download 6.4 MB' }).click();
  await inUse(page, TINY, FLOATS);
  await expect(dialog).toBeHidden();
  await openModels(page);
  await expect(dialog.getByRole('region', { name: 'In use' })).toContainText(
    `commit ${hub.commit(TINY).slice(0, 8)} · cached here`,
  );
  await closeDialog(dialog);
  expect(await greedyText(page, PROMPT)).toBe(expected);

  const asked = hub.requests.length;
  await openModels(page);
  await dialog.getByRole('button', { name: 'Load nucleus-3m', exact: true }).click();
  await inUse(page, 'nucleus-3m', FLOATS);
  await openModels(page);
  await dialog.getByRole('button', { name: `Load ${TINY} from the cache` }).click();
  await inUse(page, TINY, FLOATS);
  await expect(dialog).toBeHidden();
  await page.reload();
  await inUse(page, TINY, FLOATS);
  expect(await greedyText(page, PROMPT)).toBe(expected);
  expect(hub.requests.slice(asked)).toEqual([]);
});

test('the model that ships comes from the cache the second time', async ({ page }) => {
  await openPage(page);
  const asked: string[] = [];
  page.context().on('request', request => {
    const { range = 'whole' } = request.headers();
    if (request.url().endsWith('.safetensors')) asked.push(range);
  });
  await page.reload();
  await modelReady(page);
  // A look at its size tells whether the page has a newer one; none of its bytes are read.
  expect(asked.filter(range => range !== 'bytes=0-0')).toEqual([]);
});

test('a cancelled download keeps what has arrived, and going on fetches only the rest', async ({ page }) => {
  const BIG = 'acme/two-chunks';
  const files = twoChunkModel();
  const total = Object.values(files).reduce((sum, file) => sum + Buffer.byteLength(file), 0);
  const small = total - Buffer.byteLength(files['model.safetensors'] ?? '');
  await openWith(page, { [BIG]: files });
  const dialog = await openModels(page);
  await inspect(dialog, BIG);
  const removeFault = hub.fault({ path: 'model.safetensors', stallAfter: CHUNK + 300_000 });
  await dialog.getByRole('button', { name: /^Download 24\.\d MB/ }).click();
  const progress = dialog.getByRole('progressbar', { name: `Loading ${BIG}` });
  await expect(progress).toBeVisible();
  await expect(dialog.getByText(`Downloading · ${BIG}`)).toBeVisible();
  await expect(dialog.getByText(/1\d\.\d MB of 24\.\d MB/)).toBeVisible();
  // Bytes behind a chunk count once it is stored.
  const share = async () => Number(await progress.getAttribute('value'));
  await expect.poll(share).toBeGreaterThanOrEqual((CHUNK + small) / total);
  expect(await share()).toBeLessThan(1);
  await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
  // The model before has made room by then; the page says how to go on.
  await closeDialog(dialog);
  await expect(page.getByText('nucleus-3m had made room. Your text is kept.')).toBeVisible();
  removeFault();
  await page.getByRole('button', { name: 'Load it again', exact: true }).click();
  await inUse(page, 'nucleus-3m', /f16/);

  await openModels(page);
  await expect(stored(dialog)).toContainText('incomplete, the download can go on');
  const asked = hub.requests.length;
  await dialog.getByRole('button', { name: `Load ${BIG} from the cache` }).click();
  await inUse(page, BIG, FLOATS);
  const ranges = weightRequests(asked).map(line => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));
  expect(ranges.filter(first => first >= CHUNK)).toHaveLength(1);
  // What comes before it is the header alone, not the first chunk again.
  for (const line of weightRequests(asked)) {
    const [first = 0, last = Number.POSITIVE_INFINITY] = line.match(/\d+/g)?.map(Number) ?? [];
    if (first < CHUNK) expect(last - first).toBeLessThan(100_000);
  }
  await expect(dialog).toBeHidden();
  await setNumbers(page, { Length: 2 });
  await run(page);
});

test('a stored model is verified, looked up for an update, updated and deleted', async ({ page }) => {
  await openWith(page, { [TINY]: shippedModel() }, openWithoutModel);
  const dialog = await openModels(page);
  await download(page, dialog, TINY);
  await openModels(page);
  await dialog.getByRole('button', { name: `Verify ${TINY}`, exact: true }).click();
  await expect(stored(dialog).getByText('Every byte is as it was stored.')).toBeVisible();
  const look = dialog.getByRole('button', { name: `Look for an update of ${TINY}`, exact: true });
  await look.click();
  await expect(stored(dialog).getByText('This is the newest version.')).toBeVisible();

  const before = hub.commit(TINY);
  hub.update(TINY, { ...shippedModel(), 'README.md': 'a new card' });
  const newer = hub.commit(TINY).slice(0, 8);
  expect(newer).not.toBe(before.slice(0, 8));
  await look.click();
  await expect(stored(dialog).getByText(`A newer version is there (${newer}).`)).toBeVisible();
  await stored(dialog).getByRole('button', { name: 'Update', exact: true }).click();
  await expect(dialog).toBeHidden();
  await openModels(page);
  await expect(dialog.getByRole('region', { name: 'In use' })).toContainText(`commit ${newer}`);
  await expect(stored(dialog).getByRole('listitem').filter({ hasText: TINY })).toContainText(newer);

  await dialog.getByRole('button', { name: 'Load nucleus-3m', exact: true }).click();
  await inUse(page, 'nucleus-3m', FLOATS);
  await openModels(page);
  await dialog.getByRole('button', { name: `Delete ${TINY}`, exact: true }).click();
  await dialog.getByRole('button', { name: `Yes, delete ${TINY}` }).click();
  await expect(stored(dialog).getByRole('listitem').filter({ hasText: TINY })).toHaveCount(0);
  // It is gone from the disk too: after a reload it is not listed.
  await page.reload();
  await modelReady(page);
  await openModels(page);
  await expect(stored(dialog).getByRole('listitem').filter({ hasText: 'nucleus-3m' })).toHaveCount(1);
  await expect(stored(dialog).getByRole('listitem').filter({ hasText: TINY })).toHaveCount(0);
});

test('owner/name@revision loads that revision', async ({ page }) => {
  await openWith(page, { [TINY]: shippedModel() }, openWithoutModel);
  const old = hub.commit(TINY);
  hub.update(TINY, { ...shippedModel(), 'config.json': '{"model_type":"gpt2"}' });
  const dialog = await openModels(page);
  await download(page, dialog, `${TINY}@${old}`);
  await openModels(page);
  await expect(dialog.getByRole('region', { name: 'In use' })).toContainText(`commit ${old.slice(0, 8)}`);
  expect(hub.requests.filter(({ path }) => path.includes(`/resolve/${old}/`)).length).toBeGreaterThan(0);
  expect(hub.requests.filter(({ path }) => path.includes(hub.commit(TINY)))).toEqual([]);
});

test('a name that is none says what a name looks like', async ({ page }) => {
  await openWith(page, {}, openWithoutModel);
  const dialog = await openModels(page);
  await dialog.getByRole('textbox', { name: 'Model name on the Hub' }).fill('no name at all');
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(dialog.getByRole('alert')).toContainText('owner/name');
  expect(hub.requests).toEqual([]);
});

test('what came of a name stands beside that name, and goes with it', async ({ page }) => {
  await openWith(page, { [TINY]: shippedModel() }, openWithoutModel);
  const dialog = await openModels(page);
  const byName = dialog.getByRole('region', { name: 'By name' });
  await inspect(dialog, TINY);
  await expect(byName.getByRole('button', { name: /^Download / })).toBeVisible();
  // Another name: the earlier model's button would download something else than what stands there.
  await dialog.getByRole('textbox', { name: 'Model name on the Hub' }).fill('no name at all');
  await expect(dialog.getByRole('button', { name: /^Download / })).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(dialog.getByRole('alert')).toHaveCount(1);
  await expect(byName.getByRole('alert')).toContainText('owner/name');
  // A name that is on offer too: its error is about what was typed.
  await dialog.getByRole('textbox', { name: 'Model name on the Hub' }).fill('openai-community/gpt2');
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(byName.getByRole('alert')).toContainText(/not found|private/);
  await expect(byName.getByRole('alert')).not.toContainText('kept');
  await expect(dialog.getByRole('alert')).toHaveCount(1);
});

test('title and close button of the dialog stay in sight, however far its body is scrolled', async ({ page }) => {
  await page.setViewportSize({ width: 700, height: 420 });
  await openWith(page, {});
  const dialog = await openModels(page);
  const close = dialog.getByRole('button', { name: 'Close', exact: true });
  // The dialog grows when the models on offer come.
  await expect(dialog.getByText(/SmolLM2/).first()).toBeVisible();
  const before = await close.boundingBox();
  await dialog
    .getByRole('button', { name: /^Delete/ })
    .last()
    .focus();
  await page.keyboard.press('End');
  await dialog.evaluate(element => element.scrollTo(0, 10_000));
  await expect(close).toBeInViewport({ ratio: 1 });
  await expect(dialog.getByRole('heading', { name: 'Models', exact: true })).toBeInViewport({ ratio: 1 });
  expect(await close.boundingBox()).toEqual(before);
});

test('a model in shards gives the text of the same model in one file', async ({ page }) => {
  await openWith(page, { 'acme/shards': shardedModel() });
  const expected = await greedyText(page, PROMPT);
  const dialog = await openModels(page);
  await inspect(dialog, 'acme/shards');
  for (const shard of ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']) {
    await expect(dialog.getByRole('rowheader', { name: shard, exact: true })).toBeVisible();
  }
  await dialog.getByRole('button', { name: /^Download / }).click();
  await inUse(page, 'acme/shards', FLOATS);
  await expect(dialog).toBeHidden();
  expect(await greedyText(page, PROMPT)).toBe(expected);
});

/** The model of the disk gives the shipped one's text under another name. */
async function opened(page: Page, name: string, expected: string): Promise<void> {
  await inUse(page, name, FLOATS);
  expect(await greedyText(page, PROMPT)).toBe(expected);
}

test('files from disk by picker are kept, and a reload needs them no more', async ({ page }) => {
  await openWith(page, {});
  const expected = await greedyText(page, PROMPT);
  const dialog = await openModels(page);
  const files = SHIPPED_FILES.map(name => join(SHIPPED_FOLDER, name));
  await dialog.locator('input[aria-label="Files of a model"]').setInputFiles(files);
  await inUse(page, 'model', FLOATS);
  await expect(dialog).toBeHidden();
  await opened(page, 'model', expected);
  await openModels(page);
  await expect(stored(dialog).getByRole('listitem').filter({ hasText: 'model' })).toContainText('in use');
  await page.reload();
  await opened(page, 'model', expected);
});

test('a folder from disk is not kept when that is declined', async ({ page }, testInfo) => {
  await openWith(page, {});
  const expected = await greedyText(page, PROMPT);
  const dialog = await openModels(page);
  const folder = testInfo.outputPath('my-model');
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(shippedModel())) writeFileSync(join(folder, name), bytes);
  await dialog.getByRole('checkbox', { name: 'keep a copy in this browser' }).uncheck();
  await dialog.locator('input[aria-label="Folder of a model"]').setInputFiles(folder);
  await inUse(page, 'my-model', FLOATS);
  await expect(dialog).toBeHidden();
  await opened(page, 'my-model', expected);
  await openModels(page);
  await expect(stored(dialog).getByRole('listitem').filter({ hasText: 'nucleus-3m' })).toHaveCount(1);
  await expect(stored(dialog).getByRole('listitem').filter({ hasText: 'my-model' })).toHaveCount(0);
});

test('files dropped on the page are shown, then opened', async ({ page }) => {
  await openWith(page, {});
  const expected = await greedyText(page, PROMPT);
  const transfer = await page.evaluateHandle(async names => {
    const made = new DataTransfer();
    for (const name of names) {
      const bytes = await (await fetch(`models/nucleus-3m/${name}`)).arrayBuffer();
      made.items.add(new File([bytes], name));
    }
    return made;
  }, SHIPPED_FILES);
  await page.locator('body').dispatchEvent('dragover', { dataTransfer: transfer });
  await expect(page.getByText('Drop the files of a model')).toBeVisible();
  await page.locator('body').dispatchEvent('drop', { dataTransfer: transfer });
  const ask = page.getByRole('dialog', { name: 'Open these files' });
  for (const name of SHIPPED_FILES) await expect(ask.getByRole('rowheader', { name, exact: true })).toBeVisible();
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: nucleus-3m/);
  await ask.getByRole('button', { name: 'Open 6.4 MB' }).click();
  await opened(page, 'model', expected);
});

test('another model takes the text over and gives it numbers of its own', async ({ page }) => {
  await openWith(page, { 'acme/two-chunks': twoChunkModel() });
  await lockSeed(page, 3);
  await setNumbers(page, { Length: 2 });
  await run(page);
  const [text, tokens] = [await textOf(page), await tokensOf(page)];
  const dialog = await openModels(page);
  await download(page, dialog, 'acme/two-chunks');
  expect(await textOf(page)).toBe(text);
  await scored(page);
  const anew = await tokensOf(page);
  expect(anew.map(token => token.text)).toEqual(tokens.map(token => token.text));
  expect(anew.map(token => token.step)).not.toEqual(tokens.map(token => token.step));
});
