// A lost device and a crashed worker: opened again once by themselves, the text stays, the same run can go on.

import { alertsOf, goesOn, recordGpu, says, standStillAfter, strike, write } from '../support/faults.ts';
import {
  lockSeed,
  modelReady,
  neverEnds,
  openPage,
  run,
  runButton,
  setNumbers,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { chromium, expect, type Page, engineTest as test } from '../support/tests.ts';
import { launchOptions } from '../tools/browser.ts';

const reopened = (page: Page) => page.getByText(/device was lost and has been opened again/);

test('lost at rest: opened again by itself, the text stays, Run goes on', async ({ page }) => {
  await recordGpu(page);
  await openPage(page);
  await write(page);
  await strike(page, 'lose device');
  await expect(reopened(page)).toBeVisible();
  await modelReady(page);
  expect(await alertsOf(page)).toEqual([]);
  await goesOn(page);
});

/** A run of so many tokens with one seed, and the text of it. */
async function seeded(page: Page, Length: number): Promise<string> {
  await setNumbers(page, { Length });
  await neverEnds(page);
  await lockSeed(page, 7);
  await run(page);
  const whole = await textOf(page);
  await write(page);
  return whole;
}

/** The run under way goes on by itself to the text of one that nothing befell, and nothing is left to say. */
async function goesOnTo(page: Page, whole: string): Promise<void> {
  await expect.poll(() => textOf(page)).toBe(whole);
  await expect(runButton(page)).toBeEnabled();
  await expect(page.getByText(/was lost|crashed|opened again/)).toHaveCount(0);
  expect(await alertsOf(page)).toEqual([]);
}

for (const what of ['lose device', 'crash'] as const) {
  test(`${what} in the middle of a run, and again: it goes on by itself to the same text; a third time says what to do`, async ({
    page,
  }) => {
    await recordGpu(page);
    await openPage(page);
    await write(page);
    const whole = await seeded(page, 24);
    await strike(page, what, 8);
    await runButton(page).click();
    await goesOnTo(page, whole);
    await write(page);
    await strike(page, what, 8);
    await runButton(page).click();
    await goesOnTo(page, whole);
    await strike(page, what);
    await says(page, /three times within two minutes\. Restart the browser.*text is kept/);
    await expect(textArea(page)).toHaveValue(whole);
    await page.getByRole('button', { name: 'Try again' }).click();
    await modelReady(page);
    await goesOn(page, whole);
  });
}

test('lost while a model loads: it is loaded again by itself', async ({ page }) => {
  await recordGpu(page);
  await page.goto('');
  await strike(page, 'lose device', 2);
  await write(page);
  await modelReady(page);
  expect(await alertsOf(page)).toEqual([]);
  await goesOn(page);
});

test('the GPU process crashes in a run: the device comes back and the run goes on by itself to the same text', async () => {
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage({ baseURL: process.env.E2E_ROOT_URL ?? '' });
    await recordGpu(page);
    await openPage(page);
    await write(page);
    const whole = await seeded(page, 40);
    const session = await browser.newBrowserCDPSession();
    // The run waits for the crash, which may take longer than the whole of it.
    await standStillAfter(page, 4);
    await runButton(page).click();
    await expect.poll(async () => (await tokensOf(page)).some(({ origin }) => origin === 'drawn')).toBe(true);
    // The session's answer never comes when the browser restarts its GPU process meanwhile.
    session.send('Browser.crashGpuProcess').catch(() => {});
    await goesOnTo(page, whole);
  } finally {
    await browser.close();
  }
});

test('the worker crashes at rest: a fresh one is loaded', async ({ page }) => {
  await recordGpu(page);
  await openPage(page);
  await write(page);
  await strike(page, 'crash');
  await expect(page.getByText(/opened again/)).toBeVisible();
  await modelReady(page);
  await goesOn(page);
});

test('a second tab runs at the same time', async ({ context }) => {
  const [first, second] = [await context.newPage(), await context.newPage()];
  await Promise.all([openPage(first), openPage(second)]);
  await write(first, 'In the first tab');
  await write(second, 'In the second tab');
  await goesOn(second, 'In the second tab');
  await goesOn(first, 'In the first tab');
});
