// The view of attention as the browser tests see it.
import { expect, type Locator, type Page } from '@playwright/test';
import { computed, setText, tokensOf } from './page.ts';

export const TEXT = 'Once upon a time there was a small fox named Pip. Pip had a red ball';
/** Lower ends of the steps of the tint. */
const STEPS = [0.005, 0.02, 0.05, 0.15, 0.4];

export const view = (page: Page): Locator => page.getByRole('region', { name: 'Attention', exact: true });
export const grid = (page: Page): Locator => view(page).getByRole('grid', { name: 'Heads', exact: true });
export const layer = (page: Page): Locator => view(page).getByRole('combobox', { name: 'Layer' });
export const head = (page: Page): Locator => view(page).getByRole('combobox', { name: 'Head' });
export const weightTable = (page: Page): Locator => view(page).getByRole('region', { name: 'Weights', exact: true });
/** The legend below the text, while it tells of attention. */
export const legend = (page: Page): Locator => page.getByRole('list', { name: /^Tint: attention weights/ });

export async function openAttention(page: Page, text = TEXT): Promise<void> {
  await setText(page, text);
  await page.getByRole('tab', { name: 'Attention', exact: true }).click();
  const asks = view(page).getByRole('button', { name: 'Compute the attention' });
  await computed(asks, within => expect(grid(page)).toBeVisible(within));
}

/** Every weight of the chosen head, by position; the table has a block of 24 at a time. */
export async function weightsOf(page: Page): Promise<number[]> {
  await weightTable(page).getByText('By position').click();
  const cells = weightTable(page).locator('tbody td:last-child');
  const later = weightTable(page).getByRole('button', { name: 'Later tokens' });
  const found: number[] = [];
  for (;;) {
    found.push(...(await cells.evaluateAll(all => all.map(cell => Number(cell.getAttribute('title'))))));
    if (!(await later.isVisible()) || !(await later.isEnabled())) return found;
    await later.click();
  }
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
export const stepOf = (weight: number): number => STEPS.filter(end => weight >= end).length;

/** The text is painted by these weights, and what comes after them is not. */
export async function expectPainted(page: Page, weights: readonly number[]): Promise<void> {
  await expect
    .poll(async () => (await tokensOf(page)).map(token => token.step))
    .toEqual((await tokensOf(page)).map((_, i) => (i < weights.length ? stepOf(weights[i] ?? 0) : null)));
}
