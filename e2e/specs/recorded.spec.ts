// Without WebGPU the page still shows a model at work: a run that was recorded, in every view, marked as recorded, beside the person's own text.
import { complaints } from '../support/axe.ts';
import { OTHER_VIEWS } from '../support/cuts.ts';
import { says, WRITTEN, write } from '../support/faults.ts';
import { candidatesReady, modelButton, runButton, textArea, textOf, tokensOf } from '../support/page.ts';
import { expect, engineTest as test } from '../support/tests.ts';

test('no WebGPU: the recorded run opens in every view, and says that it is one', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
  const asked: string[] = [];
  page.on('request', request => asked.push(request.url()));
  await page.goto('');
  await says(page, /does not offer WebGPU/);
  await write(page);
  expect(asked.filter(url => url.includes('recorded/'))).toEqual([]);
  await page.getByRole('button', { name: 'Look at a recorded run' }).click();
  await expect(modelButton(page)).toContainText('Recorded on nucleus-3m');
  await expect(page.getByRole('region', { name: 'A recorded run' })).toContainText('nothing is computed here');
  await expect(textArea(page)).not.toHaveValue(WRITTEN);
  const text = await textOf(page);
  await expect.poll(async () => (await tokensOf(page)).filter(({ origin }) => origin === 'drawn').length).toBe(16);
  await candidatesReady(page);
  // All weights stay where they are.
  expect(asked.filter(url => url.includes('model.safetensors'))).toEqual([]);
  expect(await complaints(page)).toEqual([]);
  const views = page.getByRole('complementary', { name: 'Look inside' });
  for (const name of OTHER_VIEWS) {
    await page.getByRole('tab', { name, exact: true }).click();
    await expect(views.getByRole('tabpanel').first()).not.toBeEmpty();
    await expect(views.getByRole('alert')).toHaveCount(0);
  }
  expect(await complaints(page)).toEqual([]);
  // A run is refused in one sentence, and a reload comes back to the text.
  await runButton(page).click();
  await expect(page.getByRole('alert').filter({ hasText: 'This is a recording' })).toBeVisible();
  await page.reload();
  await expect(textArea(page)).toHaveValue(text);
});
