// The ways of a test to a model: its name on the Hub looked at, the model in use, and what it writes.
import { expect, type Locator, type Page } from '@playwright/test';
import { modelButton, modelReady, openModels, run, setNumbers, setText, textOf } from './page.ts';

/** Opens the page and calls off the model that ships: for tests of another one, since nothing of it is downloaded, compiled or run. */
export async function openWithoutModel(page: Page, address = ''): Promise<void> {
  await page.route('**/models/nucleus-3m/**', () => {});
  await page.goto(address);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(modelButton(page)).toHaveAccessibleName('Model: No model, choose one');
  await page.unroute('**/models/nucleus-3m/**');
}

/** Looks at a model of the Hub in the dialog of models. */
export async function lookFor(dialog: Locator, name: string): Promise<void> {
  await dialog.getByRole('textbox', { name: 'Model name on the Hub' }).fill(name);
  await dialog.getByRole('button', { name: 'Look at it' }).click();
}

/** The same in a dialog that it opens. */
export async function lookAt(page: Page, name: string): Promise<Locator> {
  const dialog = await openModels(page);
  await lookFor(dialog, name);
  return dialog;
}

/** Waits until the page has the model. `facts` is what its button says behind the name. */
export async function inUse(page: Page, name: string, facts: RegExp): Promise<void> {
  const said = new RegExp(`^Model: ${name}, ${facts.source}`);
  await expect(modelButton(page)).toHaveAccessibleName(said);
  await modelReady(page);
}

/** The text with six greedy tokens behind it. */
export async function greedyText(page: Page, prompt: string): Promise<string> {
  await setText(page, prompt);
  await setNumbers(page, { Temperature: 0, Length: 6 });
  await run(page);
  return textOf(page);
}
