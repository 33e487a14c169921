// The view "Branches" as the browser tests see it: its tree, its table, and what it can be asked for.
import { expect, type Locator, type Page } from '@playwright/test';

export function branchView(page: Page): Locator {
  return page.getByRole('region', { name: 'Branches', exact: true });
}

export async function openBranches(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Branches', exact: true }).click();
  await expect(branchView(page)).toBeVisible();
}

export function nodes(page: Page): Locator {
  return branchView(page).getByRole('tree', { name: 'Tree of branches' }).getByRole('treeitem');
}

/** Rows of the table, without its head. */
export function branchRows(page: Page): Locator {
  return branchView(page).locator('tbody tr');
}

/** Names of the branches, the most recent first; the active one with `*`. */
export async function namesOf(page: Page): Promise<string[]> {
  return branchRows(page).evaluateAll(rows =>
    rows.map(row => {
      const name = row.querySelector('th button')?.textContent ?? '';
      return row.getAttribute('aria-current') === 'true' ? `${name}*` : name;
    }),
  );
}

/** Switches by the table. */
export async function switchTo(page: Page, name: string): Promise<void> {
  await branchView(page)
    .getByRole('button', { name: `Switch to ${name}`, exact: true })
    .click();
  await expect(branchView(page).getByRole('button', { name: `${name}, active`, exact: true })).toBeVisible();
}

/** Puts typed text at the selected place. */
export async function force(page: Page, text: string): Promise<void> {
  await branchView(page).getByRole('textbox', { name: 'Text to force' }).fill(text);
  await page.keyboard.press('Enter');
}

/** Sets a control of the growth by its label. */
export async function setGrowth(page: Page, values: Readonly<Record<string, number>>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    const field = branchView(page).getByRole('spinbutton', { name: label, exact: true });
    await field.fill(String(value));
    await field.press('Enter');
    await expect(field).toHaveValue(String(value));
  }
}
