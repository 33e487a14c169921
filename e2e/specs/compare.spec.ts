// Compare: columns with their settings beside each other, the first difference marked, the distributions at a token, a column as a branch.
import { complaints } from '../support/axe.ts';
import { commandsOf, neverEnds, noteCommands, openPage, setNumbers, textOf } from '../support/page.ts';
import { expect, goOn, holdAfter, test } from '../support/tests.ts';

test('columns are run, measured token by token, stopped, and one becomes a branch', async ({ page }) => {
  await noteCommands(page);
  await openPage(page);
  await setNumbers(page, { Length: 6 });
  await neverEnds(page);
  const before = await textOf(page);
  await page.getByRole('tab', { name: 'Compare', exact: true }).click();
  const view = page.getByRole('region', { name: 'Compare', exact: true });
  await expect(view).toContainText('a prompt or a model of its own');
  const columns = view.getByRole('article');
  await expect(columns).toHaveCount(2);
  const second = columns.nth(1);
  await second.getByRole('button', { name: /^temperature/ }).click();
  const seed = second.getByRole('spinbutton', { name: 'Seed of column 2' });
  await seed.fill('9');
  await seed.press('Enter');
  await expect(second.getByRole('button', { name: /seed 9/ })).toBeVisible();
  await view.getByRole('button', { name: 'Run all columns' }).click();
  for (const column of await columns.all()) await expect(column).toContainText('6 tokens, length reached');
  expect((await commandsOf(page)).filter(type => type === 'generate')).toHaveLength(2);
  expect(await textOf(page)).toBe(before);

  // The same text before the first token: the same row. Behind the first difference the rows are apart, and exact once asked for.
  const differs = second.getByRole('button', { name: /the first that differs/ });
  await expect(differs).toHaveCount(1);
  await second.getByRole('button', { name: /token 6 of column 2/ }).click();
  const places = view.getByRole('region', { name: 'Distributions at token 6' });
  await expect(places.getByRole('table')).toHaveCount(2);
  await expect(places).toContainText(/Column 2 KL [\d.]+ nats/);
  await page.keyboard.press('ArrowLeft');
  await expect(view.getByRole('region', { name: 'Distributions at token 5' })).toBeVisible();
  const distances = view.getByRole('region', { name: 'Divergence from the reference' });
  await expect(distances).toContainText('mean at least');
  await distances.getByRole('button', { name: /^Exact/ }).click();
  await expect(distances).toContainText(/mean [\d.]+ nats over 6 tokens/);
  await distances.getByRole('button', { name: 'Every token' }).click();
  await expect(distances.getByRole('row')).toHaveCount(7);
  expect(await complaints(page)).toEqual([]);

  await second.getByRole('button', { name: /^As a branch/ }).click();
  await expect.poll(async () => (await textOf(page)).length).toBeGreaterThan(before.length);
  await holdAfter(page, 'token', 3);
  await columns.first().getByRole('button', { name: 'Run column 1' }).click();
  await expect(columns.first()).toContainText('3 tokens so far');
  await page.keyboard.press('Escape');
  await goOn(page);
  await expect(columns.first()).toContainText(/tokens, stopped/);

  await page.setViewportSize({ width: 800, height: 800 });
  const wider = await view.evaluate(element => element.scrollWidth - element.clientWidth);
  expect(wider).toBeLessThanOrEqual(0);
});

test('a grid is filled, stopped, gone on with, and a cell becomes a branch', async ({ page }) => {
  await noteCommands(page);
  await openPage(page);
  await setNumbers(page, { Length: 4 });
  await neverEnds(page);
  const before = await textOf(page);
  await page.getByRole('tab', { name: 'Compare', exact: true }).click();
  const view = page.getByRole('region', { name: 'Compare', exact: true });
  await view.getByRole('radio', { name: 'Grid' }).press('Space');
  const temperatures = view.getByRole('textbox', { name: 'Temperature' });
  await temperatures.fill('0.2 1.5');
  await temperatures.press('Enter');
  await holdAfter(page, 'answer_token', 9);
  await view.getByRole('button', { name: 'Fill the grid' }).click();
  // All six grow side by side.
  await expect(view.getByRole('button', { name: /^As a branch/ })).toHaveCount(6);
  await expect(view).toContainText('0 of 6 cells');
  await page.keyboard.press('Escape');
  await goOn(page);
  await view.getByRole('button', { name: 'Go on filling' }).click();
  const branch = view.getByRole('button', { name: /^As a branch/ });
  await expect(branch).toHaveCount(6);
  await expect(view.getByRole('button', { name: 'Fill the grid' })).toBeEnabled();
  expect((await commandsOf(page)).filter(type => type === 'answers')).toHaveLength(2);
  expect(await complaints(page)).toEqual([]);
  await branch.last().press('Enter');
  await expect.poll(async () => (await textOf(page)).length).toBeGreaterThan(before.length);
});
