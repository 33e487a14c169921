// What axe has against the page: everything in the theme as it is, and the colours once more in the other theme, which differs in nothing else.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

async function violations(page: Page, within: string | undefined, colours: boolean): Promise<string[]> {
  // The page has no frames: without them axe needs no page of its own to put its findings together. And only what is wrong is listed.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  if (within !== undefined) axe.include(within);
  if (colours) axe.withRules(['color-contrast']);
  const found = (await axe.analyze()).violations;
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  );
}

/** Numbers that are about to be replaced are dimmed until then. */
const DIMMED = 'section[aria-label="Token"][aria-busy="true"], [data-stale="true"]';

/** Waits until nothing is dimmed and no colour is on its way to another one. */
async function coloursSettled(page: Page): Promise<void> {
  await expect(page.locator(DIMMED)).toHaveCount(0);
  await page.evaluate(async () => {
    await new Promise(resolve => requestAnimationFrame(resolve));
    const running = document.getAnimations().filter(each => each.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(running.map(({ finished }) => finished));
  });
}

/** What axe has against the contrast of text in the colours as they are. */
export async function contrastComplaints(page: Page): Promise<string[]> {
  await coloursSettled(page);
  return violations(page, undefined, true);
}

/** The complaints, in words short enough to read; those of the dark theme begin with `dark`. The page follows the system's theme. */
export async function complaints(page: Page, within?: string): Promise<string[]> {
  await coloursSettled(page);
  const light = await violations(page, within, false);
  await page.emulateMedia({ colorScheme: 'dark' });
  await coloursSettled(page);
  const dark = await violations(page, within, true);
  await page.emulateMedia({ colorScheme: 'light' });
  await coloursSettled(page);
  return [...light, ...dark.map(each => `dark ${each}`)];
}
