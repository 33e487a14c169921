// The page opens at the root and under a sub-path, under the strict policy, with nothing to complain about.

import { modelReady, sidewaysOf } from '../support/page.ts';
import { expect, engineTest as test } from '../support/tests.ts';

const ADDRESSES = {
  'at the root': process.env.E2E_ROOT_URL ?? '',
  'under a sub-path': process.env.E2E_SUBPATH_URL ?? '',
};

// As a visitor has it.
test.use({ serviceWorkers: 'allow', checksKernels: true });

for (const [where, address] of Object.entries(ADDRESSES)) {
  test(`the page opens ${where} with a clean console @whole`, async ({ page }) => {
    const complaints: string[] = [];
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', error => complaints.push(error.message));
    page.on('requestfailed', request => {
      const why = request.failure()?.errorText;
      // Of a probe the page reads the head alone and lets its body go: that ends as aborted, by the page's own hand.
      const probed = why === 'net::ERR_ABORTED' && request.url().includes('/models/nucleus-3m/');
      if (!probed) complaints.push(`${request.url()} ${why}`);
    });
    page.on('response', response => {
      if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
    });
    const response = await page.goto(address);
    expect(response?.headers()['content-security-policy']).toContain("default-src 'none'");
    await expect(page).toHaveTitle(/Nucleus/);
    await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
    await modelReady(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    expect(complaints).toEqual([]);
  });
}

test('WebGPU has an adapter on the page @whole', async ({ page }) => {
  await page.goto('');
  const adapter = await page.evaluate(async () => {
    const found = await navigator.gpu?.requestAdapter();
    return found && `${found.info.vendor} ${found.info.architecture}`;
  });
  expect(adapter).toBeTruthy();
  console.log(`adapter: ${adapter}`);
});

test('the page fits a phone @phone', async ({ page }) => {
  await page.goto('');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
  expect(await sidewaysOf(page)).toBe(0);
});
