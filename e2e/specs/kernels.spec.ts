// The kernels of the model in use, checked on this GPU: said in the dialog of models, checked again when asked, and a report for an issue.
import { complaints } from '../support/axe.ts';
import { openModels, openPage } from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

test.use({ checksKernels: true });

async function check(page: Page) {
  await openPage(page);
  const dialog = await openModels(page);
  const part = dialog.getByRole('region', { name: 'Kernels on this GPU' });
  await part.evaluate((element: HTMLElement) => {
    const heights = new Set<number>();
    Object.assign(globalThis, { heights });
    new ResizeObserver(() => heights.add(element.offsetHeight)).observe(element);
  });
  await part.getByRole('button', { name: /^Check (now|again)$/ }).click();
  await expect(part).toContainText('Checked on this GPU: largest error');
  return part;
}

test('the panel says how far the kernels are from float64, and gives a report', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const part = await check(page);
  await expect(part).toContainText('largest error 2.5e-7');
  await part.getByRole('button', { name: 'Copy report' }).click();
  await expect(part).toContainText('Copied.');
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report.split('\n')).toContain('linear_row f16: 1.5e-7, right');
  expect(await complaints(page)).toEqual([]);
});

test('every kernel of the model that ships is right on this adapter', { tag: '@engine' }, async ({ page }) => {
  const part = await check(page);
  await expect(part).toContainText(/rounding\), in \d+ kernels\./);
  await expect(part).not.toContainText('wrong');
  // What stands below it does not move under a hand.
  expect(await page.evaluate(() => (globalThis as unknown as { heights: Set<number> }).heights.size)).toBe(1);
});
