// Attention for everyone: axe on its grid, its table and its map in both themes; a phone.

import { grid, head, layer, openAttention, stepOf, TEXT, view, weightsOf } from '../support/attention.ts';
import { complaints } from '../support/axe.ts';
import { computed, openPage, setCaret, setText, sidewaysOf, tokenButton } from '../support/page.ts';
import { expect, test } from '../support/tests.ts';

test.describe('axe, both themes', () => {
  test('grid, table, map', async ({ page }) => {
    await openPage(page);
    await openAttention(page);
    await setCaret(page, TEXT.indexOf(' fox') + 1);
    await expect(view(page).getByRole('heading', { level: 2 })).toContainText('fox reads');
    expect(await complaints(page)).toEqual([]);
    await view(page).getByRole('button', { name: 'Show as a table' }).click();
    expect(await complaints(page, '[aria-label="Attention"]')).toEqual([]);
    await view(page).getByRole('tab', { name: 'Map' }).click();
    await layer(page).selectOption('3');
    const all = view(page).getByText(/^All \d+ rows/);
    const asks = view(page).getByRole('button', { name: /^Compute the (map|rest)$/ });
    await computed(asks, within => expect(all).toBeVisible(within));
    expect(await complaints(page, '[aria-label="Attention"]')).toEqual([]);
  });
});

test('on a phone the tinted text stands in the sheet, a head is chosen by a tap @phone', async ({ page }) => {
  await openPage(page);
  await setText(page, TEXT);
  await tokenButton(page).tap();
  await page.getByRole('tab', { name: 'Attention', exact: true }).tap();
  await expect(grid(page)).toBeVisible();
  const strip = page.getByTestId('attention-strip').locator('span');
  const steps = () => strip.evaluateAll(all => all.map(span => Number(span.getAttribute('data-step'))));
  const weights = await weightsOf(page);
  expect(await steps()).toEqual(weights.map(stepOf));
  for (const control of [layer(page), head(page), view(page).getByRole('button', { name: 'Show as a table' })]) {
    expect((await control.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  }
  // Layer 1, head 0: cells are as large as a thumb needs.
  await grid(page).tap({ position: { x: 40 + 20, y: 20 + 44 + 20 } });
  await expect(layer(page)).toHaveValue('1');
  await expect(head(page)).toHaveValue('0');
  expect(await steps()).toEqual((await weightsOf(page)).map(stepOf));
  expect(await sidewaysOf(page)).toBe(0);
  expect(await complaints(page)).toEqual([]);
});
