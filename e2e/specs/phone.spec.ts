// A phone: one column, nothing to scroll sideways, everything within a thumb's reach, a first visit by touch alone. @phone
import { complaints } from '../support/axe.ts';
import {
  candidateGrid,
  candidatesReady,
  modelReady,
  numberField,
  openPage,
  runButton,
  runFinished,
  stepButton,
  textArea,
  textOf,
  tokenButton,
  tokensOf,
  undoButton,
} from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

/** What reaches beyond the right edge of the window, and by how many pixels the page can be scrolled there. */
async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const beyond = [...document.body.querySelectorAll('*')].filter(
      e => e.getBoundingClientRect().right > clientWidth + 0.5,
    );
    return [
      `${scrollWidth - clientWidth} px`,
      ...beyond.slice(0, 8).map(e => `${e.tagName} ${e.className} ${e.textContent?.slice(0, 40)}`),
    ];
  });
}

/** Within the window, nothing over it. */
async function reachable(target: Locator): Promise<boolean> {
  return target.evaluate(element => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return hit !== null && (element.contains(hit) || hit.contains(element));
  });
}

async function tall(target: Locator, px = 44): Promise<void> {
  const box = await target.boundingBox();
  expect(box?.height, `height of ${await target.innerText()}`).toBeGreaterThanOrEqual(px);
  expect(box?.width, `width of ${await target.innerText()}`).toBeGreaterThanOrEqual(px);
}

const settingsButton = (page: Page) => page.getByRole('button', { name: 'Settings', exact: true });
const sheet = (page: Page, title: string) => page.getByRole('dialog', { name: title, exact: true });

test('one column without sideways scrolling, Run in reach, targets large enough @phone', async ({ page }) => {
  await openPage(page);
  expect(await overflow(page)).toEqual([]);
  await expect(runButton(page)).toBeInViewport({ ratio: 1 });
  expect(await reachable(runButton(page))).toBe(true);
  await expect(page.getByRole('complementary')).toHaveCount(0);
  for (const target of [
    runButton(page),
    stepButton(page),
    tokenButton(page),
    settingsButton(page),
    page.getByRole('button', { name: /^Model: / }),
  ]) {
    await tall(target);
  }
  const words = 'Averylongwordwithoutanyplacetobreak'.repeat(12);
  await textArea(page).fill(words);
  expect(await overflow(page)).toEqual([]);
  await expect(runButton(page)).toBeInViewport({ ratio: 1 });
  await textArea(page).fill('a line\n'.repeat(80));
  await expect(runButton(page)).toBeInViewport({ ratio: 1 });
  expect(await overflow(page)).toEqual([]);
});

test('a first visit by touch: write, run, look at a token, choose another, undo @phone', async ({ page }) => {
  await openPage(page);
  await settingsButton(page).tap();
  await expect(sheet(page, 'Settings')).toBeVisible();
  await numberField(page, 'Length').fill('4');
  await numberField(page, 'Length').press('Enter');
  await sheet(page, 'Settings').getByRole('button', { name: 'Close' }).tap();
  await textArea(page).tap();
  await textArea(page).fill('There was a small');
  await runButton(page).tap();
  await runFinished(page);
  const ran = await textOf(page);
  expect(ran.length).toBeGreaterThan('There was a small'.length);

  await tokenButton(page).tap();
  await expect(sheet(page, 'Look inside')).toBeVisible();
  await candidatesReady(page);
  expect(await overflow(page)).toEqual([]);
  await candidateGrid(page).locator('[id^="candidate-"]').nth(2).tap();
  const go = sheet(page, 'Look inside').getByRole('button', { name: /^Continue from here/ });
  await expect(go).toBeInViewport({ ratio: 1 });
  await tall(go);
  await go.tap();
  await expect(sheet(page, 'Look inside')).toBeHidden();
  await runFinished(page);
  expect((await tokensOf(page)).some(token => token.origin === 'chosen')).toBe(true);
  await undoButton(page).tap();
  await expect(textArea(page)).toHaveValue(ran);
});

test('the sheets fit and close by their button, and give the page back @phone', async ({ page }) => {
  await openPage(page);
  for (const [open, title] of [
    [tokenButton(page), 'Look inside'],
    [settingsButton(page), 'Settings'],
  ] as const) {
    await open.tap();
    const opened = sheet(page, title);
    await expect(opened).toBeVisible();
    const box = await opened.boundingBox();
    expect(box?.width).toBeLessThanOrEqual(390);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(844);
    expect(await overflow(page)).toEqual([]);
    await tall(opened.getByRole('button', { name: 'Close' }));
    await opened.getByRole('button', { name: 'Close' }).tap();
    await expect(opened).toBeHidden();
    await modelReady(page);
  }
  // The tab of the view that was chosen last is in sight.
  const inside = sheet(page, 'Look inside');
  const follow = inside.getByRole('tab', { name: 'Follow' });
  await tokenButton(page).tap();
  await follow.tap();
  await inside.getByRole('button', { name: 'Close' }).tap();
  await expect(inside).toBeHidden();
  await tokenButton(page).tap();
  await expect(follow).toBeInViewport({ ratio: 0.9 });
});

test('axe finds nothing in either theme, with either sheet and the models @phone', async ({ page }) => {
  await openPage(page);
  expect(await complaints(page)).toEqual([]);
  for (const [open, title] of [
    [tokenButton(page), 'Look inside'],
    [settingsButton(page), 'Settings'],
    [page.getByRole('button', { name: /^Model: / }), 'Models'],
  ] as const) {
    await open.tap();
    await expect(sheet(page, title)).toBeVisible();
    if (title === 'Look inside') await candidatesReady(page);
    expect(await complaints(page)).toEqual([]);
    await sheet(page, title).getByRole('button', { name: 'Close' }).tap();
  }
});
