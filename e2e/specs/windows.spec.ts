// Windows of every size: nothing is cut, five lines of the text are in sight, and five candidates or the button that leads to them. @phone

import { NARROW } from '../../src/ui/controls/useMedia.ts';
import { cutsOf, VIEWS } from '../support/cuts.ts';
import {
  candidateGrid,
  candidatesReady,
  numberField,
  openPage,
  run,
  runButton,
  setNumbers,
  tokenButton,
} from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

/** Phones upright and lying, tablets, windows beside others, laptops, large screens, and 1440 x 900 at 150 and 200 %. */
const SIZES = [
  [320, 480],
  [360, 640],
  [390, 844],
  [480, 320],
  [568, 320],
  [599, 700],
  [600, 400],
  [667, 375],
  [720, 450],
  [740, 360],
  [760, 1024],
  [761, 1024],
  [768, 1024],
  [800, 600],
  [844, 390],
  [900, 641],
  [901, 600],
  [932, 430],
  [960, 600],
  [1000, 450],
  [1024, 541],
  [1024, 768],
  [1140, 700],
  [1141, 641],
  [1280, 560],
  [1280, 720],
  [1366, 650],
  [1440, 900],
  [1920, 1080],
  [2560, 1440],
] as const;

/** Whole lines of the text that have a place in sight, with the foot of the page where it stands at first. */
function linesInSight(page: Page): Promise<number> {
  return page.getByTestId('editor').evaluate(editor => {
    const area = editor.querySelector('textarea');
    const main = editor.closest('main');
    if (!area || !main) return 0;
    main.scrollTop = 0;
    const { paddingTop, lineHeight } = getComputedStyle(area);
    const bottom = Math.min(
      editor.getBoundingClientRect().bottom,
      main.getBoundingClientRect().bottom,
      document.documentElement.clientHeight,
    );
    return Math.floor(
      (bottom - editor.getBoundingClientRect().top - Number.parseFloat(paddingTop)) / Number.parseFloat(lineHeight) +
        0.01,
    );
  });
}

/** Candidates that stand wholly in sight, below the head of their list. */
function candidatesInSight(page: Page): Promise<number> {
  return candidateGrid(page).evaluate(grid => {
    const bottom = Math.min(grid.getBoundingClientRect().bottom, document.documentElement.clientHeight);
    const top = grid.querySelector('[data-head]')?.getBoundingClientRect().bottom ?? 0;
    return [...grid.querySelectorAll('[id^="candidate-"]')].filter(row => {
      const box = row.getBoundingClientRect();
      return box.top >= top - 1 && box.bottom <= bottom + 1;
    }).length;
  });
}

/** What is wrong with the page at its present size. */
async function faultsOf(page: Page): Promise<string[]> {
  const faults = await cutsOf(page);
  const lines = await linesInSight(page);
  if (lines < 5) faults.push(`${lines} lines of the text`);
  if (!(await inWindow(page, runButton(page)))) faults.push('Run is out of sight');
  if (await page.getByRole('complementary').isVisible()) {
    await candidatesReady(page);
    const candidates = await candidatesInSight(page);
    if (candidates < 5) faults.push(`${candidates} candidates`);
    return faults;
  }
  if (!(await inWindow(page, tokenButton(page)))) return [...faults, 'no way to the candidates'];
  await tokenButton(page).click();
  await candidatesReady(page);
  await candidateGrid(page).evaluate(grid => grid.scrollIntoView({ block: 'end' }));
  const candidates = await candidatesInSight(page);
  const least = (page.viewportSize()?.height ?? 0) < 400 ? 3 : 5;
  if (candidates < least) faults.push(`${candidates} candidates in the sheet`);
  faults.push(...(await cutsOf(page)).map(cut => `in the sheet: ${cut}`));
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).click();
  return faults;
}

async function inWindow(page: Page, target: ReturnType<typeof runButton>): Promise<boolean> {
  const box = await target.boundingBox();
  const size = page.viewportSize();
  if (!box || !size) return false;
  return box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height;
}

async function walk(page: Page): Promise<void> {
  await openPage(page);
  const found: string[] = [];
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    // The page takes the shape of its new size with its next paint.
    const narrow = await page.evaluate(query => matchMedia(query).matches, NARROW);
    await expect(page.getByRole('complementary')).toBeVisible({ visible: !narrow });
    await page.evaluate(
      () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))),
    );
    for (const fault of await faultsOf(page)) found.push(`${width} x ${height}: ${fault}`);
  }
  expect(found).toEqual([]);
}

test('five lines and five candidates, nothing cut, in every window, with a mouse', async ({ page }) => {
  await walk(page);
});

test('five lines and five candidates, nothing cut, in every window, by touch @phone', async ({ page }) => {
  await walk(page);
});

/** Panes that are of another height once they are scrolled to their end, where what is pressed would go from under the press. */
function changedAtEnd(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const frames = async (): Promise<void> => {
      for (let i = 0; i < 6; i++) await new Promise(resolve => requestAnimationFrame(resolve));
    };
    const found: string[] = [];
    for (const pane of document.querySelectorAll('main, main *, aside *')) {
      if (pane.scrollHeight <= pane.clientHeight || !/auto|scroll/.test(getComputedStyle(pane).overflowY)) continue;
      await frames();
      const [before, top] = [pane.clientHeight, pane.scrollTop];
      pane.scrollTop = pane.scrollHeight;
      await frames();
      if (pane.clientHeight !== before)
        found.push(`${pane.className} is ${before} px high, at its end ${pane.clientHeight}`);
      pane.scrollTop = top;
    }
    return found;
  });
}

test('no view is wider than its column, and none gives way where it ends', { tag: '@engine' }, async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 12 });
  await run(page);
  const found: string[] = [];
  for (const view of VIEWS) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('tab', { name: view, exact: true }).click();
    await expect(page.getByRole('tabpanel', { name: view, exact: true })).not.toBeEmpty();
    // Only what stays: a view fills meanwhile.
    const kept = expect.poll(() => changedAtEnd(page)).toEqual([]);
    await kept.catch(async () => found.push(...(await changedAtEnd(page)).map(change => `${view}: ${change}`)));
    for (const [width, height] of [
      [1440, 900],
      [1024, 768],
      [768, 1024],
    ] as const) {
      await page.setViewportSize({ width, height });
      // A picture takes the width of its pane a frame after the pane has it: only what stays cut is.
      const cuts = async () => (await cutsOf(page)).map(cut => `${view} at ${width} x ${height}: ${cut}`);
      const settled = expect.poll(cuts).toEqual([]);
      await settled.catch(async () => found.push(...(await cuts())));
    }
  }
  expect(found).toEqual([]);
});

test('an arrow lies over the row of tabs only where it goes on, whichever tab is chosen', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openPage(page);
  const row = page.getByRole('tablist').filter({ hasText: 'Follow' });
  const goesOn = () => row.evaluate(list => list.scrollLeft + list.clientWidth < list.scrollWidth - 1);
  const arrow = row.locator('..').locator('[data-side="after"]');
  for (const view of VIEWS) {
    await page.getByRole('tab', { name: view, exact: true }).click();
    await expect.poll(async () => (await arrow.count()) > 0 === (await goesOn()), view).toBe(true);
  }
});

/** Whether two elements share a place on the page. */
function overlap(a: Locator, b: Locator): Promise<boolean> {
  return Promise.all([a.boundingBox(), b.boundingBox()]).then(
    ([p, q]) =>
      p !== null &&
      q !== null &&
      p.x < q.x + q.width &&
      q.x < p.x + p.width &&
      p.y < q.y + q.height &&
      q.y < p.y + p.height,
  );
}

test('a meaning covers neither its slider nor its number; a word below a pane covers no setting', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openPage(page);
  for (const name of ['Temperature', 'Top-p', 'Top-k', 'Length']) {
    await page.getByRole('button', { name, exact: true }).click();
    const meaning = page.locator('[popover]:popover-open');
    await expect(meaning).toHaveCount(1);
    // It is open a moment before it has its place.
    await expect.poll(() => overlap(meaning, page.getByRole('slider', { name, exact: true })), name).toBe(false);
    await expect.poll(() => overlap(meaning, numberField(page, name)), name).toBe(false);
    await page.keyboard.press('Escape');
  }
  const cue = page.getByText('More settings');
  await expect(cue).toBeVisible();
  const pane = page
    .getByRole('region', { name: 'Settings' })
    .locator('div', { has: page.getByRole('slider') })
    .first();
  await expect.poll(() => overlap(cue, pane.locator(':scope > :first-child'))).toBe(false);
});
