// The format of the weights: offered with its bytes, another model in every number, measured beside the files, the same again after a reload.

import { startHubServer } from '../support/hub-server.ts';
import { inUse, lookAt, openWithoutModel } from '../support/open-model.ts';
import {
  candidatesOf,
  candidatesReady,
  closeDialog,
  openModels,
  openPage,
  scored,
  setHub,
  setText,
} from '../support/page.ts';
import { SHIPPED_FILES, SHIPPED_FOLDER, shippedModel } from '../support/page-models.ts';
import { expect, type Page, engineTest as test, type Worker } from '../support/tests.ts';

/** Long enough for the accuracy of a format to be measured on it. */
const PROMPT =
  'Once upon a time there was a small boy named Daniel. Early in the spring Daniel left home to visit Eva, who lived near the museum. He packed an apple and an old watch. First he came to the';

/** Candidates at the end of the text with their probabilities, once every token has its numbers. */
async function numbers(page: Page): Promise<readonly (readonly [number, number])[]> {
  await candidatesReady(page);
  await scored(page);
  return (await candidatesOf(page)).map(({ id, before }) => [id, before ?? 0] as const);
}

test('a model from disk in int8: its numbers are those of int8, and a reload brings the same', async ({ page }) => {
  await openPage(page);
  await setText(page, PROMPT);
  const own = await numbers(page);
  const dialog = await openModels(page);
  await dialog
    .locator('input[aria-label="Files of a model"]')
    .setInputFiles(SHIPPED_FILES.map(name => `${SHIPPED_FOLDER}/${name}`));
  await inUse(page, 'model', /f16 · 6\.\d MB/);
  expect(await numbers(page)).toEqual(own);

  const current = (await openModels(page)).getByRole('region', { name: 'In use' });
  const formats = current.getByRole('group', { name: 'Weights' });
  await expect(formats.getByRole('radio')).toHaveCount(4);
  await formats.getByText(/^int8 · 3\.\d MB$/).click();
  await inUse(page, 'model', /int8 · 3\.\d MB/);
  await expect(current).toContainText('On the small model measured');
  await current.getByRole('button', { name: 'Measure accuracy' }).click();
  const measured = current.getByText(/^\d+ positions of your text, int8 beside the weights of the files/);
  await expect(measured).toContainText('KL divergence');
  const [, moved = ''] = /move by (\S+) nats on average/.exec((await measured.textContent()) ?? '') ?? [];
  expect(Number(moved)).toBeGreaterThan(0);
  expect(Number(moved)).toBeLessThan(1e-3);
  await closeDialog(dialog);
  const made = await numbers(page);
  expect(made).not.toEqual(own);
  // The measured divergence is far below what would move the likeliest candidate by a hundredth.
  expect(made[0]?.[0]).toBe(own[0]?.[0]);
  expect(Math.abs((made[0]?.[1] ?? 0) - (own[0]?.[1] ?? 1))).toBeLessThan(0.01);

  await page.reload();
  await inUse(page, 'model', /int8 · 3\.\d MB/);
  expect(await numbers(page)).toEqual(made);
});

test('int4 is made by threads of their own, which end with the load', async ({ page }) => {
  const threads: Worker[] = [];
  const ended: Worker[] = [];
  page.on('worker', worker => {
    if (!worker.url().includes('quantise-worker')) return;
    threads.push(worker);
    worker.on('close', () => ended.push(worker));
  });
  await openPage(page);
  await setText(page, PROMPT);
  await candidatesReady(page);
  expect(threads).toEqual([]);
  const current = (await openModels(page)).getByRole('region', { name: 'In use' });
  await current
    .getByRole('group', { name: 'Weights' })
    .getByText(/^int4 · 2\.\d MB$/)
    .click();
  await inUse(page, 'nucleus-3m', /int4 · 2\.\d MB/);
  // How many a load starts is tested where it can be counted: a browser says nothing of one that is ended before it has begun.
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  expect(threads.length > 0).toBe(cores > 1);
  expect(threads.length).toBeLessThanOrEqual(4);
  await expect.poll(() => ended.length).toBe(threads.length);
});

test('a model of the Hub: the formats before its download, with the memory of each', async ({ page }) => {
  const hub = await startHubServer({ models: { 'acme/tiny': shippedModel() } });
  await setHub(page, hub.url);
  await openWithoutModel(page);
  const dialog = await lookAt(page, 'acme/tiny');
  const found = dialog.getByRole('region', { name: 'By name' });
  const needed = found
    .getByText(/It needs up to/)
    .locator('strong')
    .nth(1);
  const before = await needed.textContent();
  await found
    .getByRole('group', { name: 'Weights' })
    .getByText(/^int4 · /)
    .click();
  await expect(needed).not.toHaveText(before ?? '');
  await found.getByRole('button', { name: /^Download / }).click();
  await inUse(page, 'acme/tiny', /int4 · 2\.\d MB/);
  await hub.close();
});
