// Too little memory, on the GPU or on the disk: said in a sentence, the failed model's memory is given back, the page goes on.

import {
  alertsOf,
  beforeWorker,
  download,
  engineWorker,
  goesOn,
  liveBytes,
  openLocal,
  recordGpu,
  says,
  smallLimits,
  smallModel,
  strike,
  WRITTEN,
  write,
} from '../support/faults.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { lookAt, openWithoutModel } from '../support/open-model.ts';
import {
  modelButton,
  modelReady,
  neverEnds,
  openModels,
  openPage,
  run,
  runButton,
  setHub,
  setNumbers,
  textArea,
  textOf,
} from '../support/page.ts';
import { expect, engineTest as test } from '../support/tests.ts';

let hub: HubServer;
// Keys of 64 positions take 208 KiB in one piece.
const WIDE = smallModel({ n_embd: 832, n_head: 8, n_layer: 1, n_inner: 64 });
// It takes the memory of the positions that are used.
const LONG = smallModel({ n_positions: 600_000, n_embd: 4, n_head: 1 });
test.beforeAll(async () => {
  hub = await startHubServer({ models: { 'owner/small': smallModel(), 'owner/wide': WIDE } });
});
test.afterAll(() => hub.close());

test('a model too large for the limits is refused before its download', async ({ page }) => {
  await setHub(page, hub.url);
  await beforeWorker(page, smallLimits);
  await openPage(page);
  await write(page);
  hub.requests.length = 0;
  await lookAt(page, 'owner/wide');
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await expect(dialog.getByText(/needs .* of GPU memory.*adapter allows/)).toBeVisible();
  await expect(dialog.getByText(/[0-9]{9}/)).toBeHidden(); // sizes for people, not raw bytes
  await expect(dialog.getByRole('button', { name: /^Download/ })).toBeDisabled();
  const weights = hub.requests.filter(request => request.path.endsWith('.safetensors') && request.method === 'GET');
  expect(weights.every(request => request.range !== '')).toBe(true);
  await goesOn(page);
});

test('a model too large for the limits is refused by the load, and the model before it stays', async ({ page }) => {
  await beforeWorker(page, smallLimits);
  await openPage(page);
  await write(page);
  await openLocal(page, WIDE);
  await page.getByRole('dialog', { name: 'Models' }).getByRole('button', { name: 'Close', exact: true }).click();
  await says(page, /needs more than the graphics adapter allows: \d+ kB, where the limit is 197 kB.*smaller/);
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: nucleus-3m, f16/);
  await goesOn(page);
});

for (const [how, words] of [
  ['a RangeError at createBuffer', 'range'],
  ['an out-of-memory error scope', 'scope'],
] as const) {
  test(`out of memory by ${how}: says so, gives all back, and the shipped model loads`, async ({ page }) => {
    await setHub(page, hub.url);
    await recordGpu(page);
    await beforeWorker(
      page,
      kind => {
        const planted = { armed: false, hit: 0 };
        Object.assign(globalThis, { planted });
        const { createBuffer, pushErrorScope, popErrorScope } = GPUDevice.prototype;
        const filters: GPUErrorFilter[] = [];
        let full = false;
        GPUDevice.prototype.createBuffer = function (this: GPUDevice, given) {
          // The last of the weights: others of the same model have their memory by then.
          const meant = planted.armed && /weight\/h\.0\.mlp\.c_proj/.test(given.label ?? '');
          if (meant) planted.hit++;
          if (meant && kind === 'range') throw new RangeError('createBuffer failed, size is too large');
          full ||= meant;
          return Reflect.apply(createBuffer, this, [given]);
        };
        GPUDevice.prototype.pushErrorScope = function (this: GPUDevice, filter) {
          filters.push(filter);
          return Reflect.apply(pushErrorScope, this, [filter]);
        };
        GPUDevice.prototype.popErrorScope = function (this: GPUDevice) {
          const popped = Reflect.apply(popErrorScope, this, []);
          if (filters.pop() !== 'out-of-memory' || !full) return popped;
          full = false;
          return popped.then(() => new GPUOutOfMemoryError('planted: no memory left'));
        };
      },
      words,
    );
    await openPage(page);
    await write(page);
    const before = await liveBytes(page);
    expect(before).toBeGreaterThan(6_000_000);
    const worker = await engineWorker(page);
    await worker.evaluate(() => Object.assign(Reflect.get(globalThis, 'planted'), { armed: true }));
    await download(page, 'owner/small');
    await says(page, /GPU ran out of memory.*(kB|MB|GB).*Close other tabs.*smaller model/);
    expect(await worker.evaluate(() => Reflect.get(globalThis, 'planted').hit)).toBeGreaterThan(0);
    await expect.poll(() => liveBytes(page)).toBe(0);
    await worker.evaluate(() => Object.assign(Reflect.get(globalThis, 'planted'), { armed: false }));
    await expect(textArea(page)).toHaveValue(WRITTEN);
    await goesOn(page);
    await expect.poll(() => liveBytes(page)).toBeLessThanOrEqual(before);
    expect(await alertsOf(page)).toEqual([]);
  });
}

test('no memory for the weights as the files have them: the next smaller format is taken, said, and there again next time', async ({
  page,
}) => {
  await setHub(page, hub.url);
  await beforeWorker(page, () => {
    const { createBuffer } = GPUDevice.prototype;
    let hits = 0;
    GPUDevice.prototype.createBuffer = function (this: GPUDevice, given) {
      if (/weight\/h\.0\.mlp\.c_proj/.test(given.label ?? '') && hits++ === 1)
        throw new RangeError('createBuffer failed, size is too large');
      return Reflect.apply(createBuffer, this, [given]);
    };
  });
  await openPage(page);
  await write(page);
  await download(page, 'owner/small');
  const rounded = page.getByText(/as the files have them do not fit here, so they were rounded/);
  await expect(rounded).toBeVisible();
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: owner\/small, f16/);
  await setNumbers(page, { Length: 2 });
  await neverEnds(page);
  await run(page);
  await page.reload();
  await modelReady(page);
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: owner\/small, f16/);
  await expect(rounded).toBeHidden();
  expect(await alertsOf(page)).toEqual([]);
});

test('memory that gives out while the text grows: the text stays, its end goes on, and more is allowed again later', async ({
  page,
}) => {
  await beforeWorker(page, () => {
    const planted = { armed: false };
    Object.assign(globalThis, { planted });
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (this: GPUDevice, given) {
      if (planted.armed && given.label?.startsWith('kv/'))
        throw new RangeError('createBuffer failed, size is too large');
      return Reflect.apply(createBuffer, this, [given]);
    };
  });
  await openWithoutModel(page);
  await openLocal(page, smallModel({ n_positions: 2048 }));
  await modelReady(page);
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await expect(dialog).toBeHidden();
  const worker = await engineWorker(page);
  await worker.evaluate(() => Object.assign(Reflect.get(globalThis, 'planted'), { armed: true }));
  const long = 'one two three four five six '.repeat(120);
  await write(page, long);
  await setNumbers(page, { Length: 2 });
  await neverEnds(page);
  await runButton(page).click();
  await expect(page.getByText(/no memory for a longer context\. Your text stays\. Keep its end/)).toBeVisible();
  await says(page, /209 tokens too long: 721, where the context allowed here holds 512.*keep only its end/);
  await expect(textArea(page)).toHaveValue(long);
  await page.getByRole('button', { name: 'Keep the end of the text', exact: true }).click();
  await run(page);
  const kept = await textOf(page);
  expect(kept.length).toBeLessThan(long.length);
  await worker.evaluate(() => Object.assign(Reflect.get(globalThis, 'planted'), { armed: false }));
  await openModels(page);
  await expect(dialog.getByText(/used, 512 allowed of 2,048\. Room for 512 positions/)).toBeVisible();
  const field = dialog.getByRole('spinbutton', { name: 'Context allowed, tokens' });
  await field.fill('2048');
  await field.press('Enter');
  await expect(dialog.getByText(/used, 2,048 allowed of 2,048/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(page.getByText(/no memory for a longer context/)).toBeHidden();
  await write(page, long);
  await run(page);
  expect((await textOf(page)).startsWith(long)).toBe(true);
});

test('a context of 600,000 positions takes memory for those that are used', async ({ page }) => {
  await recordGpu(page);
  await openWithoutModel(page);
  await openLocal(page, LONG);
  await modelReady(page);
  await expect(page.getByRole('dialog', { name: 'Models' })).toBeHidden();
  await write(page);
  await setNumbers(page, { Length: 2 });
  await neverEnds(page);
  await run(page);
  // The table of learned positions is most of it.
  expect(await liveBytes(page)).toBeLessThan(600_000 * 4 * 4 + 20e6);
});

test('keys and values in f16 take half of the memory before it gives out, and greedy text stays the same', async ({
  page,
}) => {
  await openPage(page);
  await setNumbers(page, { Temperature: 0, Length: 24 });
  await neverEnds(page);
  const greedy = async (): Promise<string> => {
    await write(page, 'Once upon a time there was a small');
    await run(page);
    return textOf(page);
  };
  const full = await greedy();
  const dialog = await openModels(page);
  const room = async (): Promise<number> => {
    const words = await dialog.getByText(/Room for 512 positions in/).innerText();
    return Number(/in ([\d.]+) MB/.exec(words)?.[1]);
  };
  const before = await room();
  const half = dialog.getByRole('group', { name: 'Keys and values' }).getByRole('radio', { name: 'f16', exact: true });
  await half.check({ force: true });
  await expect.poll(room).toBeLessThan(0.6 * before);
  await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  expect(await greedy()).toBe(full);
  await openModels(page);
  await expect(half).toBeChecked();
});

test('a full disk: the model runs from memory, and the page says so', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: process.env.E2E_ROOT_URL ?? '' });
  const page = await context.newPage();
  await recordGpu(page);
  const fetched: string[] = [];
  page.on('request', request => {
    if (request.url().includes('/models/nucleus-3m/')) fetched.push(request.url());
  });
  const session = await context.newCDPSession(page);
  const { origin } = new URL(process.env.E2E_ROOT_URL ?? '');
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 });
  await page.goto('');
  await modelReady(page);
  await expect(page.getByText(/storage is full.*runs from memory.*downloaded again/)).toBeVisible();
  expect(await alertsOf(page)).toEqual([]);
  await write(page);
  await goesOn(page);

  // A lost device costs no second download.
  expect(fetched.length).toBeGreaterThan(1);
  fetched.length = 0;
  await strike(page, 'lose device');
  await expect(page.getByText(/device was lost and has been opened again/)).toBeVisible();
  await modelReady(page);
  await goesOn(page, await textOf(page));
  expect(fetched).toEqual([]);
  await context.close();
});
