// Ablation in the browser: switches change the numbers and give them back; the ranking agrees with the switches; keys, a phone, axe.

import { complaints } from '../support/axe.ts';
import { candidatesOf, noteCommands, openPage, setCaret, setText, sidewaysOf, tokenButton } from '../support/page.ts';
import { expect, goOn, holdAfter, type Locator, type Page, test } from '../support/tests.ts';

const view = (page: Page) => page.getByRole('region', { name: 'Ablation', exact: true });
const switchOf = (page: Page, name: string) => view(page).getByRole('switch', { name: new RegExp(`^${name}(,.*)?$`) });
const show = (page: Page, tab: string) => view(page).getByRole('tab', { name: tab, exact: true }).click();

/** Opens the view and waits for its first comparison. */
async function open(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Ablation', exact: true }).click();
  await upToDate(page);
}

async function upToDate(page: Page): Promise<void> {
  await expect(view(page).locator('[data-current="true"]').first()).toBeVisible();
}

/** What a switch gives once it is computed. */
async function flip(page: Page, target: Locator, on: boolean): Promise<void> {
  await target.click();
  await expect(target).toHaveAttribute('aria-checked', String(on));
  await upToDate(page);
}

interface Candidate {
  readonly token: string;
  readonly plain: number;
  readonly ablated: number;
}

/** The rows of the next token, with their exact numbers. */
async function candidates(page: Page): Promise<Candidate[]> {
  const table = view(page).getByRole('table', { name: 'Next token, all on and ablated' });
  await expect(table).toBeVisible();
  return table.evaluate(element =>
    [...element.querySelectorAll('tbody tr')].map(row => ({
      token: row.querySelector('th')?.textContent ?? '',
      plain: Number(row.querySelector<HTMLElement>('td:nth-child(2) [title]')?.title),
      ablated: Number(row.querySelector<HTMLElement>('td:nth-child(3) [title]')?.title),
    })),
  );
}

const changeOf = async (page: Page, id: 'target-change' | 'total-change'): Promise<number> =>
  Number(await view(page).getByTestId(id).getAttribute('title'));

test('with everything on nothing changes; a head that is off changes the numbers; all on gives them back', {
  tag: '@engine',
}, async ({ page }) => {
  await openPage(page);
  const inspected = await candidatesOf(page);
  await open(page);
  const plain = await candidates(page);
  for (const each of plain) expect(each.ablated).toBe(each.plain);
  expect(await changeOf(page, 'target-change')).toBe(0);
  await expect(view(page)).toContainText('everything on');
  // The model as it is, as the candidates show it.
  for (const [i, each] of plain.slice(0, 5).entries()) expect(each.plain).toBeCloseTo(inspected[i]?.before ?? 0, 4);

  await flip(page, switchOf(page, 'Layer 1, head 2'), false);
  await expect(view(page)).toContainText('1 part off, zero as baseline');
  const headOff = await candidates(page);
  expect(headOff.some(each => Math.abs(each.ablated - each.plain) > 1e-4)).toBe(true);
  expect(await changeOf(page, 'target-change')).not.toBe(0);
  await show(page, 'The text');
  expect(Math.abs(await changeOf(page, 'total-change'))).toBeGreaterThan(1e-4);
  await show(page, 'Next token');

  await view(page).getByText('Mean', { exact: true }).click();
  await expect(view(page)).toContainText('mean as baseline');
  await upToDate(page);
  expect(await candidates(page)).not.toEqual(headOff);
  await view(page).getByText('Zero', { exact: true }).click();
  await expect(view(page)).toContainText('zero as baseline');
  expect(await candidates(page)).toEqual(headOff);

  await view(page).getByRole('button', { name: 'All on' }).click();
  await expect(view(page)).toContainText('everything on');
  expect(await candidates(page)).toEqual(plain);
  await view(page).getByRole('button', { name: 'Undo the last switch' }).click();
  await expect(switchOf(page, 'Layer 1, head 2')).toHaveAttribute('aria-checked', 'false');
  expect(await candidates(page)).toEqual(headOff);
});

test('a whole layer is its attention and its MLP', { tag: '@engine' }, async ({ page }) => {
  await openPage(page);
  await open(page);
  await flip(page, switchOf(page, 'Layer 0, whole'), false);
  await expect(switchOf(page, 'Layer 0, attention')).toHaveAttribute('aria-checked', 'false');
  await expect(switchOf(page, 'Layer 0, MLP')).toHaveAttribute('aria-checked', 'false');
  const whole = await candidates(page);
  expect(await changeOf(page, 'target-change')).toBeLessThan(-0.5);
  // A head under attention that is off changes nothing more.
  await flip(page, switchOf(page, 'Layer 0, head 1'), false);
  for (const [i, each] of (await candidates(page)).entries())
    expect(each.ablated).toBeCloseTo(whole[i]?.ablated ?? -1, 6);
  await flip(page, switchOf(page, 'Layer 0, head 1'), true);
  await flip(page, switchOf(page, 'Layer 0, MLP'), true);
  await expect(switchOf(page, 'Layer 0, whole')).toHaveAttribute('aria-checked', 'true');
  expect(await candidates(page)).not.toEqual(whole);
});

test('the place is the selected token, the text goes on from it', async ({ page }) => {
  await openPage(page);
  await setText(page, 'Once upon a time there was a small');
  await open(page);
  await flip(page, switchOf(page, 'Layer 2, attention'), false);
  await setCaret(page, 'Once upon a ti'.length);
  await expect(view(page)).toContainText(/at position \d+, 1 part off/);
  await upToDate(page);
  const atToken = await changeOf(page, 'target-change');
  await show(page, 'The text');
  const tail = await changeOf(page, 'total-change');
  const rows = view(page).getByRole('table', { name: 'Tokens changed most, all on and ablated' }).locator('tbody tr');
  const count = await rows.count();
  const changes = await rows.evaluateAll(all =>
    all.map(row => Number(row.querySelector<HTMLElement>('td:last-child [title]')?.title)),
  );
  expect(changes.reduce((sum, change) => sum + change, 0)).toBeCloseTo(tail, 5);
  expect(changes.map(Math.abs)).toEqual(changes.map(Math.abs).sort((a, b) => b - a));
  // The selected token is the first of them, and its change that of the row before it.
  const own = await view(page).locator('tr[aria-current] td:last-child [title]').getAttribute('title');
  expect(Number(own)).toBeCloseTo(atToken, 4);
  await view(page).getByText('Whole text', { exact: true }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(count);
  // The first token has no prediction.
  await setCaret(page, 0);
  await expect(view(page)).toContainText(/at position 0/);
  await show(page, 'Next token');
  await expect(view(page)).toContainText('The first token has no prediction');
});

test('a ranking of all heads, stopped and gone on with; its first is what switching it off shows', async ({ page }) => {
  await openPage(page);
  await setText(page, `${'The little fox went home to the old house. '.repeat(14)}The little fox went`);
  await open(page);
  await show(page, 'Ranking');
  await holdAfter(page, 'swept', 4);
  await view(page).getByRole('button', { name: 'Rank 36 parts' }).click();
  const stop = view(page).getByRole('button', { name: 'Stop ranking' });
  await expect(view(page).getByRole('progressbar', { name: 'Ranking the parts' })).toBeVisible();
  await expect(view(page).getByText(/^[1-9]\d* of 36 parts$/)).toBeVisible();
  await stop.click();
  await goOn(page);
  const on = view(page).getByRole('button', { name: /^Go on with \d+ parts$/ });
  await expect(on).toBeVisible();
  await on.click();
  await expect(view(page).getByRole('button', { name: 'Rank 36 parts' })).toBeVisible();
  const table = view(page).getByRole('table', { name: 'Parts by effect' });
  const rows = table.locator('tbody tr');
  await expect(view(page)).toContainText('1–20 of 36');
  const effects = await rows.evaluateAll(all =>
    all.map(row => Number(row.querySelector<HTMLElement>('td [title]')?.title)),
  );
  expect(effects.map(Math.abs)).toEqual(effects.map(Math.abs).sort((a, b) => b - a));
  expect(Math.abs(effects[0] ?? 0)).toBeGreaterThan(0.001);
  // Colour and sign on the grid: the first of the ranking has the last step of the ramp.
  const name = (await rows.first().locator('th').innerText()).split('\n').at(-1) ?? '';
  const cell = switchOf(page, name);
  await expect(cell).toHaveAttribute('data-step', '5');
  await expect(cell).toHaveText((effects[0] ?? 0) > 0 ? '+' : '−');
  // What rises and what falls without a part have arms of their own on the ramp.
  const grounds = await view(page)
    .getByRole('switch')
    .evaluateAll(cells =>
      ['+', '-'].map(sign =>
        cells
          .filter(each => each instanceof HTMLElement && each.dataset.sign === sign)
          .map(each => getComputedStyle(each).backgroundColor),
      ),
    );
  expect(grounds[0]?.length).toBeGreaterThan(0);
  expect(grounds[1]?.length).toBeGreaterThan(0);
  expect(grounds[0]?.filter(colour => grounds[1]?.includes(colour))).toEqual([]);
  await rows
    .first()
    .getByRole('button', { name: `Only ${name} off` })
    .click();
  await expect(cell).toHaveAttribute('aria-checked', 'false');
  await upToDate(page);
  await show(page, 'Next token');
  expect(await changeOf(page, 'target-change')).toBeCloseTo(effects[0] ?? 0, 4);
  // Another token is another question: the grid loses its colours, the table says so.
  await show(page, 'Ranking');
  await view(page).getByRole('button', { name: 'Change', exact: true }).click();
  await view(page).getByRole('searchbox', { name: 'Find a token to ask for' }).fill('house');
  await view(page).getByRole('list', { name: 'Tokens found' }).getByRole('button').first().click();
  await expect(view(page)).toContainText('This ranking is of another place, token');
  await expect(cell).not.toHaveAttribute('data-step', '5');
});

test('the grid of switches by keys alone; nothing is asked of the worker while the view is closed', async ({
  page,
}) => {
  await noteCommands(page);
  await openPage(page);
  await open(page);
  const cells = view(page).getByRole('switch');
  await expect(cells).toHaveCount(6 * 9);
  expect(await view(page).evaluate(element => element.querySelectorAll('[role="switch"][tabindex="0"]').length)).toBe(
    1,
  );
  await switchOf(page, 'Layer 0, head 0').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Space']) await page.keyboard.press(key);
  await expect(switchOf(page, 'Layer 2, head 1')).toBeFocused();
  await expect(switchOf(page, 'Layer 2, head 1')).toHaveAttribute('aria-checked', 'false');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(switchOf(page, 'Layer 2, whole')).toHaveAttribute('aria-checked', 'false');
  await expect(view(page)).toContainText('3 parts off');
  await upToDate(page);
  const table = view(page).getByRole('table', { name: 'Next token, all on and ablated' });
  await table.locator('tbody tr').first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(view(page)).toContainText(/All on 0\.\d{6,}/);
  await page.getByRole('tab', { name: 'Token', exact: true }).click();
  const asked = () =>
    page.evaluate(
      () => (Reflect.get(globalThis, 'notedCommands') as string[]).filter(type => type === 'ablate').length,
    );
  const before = await asked();
  await setText(page, 'Another text');
  await candidatesOf(page);
  expect(await asked()).toBe(before);
});

test('axe finds nothing in either theme', async ({ page }) => {
  await openPage(page);
  await open(page);
  await flip(page, switchOf(page, 'Layer 3, attention'), false);
  expect(await complaints(page)).toEqual([]);
  await show(page, 'The text');
  expect(await complaints(page, '[aria-label="Ablation"]')).toEqual([]);
  await show(page, 'Ranking');
  await view(page).getByRole('button', { name: 'Rank 36 parts' }).click();
  await expect(view(page)).toContainText('1–20 of 36');
  await expect(view(page).getByRole('button', { name: 'Rank 36 parts' })).toBeVisible();
  expect(await complaints(page, '[aria-label="Ablation"]')).toEqual([]);
});

test('on a phone a layer at a time, with large switches and nothing to scroll sideways @phone', async ({ page }) => {
  await openPage(page);
  await tokenButton(page).tap();
  await page.getByRole('tab', { name: 'Ablation', exact: true }).tap();
  await upToDate(page);
  const cell = view(page).getByRole('switch', { name: 'Layer 1, head 2' });
  await expect(cell).toBeHidden();
  await view(page).getByRole('button', { name: 'Layer after' }).tap();
  const box = await cell.boundingBox();
  expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  await cell.tap();
  await expect(cell).toHaveAttribute('aria-checked', 'false');
  await upToDate(page);
  for (const tab of ['The text', 'Ranking', 'Next token']) {
    await view(page).getByRole('tab', { name: tab }).tap();
    expect(await sidewaysOf(page)).toBe(0);
    expect(
      await view(page).evaluate(
        e =>
          [...e.querySelectorAll('*')].filter(
            each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX === 'auto',
          ).length,
      ),
    ).toBe(0);
  }
  // A tap on a row says its exact numbers.
  await view(page).getByRole('table', { name: 'Next token, all on and ablated' }).locator('tbody tr').first().tap();
  await expect(view(page)).toContainText(/All on 0\.\d{6,}/);
  expect(await complaints(page)).toEqual([]);
});
