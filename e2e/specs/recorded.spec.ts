// Without WebGPU the page still shows a model at work: a run that was recorded, in every view, marked as recorded, beside the person's own text. On a slow
// network the recording is there before the model.
import { complaints } from '../support/axe.ts';
import { OTHER_VIEWS } from '../support/cuts.ts';
import { says, WRITTEN, write } from '../support/faults.ts';
import { heldRequests } from '../support/held-requests.ts';
import {
  candidatesOf,
  candidatesReady,
  modelButton,
  modelReady,
  openView,
  runButton,
  scored,
  textArea,
  textOf,
  tokensOf,
  undoButton,
} from '../support/page.ts';
import { expect, type Page, engineTest as test } from '../support/tests.ts';

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

/** The weights stay on their way until the answer is called; the listing, which asks for one byte, does not. */
const holdWeights = (page: Page): Promise<() => void> =>
  heldRequests(page, '**/model.safetensors', ({ range }) => range !== 'bytes=0-0');

test('a slow first visit: numbers are there before the model, are its own once it is there, and a run waits for it', async ({
  page,
}) => {
  const arrive = await holdWeights(page);
  await page.goto('');
  await expect(page.getByText('These numbers were recorded on nucleus-3m, which is on its way.')).toBeVisible();
  await expect(page.getByRole('progressbar', { name: 'Loading nucleus-3m' })).toBeVisible();
  const before = await candidatesOf(page);
  await scored(page);
  expect(await complaints(page)).toEqual([]);
  await openView(page, 'Lens');
  await expect(page.getByRole('complementary', { name: 'Look inside' }).getByRole('alert')).toHaveCount(0);
  await openView(page, 'Token');
  await runButton(page).click();
  await expect(page.getByText('The run begins when the model is ready.')).toBeVisible();
  const prompt = await textOf(page);
  arrive();
  await modelReady(page);
  await expect(page.getByText('These numbers were recorded')).toHaveCount(0);
  await expect(modelButton(page)).not.toContainText('ecorded');
  expect((await textOf(page)).length).toBeGreaterThan(prompt.length);
  await undoButton(page).click();
  await expect(textArea(page)).toHaveValue(prompt);
  const after = await candidatesOf(page);
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  for (const [i, { before: p }] of after.entries()) expect(p).toBeCloseTo(before[i]?.before ?? Number.NaN, 3);
});

test('a slow first visit: the rest of the recorded run is one press away, and stays when the model comes', async ({
  page,
}) => {
  const arrive = await holdWeights(page);
  await page.goto('');
  await page.getByRole('button', { name: 'Look at a recorded run' }).click();
  await expect.poll(async () => (await tokensOf(page)).filter(({ origin }) => origin === 'drawn').length).toBe(16);
  const text = await textOf(page);
  arrive();
  await modelReady(page);
  await expect(textArea(page)).toHaveValue(text);
  expect((await tokensOf(page)).filter(({ origin }) => origin === 'drawn').length).toBe(16);
  await expect(page.getByRole('alert')).toHaveCount(0);
});
