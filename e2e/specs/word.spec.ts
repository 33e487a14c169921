// The card of a token: opened by a pointer that rests, by a finger that stays and by keys, never on the token and never in the way.

import { complaints } from '../support/axe.ts';
import { branchRows, openBranches } from '../support/branches.ts';
import {
  neverEnds,
  openPage,
  run,
  setCaret,
  setNumbers,
  stopButton,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { expect, goOn, holdAfter, type Locator, type Page, test } from '../support/tests.ts';

const card = (page: Page): Locator => page.getByRole('dialog', { name: /^Token |^What comes next/ });
const token = (page: Page, at: number): Locator => page.getByTestId('overlay').locator('[data-piece]').nth(at);
const road = (page: Page): Locator => card(page).getByRole('button', { name: /^Continue from here with / });

/** The middle of a token, px. */
async function middleOf(page: Page, at: number): Promise<{ x: number; y: number }> {
  const box = await token(page, at).boundingBox();
  if (box === null) throw new Error('the token is not painted');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function restOn(page: Page, at: number): Promise<void> {
  const { x, y } = await middleOf(page, at);
  await page.mouse.move(x - 2, y);
  await page.mouse.move(x, y);
}

const caretOf = (page: Page): Promise<number> =>
  textArea(page).evaluate(field => (field instanceof HTMLTextAreaElement ? field.selectionStart : -1));

test('a pointer that rests on a token sees its numbers beside it and goes on from any of the five likeliest', async ({
  page,
}) => {
  await openPage(page);
  await setNumbers(page, { Length: 4 });
  await neverEnds(page);
  await run(page);
  await setCaret(page, 4);
  await restOn(page, 5);
  await expect(card(page)).toHaveAccessibleName(
    /^Token space \w+, id \d+, [\d.<> ]+ % before sampling, rank [\d,]+ of 2,048$/,
  );
  await expect(road(page)).toHaveCount(5);
  await expect(textArea(page)).toBeFocused();
  expect(await caretOf(page)).toBe(4);
  const [own, over] = [await token(page, 5).boundingBox(), await card(page).boundingBox()];
  if (own === null || over === null) throw new Error('nothing to compare');
  expect(over.y >= own.y + own.height || over.y + over.height <= own.y).toBe(true);
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(3000);

  expect(await complaints(page, '[data-testid="card"]')).toEqual([]);

  // Typing and Esc close it; the way into it does not.
  await page.keyboard.press('Escape');
  await expect(card(page)).toBeHidden();
  await restOn(page, 6);
  await expect(card(page)).toBeVisible();
  await page.keyboard.type('x');
  await expect(card(page)).toBeHidden();
  await page.keyboard.press('Backspace');
  await restOn(page, 8);
  await expect(road(page)).toHaveCount(5);
  const before = await textOf(page);
  const head = (await tokensOf(page))
    .slice(0, 8)
    .map(each => each.text)
    .join('');
  await road(page).nth(1).hover();
  await expect(card(page)).toBeVisible();
  await road(page).nth(1).click();
  await expect(card(page)).toBeHidden();
  await expect
    .poll(async () => (await tokensOf(page)).map(each => each.origin).slice(8))
    .toEqual(['chosen', 'drawn', 'drawn', 'drawn', 'drawn']);
  expect((await textOf(page)).startsWith(head)).toBe(true);
  await openBranches(page);
  await expect(branchRows(page)).toHaveCount(2);
  expect(before.startsWith(head)).toBe(true);

  // Depth is one click away.
  await restOn(page, 3);
  await card(page).getByRole('button', { name: 'Open in the inspector' }).click();
  await expect(page.getByRole('region', { name: 'Token', exact: true })).toContainText('position 3 ·');
});

test('keys open the card, go into it and out of it', async ({ page }) => {
  await openPage(page);
  await setCaret(page, 6);
  await page.keyboard.press('Alt+ArrowDown');
  await expect(card(page)).toHaveAccessibleName(/^Token space upon, /);
  await expect(road(page)).toHaveCount(5);
  await expect(textArea(page)).toBeFocused();
  // It goes with the caret. Who goes in before the candidates have come is led to them.
  await holdAfter(page, 'row', 0);
  await page.keyboard.press('Alt+ArrowRight');
  await expect(card(page)).toHaveAccessibleName(/^Token space a/);
  await page.keyboard.press('Alt+ArrowDown');
  await expect(card(page)).toBeFocused();
  await expect(road(page)).toHaveCount(0);
  await goOn(page);
  await expect(road(page).first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(road(page).nth(1)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(card(page)).toBeHidden();
  await expect(textArea(page)).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('Alt+ArrowDown');
  await expect(road(page).first()).toBeFocused();
  await holdAfter(page, 'token', 1);
  await page.keyboard.press('Enter');
  await expect(textArea(page)).toBeFocused();
  await expect.poll(async () => (await tokensOf(page)).map(each => each.origin)[2]).toBe('chosen');
  await stopButton(page).click();
  await goOn(page);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('a finger that stays on a token opens its card, and another touch closes it', async ({ page }) => {
    await openPage(page);
    const caret = await caretOf(page);
    const cdp = await page.context().newCDPSession(page);
    // The card's code may still be on its way.
    await expect(async () => {
      const { x, y } = await middleOf(page, 4);
      await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
      try {
        await expect(card(page)).toBeVisible({ timeout: 2000 });
      } finally {
        await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      }
    }).toPass();
    await expect(road(page)).toHaveCount(5);
    const box = await card(page).boundingBox();
    expect(box !== null && box.x >= 0 && box.x + box.width <= 390).toBe(true);
    expect(await caretOf(page)).toBe(caret);
    await page.touchscreen.tap(300, 20);
    await expect(card(page)).toBeHidden();
  });
});
