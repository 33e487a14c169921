// Memory that is given back: a model that is let go takes its worker along, and one that takes the place of another is never there beside it.
import {
  engineWorkers,
  goesOn,
  liveBytes,
  mostBytes,
  openLocal,
  recordGpu,
  WRITTEN,
  write,
} from '../support/faults.ts';
import { modelButton, modelReady, openModels, openPage, textArea } from '../support/page.ts';
import { retouchedModel } from '../support/page-models.ts';
import { expect, engineTest as test } from '../support/tests.ts';

test('unload ends the worker; the text stays, and the model comes back on a fresh one', async ({ page }) => {
  await openPage(page);
  await write(page);
  expect(engineWorkers(page)).toHaveLength(1);
  const dialog = await openModels(page);
  await dialog.getByRole('button', { name: /^Unload/ }).click();
  await expect(page.getByText('nucleus-3m was let go, and its memory is free. Your text is kept.')).toBeVisible();
  await expect.poll(() => engineWorkers(page).length).toBe(0);
  await expect(modelButton(page)).toHaveAccessibleName('Model: No model, choose one');
  await expect(textArea(page)).toHaveValue(WRITTEN);
  await page.getByRole('button', { name: 'Load it again' }).click();
  await modelReady(page);
  expect(engineWorkers(page)).toHaveLength(1);
  await goesOn(page);
});

test('a model in the place of another of its size: both are never there at once', async ({ page }) => {
  await recordGpu(page);
  await openPage(page);
  const before = await liveBytes(page);
  await mostBytes(page);
  await openLocal(page, retouchedModel());
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: (?!nucleus-3m)/);
  await modelReady(page);
  expect(await liveBytes(page)).toBeLessThan(before * 1.1);
  expect(await mostBytes(page)).toBeLessThan(before * 1.25);
});
