// A window of 1280 x 1024 at a zoom of 200 and 400 % (WCAG 2.2, 1.4.4 and 1.4.10): all is there, nothing is cut, nothing is scrolled sideways, and the
// focus is in sight wherever it goes.
import { cutsOf, VIEWS } from '../support/cuts.ts';
import { candidatesReady, openPage, run, runButton, textArea, tokenButton } from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

const ZOOMS = [
  { percent: 200, width: 640, height: 512 },
  { percent: 400, width: 320, height: 256 },
] as const;

/** What stays cut once pictures have taken the width of their panes. */
async function staysCut(page: Page, where: string): Promise<string[]> {
  const settled = expect.poll(() => cutsOf(page)).toEqual([]);
  return settled.then(
    () => [],
    async () => (await cutsOf(page)).map(cut => `${where}: ${cut}`),
  );
}

/** The focused element's name where less than half of it, and less than 40 px, is in sight or something lies over it; null where a person sees it. */
function focusHidden(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return null;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const [x0, y0] = [Math.max(left, 0), Math.max(top, 0)];
    const [x1, y1] = [Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
    const enough = x1 - x0 >= Math.min(40, (right - left) / 2) && y1 - y0 >= Math.min(40, (bottom - top) / 2);
    const points = [0.25, 0.5, 0.75].map(part => document.elementFromPoint(x0 + (x1 - x0) * part, (y0 + y1) / 2));
    const free = points.some(hit => hit !== null && (element.contains(hit) || hit.contains(element)));
    if (enough && free) return null;
    return `${element.tagName} "${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 30)}"`;
  });
}

for (const { percent, width, height } of ZOOMS) {
  test.describe(`${percent} %`, () => {
    test.use({ viewport: { width, height }, deviceScaleFactor: percent / 100 });

    test('the text, a run and what comes next', async ({ page }) => {
      await openPage(page);
      const found = await staysCut(page, 'at rest');
      await textArea(page).scrollIntoViewIfNeeded();
      await textArea(page).press('End');
      await page.keyboard.type(' fox');
      await runButton(page).scrollIntoViewIfNeeded();
      await expect(runButton(page)).toBeInViewport({ ratio: 1 });
      await run(page);
      found.push(...(await staysCut(page, 'after a run')));
      await tokenButton(page).click();
      await candidatesReady(page);
      found.push(...(await staysCut(page, 'what comes next')));
      expect(found).toEqual([]);
    });

    test('every view', async ({ page }) => {
      await openPage(page);
      await tokenButton(page).click();
      const found: string[] = [];
      for (const view of VIEWS) {
        await page.getByRole('tab', { name: view, exact: true }).click();
        const panel = page.getByRole('tabpanel', { name: view, exact: true });
        await expect(panel).not.toBeEmpty();
        // Its numbers are wider than the place that waits for them.
        if (view === 'Lens') await expect(panel.getByRole('cell', { name: / bits$/ }).first()).toBeVisible();
        found.push(...(await staysCut(page, view)));
      }
      expect(found).toEqual([]);
    });

    test('every dialog, with its way out in sight', async ({ page }) => {
      await openPage(page);
      const found: string[] = [];
      for (const action of ['Documents', 'Models', 'Share', 'Presets', 'View code', 'Keys']) {
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Find an action' }).fill(action);
        found.push(...(await staysCut(page, `the palette, ${action}`)));
        await page.keyboard.press('Enter');
        const dialog = page.locator('dialog[open]');
        const close = dialog.getByRole('button', { name: 'Close', exact: true });
        await expect(close).toBeInViewport({ ratio: 1 });
        found.push(...(await staysCut(page, action)));
        await dialog.evaluate(element => element.scrollTo(0, element.scrollHeight));
        await expect(close).toBeInViewport({ ratio: 1 });
        await page.keyboard.press('Escape');
        await expect(dialog).toHaveCount(0);
      }
      expect(found).toEqual([]);
    });

    test('Tab goes round with the focus in sight', async ({ page }) => {
      await openPage(page);
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        // A row that is pushed sideways takes a moment to bring it in.
        await expect.poll(() => focusHidden(page)).toBeNull();
      }
    });
  });
}
