// Search: beams live with their scores, what fell is told with its reason, kinds are compared, and a text is taken with the others as branches.
import { complaints } from '../support/axe.ts';
import { branchRows, openBranches } from '../support/branches.ts';
import { neverEnds, openPage, textOf } from '../support/page.ts';
import { expect, goOn, holdAfter, test } from '../support/tests.ts';

test('beams and contrastive search, live, stopped, compared and taken', async ({ page }) => {
  await openPage(page);
  await neverEnds(page);
  const before = await textOf(page);
  await page.getByRole('tab', { name: 'Search', exact: true }).click();
  const view = page.getByRole('region', { name: 'Search', exact: true });
  await expect(view).toContainText('the others become branches');
  const length = view.getByRole('spinbutton', { name: 'Length of the search' });
  await length.fill('5');
  await length.press('Enter');
  const start = view.getByRole('button', { name: 'Search from the end of the text' });
  await holdAfter(page, 'searched', 2);
  await start.click();
  const live = view.getByRole('region', { name: 'Live search' });
  await expect(live).toContainText('2 steps');
  await expect(live.getByRole('table', { name: /^Open/ }).getByRole('row')).toHaveCount(5);
  await page.keyboard.press('Escape');
  await goOn(page);
  await expect(live).toContainText('stopped');
  await start.click();
  await expect(live).toContainText('ended: length reached');
  await live.getByText('What fell out, and why').click();
  await expect(live).toContainText('the last that goes on has');

  await expect(start).toBeEnabled();
  await view.getByRole('radio', { name: 'Contrastive' }).press('Space');
  await expect(view.getByRole('radio', { name: 'Contrastive' })).toBeChecked();
  await start.click();
  await expect(live.getByRole('table', { name: /^Candidates/ }).getByRole('row')).toHaveCount(5);
  await expect(view.getByRole('table', { name: /How varied/ }).getByRole('row')).toHaveCount(3);
  expect(await complaints(page)).toEqual([]);

  const beam = view.getByRole('article', { name: 'Found by Beam' });
  await beam.getByRole('button', { name: /number 1 of Beam$/ }).click();
  await expect.poll(async () => (await textOf(page)).length).toBeGreaterThan(before.length);
  await openBranches(page);
  await expect(branchRows(page)).toHaveCount(4);
});
