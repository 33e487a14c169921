// Answers: several continuations grow side by side, the best is marked, the one that is taken goes on in the text and the others are branches.
import { complaints } from '../support/axe.ts';
import { branchRows, openBranches } from '../support/branches.ts';
import { commandsOf, neverEnds, noteCommands, openPage, setNumbers, textOf } from '../support/page.ts';
import { expect, goOn, holdAfter, test } from '../support/tests.ts';

test('three answers are drawn as one batch, ranked, stopped and taken', async ({ page }) => {
  await noteCommands(page);
  await openPage(page);
  await setNumbers(page, { Length: 6 });
  await neverEnds(page);
  const before = await textOf(page);
  await page.getByRole('tab', { name: 'Answers', exact: true }).click();
  const view = page.getByRole('region', { name: 'Answers', exact: true });
  await expect(view).toContainText('side by side');
  const count = view.getByRole('spinbutton', { name: 'Number of answers' });
  await count.fill('3');
  await count.press('Enter');
  await view.getByRole('button', { name: 'Draw 3 answers' }).click();
  const cards = view.getByRole('article');
  await expect(cards).toHaveCount(3);
  await expect(cards.first()).toContainText('best');
  for (const card of await cards.all()) await expect(card).toContainText('length reached');
  // Where they part from the best is marked in each.
  await expect(view.locator('mark').first()).toBeVisible();
  expect((await commandsOf(page)).filter(type => type === 'answers' || type === 'generate')).toEqual(['answers']);
  expect(await textOf(page)).toBe(before);
  expect(await complaints(page)).toEqual([]);

  await view.getByRole('radio', { name: 'mean' }).press('Space');
  const taken = cards.nth(1);
  await taken.getByRole('button', { name: /^Take this one/ }).click();
  await expect.poll(async () => (await textOf(page)).length).toBeGreaterThan(before.length);
  expect((await textOf(page)).startsWith(before)).toBe(true);
  await expect(taken.getByRole('button', { name: /^In the text/ })).toBeDisabled();
  await view.getByRole('button', { name: 'Show the branches' }).click();
  await openBranches(page);
  await expect(branchRows(page)).toHaveCount(3);

  await page.getByRole('tab', { name: 'Token', exact: true }).click();
  await setNumbers(page, { Length: 40 });
  await page.getByRole('tab', { name: 'Answers', exact: true }).click();
  await holdAfter(page, 'answer_token', 9);
  await view.getByRole('button', { name: 'Draw 3 answers' }).click();
  await expect(view).toContainText('3 answers, 9 tokens');
  await expect(view.getByRole('button', { name: 'Stop answers' })).toBeEnabled();
  await page.keyboard.press('Escape');
  await goOn(page);
  await expect(view).toContainText(/Stopped: 3 answers/);

  // Each in the width of a narrow column, nothing is cut.
  await page.setViewportSize({ width: 800, height: 800 });
  const wider = await view.evaluate(element => element.scrollWidth - element.clientWidth);
  expect(wider).toBeLessThanOrEqual(0);
});
