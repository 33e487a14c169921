// A lost device and a crashed worker: opened again once by themselves, the text stays, the same run can go on.

import { alertsOf, goesOn, recordGpu, says, strike, WRITTEN, write } from '../support/faults.ts';
import { modelReady, neverEnds, openPage, runButton, setNumbers, textArea, textOf, tokensOf } from '../support/page.ts';
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

test('lost in the middle of a run: what was drawn stays, and Run goes on from there', async ({ page }) => {
  await recordGpu(page);
  await openPage(page);
  await write(page);
  await setNumbers(page, { Length: 90 });
  await neverEnds(page);
  await strike(page, 'lose device', 12);
  await runButton(page).click();
  await says(page, /device was lost.*text is safe.*Run to go on/);
  const broken = await textOf(page);
  expect(broken.startsWith(WRITTEN)).toBe(true);
  expect((await tokensOf(page)).some(token => token.origin === 'drawn')).toBe(true);
  await expect(reopened(page)).toBeVisible();
  await modelReady(page);
  await goesOn(page, broken);
  expect(await alertsOf(page)).toEqual([]);
});

test('lost while a model loads: said once, and Try again loads it', async ({ page }) => {
  await recordGpu(page);
  await page.goto('');
  await strike(page, 'lose device', 2);
  await write(page);
  await says(page, /device was lost/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await modelReady(page);
  await goesOn(page);
});

test('lost twice within two minutes: advises to restart the browser, and the text stays', async ({ page }) => {
  await recordGpu(page);
  await openPage(page);
  await write(page);
  await strike(page, 'lose device');
  await expect(reopened(page)).toBeVisible();
  await modelReady(page);
  await strike(page, 'lose device');
  await says(page, /lost twice within two minutes\. Restart the browser.*text is kept/);
  await expect(page.getByRole('main').getByText(/Restart the browser/)).toHaveCount(1);
  await expect(textArea(page)).toHaveValue(WRITTEN);
  await page.getByRole('button', { name: 'Try again' }).click();
  await modelReady(page);
  await goesOn(page);
});

test('the GPU process crashes: the device comes back by itself', async () => {
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage({ baseURL: process.env.E2E_ROOT_URL ?? '' });
    await openPage(page);
    await write(page);
    const session = await browser.newBrowserCDPSession();
    // The session's answer never comes when the browser restarts its GPU process meanwhile.
    session.send('Browser.crashGpuProcess').catch(() => {});
    await expect(reopened(page)).toBeVisible();
    await modelReady(page);
    expect(await alertsOf(page)).toEqual([]);
    await goesOn(page);
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

test('the worker crashes in a run: said, the text stays, and Run goes on', async ({ page }) => {
  await recordGpu(page);
  await openPage(page);
  await write(page);
  await setNumbers(page, { Length: 90 });
  await neverEnds(page);
  await strike(page, 'crash', 12);
  await runButton(page).click();
  await says(page, /text is safe/);
  const broken = await textOf(page);
  expect(broken.startsWith(WRITTEN)).toBe(true);
  await modelReady(page);
  await goesOn(page, broken);
});

test('a second tab runs at the same time', async ({ context }) => {
  const [first, second] = [await context.newPage(), await context.newPage()];
  await Promise.all([openPage(first), openPage(second)]);
  await write(first, 'In the first tab');
  await write(second, 'In the second tab');
  await goesOn(second, 'In the second tab');
  await goesOn(first, 'In the first tab');
});
