// Presets in the page's own database, and the code of a run: dialogs that a keyboard and a screen reader get through.
import { complaints } from '../support/axe.ts';
import { openPage, run, runFinished, textOf } from '../support/page.ts';
import { expect, test } from '../support/tests.ts';

test('settings are kept by name over a reload, and one that comes with the page is used', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: 'Saved presets' }).click();
  const dialog = page.getByRole('dialog', { name: 'Presets' });
  await dialog.getByRole('textbox', { name: 'Name of the new preset' }).fill('Mine');
  await dialog.getByRole('textbox', { name: 'Name of the new preset' }).press('Enter');
  await dialog.getByRole('button', { name: 'Rename Mine' }).click();
  await dialog.getByRole('textbox', { name: 'Name of the preset' }).fill('Mine own');
  await dialog.getByRole('textbox', { name: 'Name of the preset' }).press('Enter');
  await dialog.getByRole('button', { name: 'Delete Mine own' }).click();
  await dialog.getByRole('button', { name: 'Bring it back' }).click();
  await expect(dialog.getByRole('button', { name: 'Use Mine own' })).toBeVisible();
  expect(await complaints(page)).toEqual([]);
  await page.reload();
  await page.getByRole('button', { name: 'Saved presets' }).click();
  await expect(dialog.getByRole('button', { name: 'Use Mine own' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Use Yes or no' }).click();
  await expect.poll(() => textOf(page)).toBe('Q: Is Paris the capital of France?\nA:');
  await run(page);
  await runFinished(page);
  expect(await textOf(page)).toMatch(/A: (yes|no)$/);
});

test('the run as code follows the settings, and says what a library lacks', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: 'View code' }).click();
  const dialog = page.getByRole('dialog', { name: 'View code' });
  const code = dialog.getByRole('textbox', { name: 'Code' });
  await expect(code).toHaveValue(/AutoModelForCausalLM[\s\S]*temperature=0\.8,/);
  await dialog.getByText('curl', { exact: true }).click();
  await expect(code).toHaveValue(/\/v1\/completions/);
  await dialog.getByText('JavaScript', { exact: true }).click();
  await expect(code).toHaveValue(/\/\/ top_p 0\.95: transformers\.js does not apply it\./);
  expect(await complaints(page)).toEqual([]);
});
