// The debug panel: loaded when the address asks for it, every op of the shipped model beside the oracle, plans and WGSL as they run.
import { readFile } from 'node:fs/promises';
import { complaints } from '../support/axe.ts';
import { closeDialog, modelReady, openModels, openPage, textArea, textOf } from '../support/page.ts';
import { engineTest, expect, type Locator, type Page, test } from '../support/tests.ts';

/** Opens the page with the panel, and waits until there is a model to check. */
async function openDebug(page: Page): Promise<Locator> {
  await page.goto('?debug');
  const dialog = page.getByRole('dialog', { name: 'Debug' });
  await expect(dialog.getByRole('button', { name: 'Check against the oracle' })).toBeEnabled();
  return dialog;
}

test('nothing of it is loaded without ?debug', async ({ page }) => {
  const scripts: string[] = [];
  page.on('request', request => scripts.push(request.url()));
  await openPage(page);
  await modelReady(page);
  expect(scripts.filter(url => /debug/i.test(url))).toEqual([]);
  await expect(page.getByRole('button', { name: 'Debug' })).toHaveCount(0);
});

engineTest(
  'every op of the open model agrees with the oracle, in both plans; the plan and its kernels are there to read',
  async ({ page }) => {
    const dialog = await openDebug(page);
    const table = dialog.getByRole('table', { name: 'Ops beside the oracle' });
    for (const kernels of ['of a decode step (4 tokens)', 'of many rows (16 tokens)']) {
      await dialog.getByText(kernels).click();
      await dialog.getByRole('button', { name: 'Check against the oracle' }).click();
      await expect(dialog.getByText(/^All \d+ ops agree with the oracle\.$/)).toBeVisible();
      await expect(table.getByRole('row').filter({ hasText: 'attention: ' }).first()).toBeVisible();
      const errors = await table.locator('tbody tr td:nth-child(3)').allInnerTexts();
      expect(errors.length).toBeGreaterThan(20);
      for (const error of errors) expect(Number(error)).toBeLessThan(1e-10);
      // Two computations, not one shown twice.
      expect(errors.some(error => Number(error) > 0)).toBe(true);
    }
    await dialog.getByLabel('Layer').selectOption('1');
    await dialog.getByRole('button', { name: 'Check against the oracle' }).click();
    await expect(dialog.getByText('All 8 ops agree with the oracle.')).toBeVisible();

    await dialog.getByRole('tab', { name: 'Plan' }).click();
    const row = dialog.getByRole('row').filter({ hasText: 'h.0.mlp.c_fc.weight' });
    await expect(row).toContainText('[T, ');
    await row.getByText(/^linear_/).click();
    await expect(row.getByText(/^weights: weight\/h\.0\.mlp\.c_fc\.weight\/0, /)).toBeVisible();
    await dialog.getByRole('tab', { name: 'Kernels' }).click();
    await dialog
      .getByText(/^attention/)
      .first()
      .click();
    await expect(dialog.locator('pre').filter({ hasText: 'fn attention' }).first()).toBeVisible();
    await dialog.getByRole('tab', { name: 'Tuning' }).click();
    await expect(
      dialog.getByText(process.env.GPU === 'hardware' ? /uned for this GPU/ : /^Not tuned: a CPU/),
    ).toBeVisible();
    await dialog.getByRole('tab', { name: 'Profile' }).click();
    await expect(dialog.getByRole('button', { name: 'Measure' })).toBeEnabled();
  },
);

engineTest('an empty text says so, and the panel closes and opens again', async ({ page }) => {
  const dialog = await openDebug(page);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await textArea(page).fill('');
  await page.getByRole('button', { name: 'Debug' }).click();
  await expect(dialog.getByText('The text is empty: there is no token to check.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Check against the oracle' })).toBeDisabled();
});

engineTest(
  'where the time goes: from the models to every kernel of a step, a token beside its floor, and a trace',
  async ({ page }) => {
    await openPage(page);
    await modelReady(page);
    const text = await textOf(page);
    const models = await openModels(page);
    await models.getByRole('button', { name: 'Where the time goes' }).click();
    const dialog = page.getByRole('dialog', { name: 'Where the time goes' });
    await dialog.getByRole('button', { name: 'Measure' }).click();
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await expect(dialog.getByText('Stopped: nothing was measured to its end.')).toBeVisible();

    await dialog.getByRole('button', { name: 'Measure' }).click();
    const table = dialog.getByRole('table', { name: 'Kernels of the step' });
    await expect(table.getByRole('rowheader', { name: /^linear_row/ })).toBeVisible();
    await expect(table.getByRole('rowheader', { name: 'draw', exact: true })).toBeVisible();
    for (const piece of ['floor', 'idle', 'encode', 'wait for the GPU'])
      await expect(dialog.getByRole('listitem').filter({ hasText: piece }).first()).toBeVisible();
    const counts = (await table.locator('tbody tr td:nth-child(2)').allInnerTexts()).map(Number);
    const dispatches = counts.reduce((sum, count) => sum + count, 0);
    expect(await complaints(page)).toEqual([]);

    const saved = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Save trace' }).click();
    const trace = JSON.parse(await readFile(await (await saved).path(), 'utf8')) as {
      traceEvents: { ph: string; tid: number }[];
    };
    expect(trace.traceEvents.filter(({ ph, tid }) => ph === 'X' && tid === 1)).toHaveLength(dispatches);
    await dialog.getByText('By place in a layer').click();
    await expect(table.getByRole('rowheader', { name: /^h\.\*\.mlp\.c_fc / })).toBeVisible();
    await closeDialog(dialog);
    expect(await textOf(page)).toBe(text);
  },
);
