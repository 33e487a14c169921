// Models of other families on the page: opened from a folder, run, and looked into through every view.
import { fileURLToPath } from 'node:url';
import { SIDE_VIEWS } from '../../src/app/views.ts';
import {
  candidatesOf,
  modelButton,
  modelReady,
  openModels,
  openPage,
  run,
  setNumbers,
  setText,
} from '../support/page.ts';
import { expect, engineTest as test } from '../support/tests.ts';

/** A Llama; norms after, windows, caps; linear biases; neighbours turn, a bias on the logits. */
const NAMES = ['llama-gqa', 'gemma2', 'bloom', 'gptj'] as const;

for (const name of NAMES) {
  test(`${name}: runs, and every view opens on it`, async ({ page }) => {
    const faults: string[] = [];
    page.on('pageerror', error => faults.push(error.message));
    await openPage(page);
    const dialog = await openModels(page);
    const folder = fileURLToPath(new URL(`../golden/${name}`, import.meta.url));
    await dialog.locator('input[aria-label="Folder of a model"]').setInputFiles(folder);
    await expect(modelButton(page)).toHaveAccessibleName(new RegExp(`^Model: ${name}, `), { timeout: 60_000 });
    await modelReady(page);
    await setText(page, '3 1 4 1 5 9');
    await setNumbers(page, { Length: 4 });
    await run(page);
    expect((await candidatesOf(page)).length).toBeGreaterThan(3);
    for (const { label } of SIDE_VIEWS) {
      await page.getByRole('tab', { name: label, exact: true }).click();
      const region = page.getByRole('region', { name: label, exact: true }).first();
      await expect(region).toBeVisible();
      await expect(region.getByRole('progressbar')).toHaveCount(0, { timeout: 60_000 });
      await expect(page.getByRole('alert')).toHaveCount(0);
    }
    expect(faults).toEqual([]);
  });
}
