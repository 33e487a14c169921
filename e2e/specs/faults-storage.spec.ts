// What is kept through the worst: a browser that is killed in a download, a disk that keeps a wrong byte, two tabs at once.
import { beforeWorker, download, smallModel } from '../support/faults.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { openBrowser } from '../support/own-browser.ts';
import { modelButton, openModels, openPage, setHub } from '../support/page.ts';
import { engineTest, expect } from '../support/tests.ts';

const ROOT = process.env.E2E_ROOT_URL ?? '';
const CHUNK = 16_777_216;

let hub: HubServer;
engineTest.afterEach(() => hub?.close());

/** Bytes that requests for the weights have asked for, as `first-last`. */
const ranges = (from: number): string[] =>
  hub.requests
    .slice(from)
    .filter(({ path }) => path.endsWith('model.safetensors'))
    .map(({ range }) => range);

engineTest(
  'a browser that is killed in a download asks for the missing part alone, once for two tabs; room is told',
  async ({ browserName: _ }, testInfo) => {
    const files = smallModel({ n_positions: 150_000 });
    const total = Object.values(files).reduce((sum, file) => sum + Buffer.byteLength(file), 0);
    hub = await startHubServer({ models: { 'owner/large': files } });
    const profile = testInfo.outputPath('profile');
    const first = await openBrowser(profile);
    const page = await first.context.newPage();
    await setHub(page, hub.url);
    await page.addInitScript(() => {
      Object.assign(globalThis, { persists: 0 });
      navigator.storage.persist = () => {
        Reflect.set(globalThis, 'persists', Reflect.get(globalThis, 'persists') + 1);
        return Promise.resolve(false);
      };
    });
    await openPage(page, ROOT);
    const removeFault = hub.fault({ path: 'model.safetensors', stallAfter: CHUNK + 300_000 });
    await download(page, 'owner/large');
    const dialog = page.getByRole('dialog', { name: 'Models' });
    const progress = dialog.getByRole('progressbar', { name: 'Loading owner/large' });
    await expect
      .poll(async () => Number(await progress.getAttribute('value')))
      .toBeGreaterThan((CHUNK + 150_000) / total);
    // Bytes behind a chunk come once it is stored.
    // Asked for with the download that a person has begun.
    expect(await page.evaluate(() => Reflect.get(globalThis, 'persists'))).toBe(1);
    await first.kill();
    removeFault();

    const second = await openBrowser(profile);
    try {
      const tabs = await Promise.all([second.context.newPage(), second.context.newPage()]);
      for (const tab of tabs) {
        await setHub(tab, hub.url);
        await openPage(tab, ROOT);
      }
      const asked = hub.requests.length;
      const dialogs = await Promise.all(tabs.map(openModels));
      for (const each of dialogs) await each.getByRole('button', { name: 'Load owner/large from the cache' }).click();
      for (const tab of tabs) await expect(modelButton(tab)).toHaveAccessibleName(/owner\/large, f32/);
      const missing = ranges(asked).filter(range => Number(/bytes=(\d+)/.exec(range)?.[1] ?? 0) >= CHUNK);
      expect(missing).toHaveLength(1);
      expect(ranges(asked).filter(range => range === '' || range === 'bytes=0-')).toEqual([]);
      const [tab] = tabs;
      const stored = (await openModels(tab)).getByRole('region', { name: 'Stored in this browser' });
      await expect(stored.getByText(/allows this page [\d.]+ [GT]B, of which [\d.]+ MB are taken/)).toBeVisible();
      await expect(stored.getByRole('listitem').filter({ hasText: 'owner/large' })).toContainText(/\d\d\.\d MB/);
    } finally {
      await second.kill();
    }
  },
);

engineTest('what the disk has kept wrong is found in idle time and fetched again by itself', async ({ page }) => {
  await beforeWorker(page, () => {
    let planted = false;
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...given) {
      const [value, key] = given;
      if (planted || !(value instanceof Uint8Array) || !Array.isArray(key) || !key.includes('model.safetensors'))
        return Reflect.apply(put, this, given);
      planted = true;
      const wrong = value.slice();
      wrong[9] = (wrong[9] ?? 0) ^ 1;
      return Reflect.apply(put, this, [wrong, key]);
    };
  });
  const mended = page.context().waitForEvent('request', {
    predicate: request =>
      request.url().endsWith('model.safetensors') && /^bytes=0-[1-9]\d{5,}$/.test(request.headers().range ?? ''),
    timeout: 240_000,
  });
  await openPage(page);
  await mended;
  await expect(page.getByRole('alert')).toHaveCount(0);
});
