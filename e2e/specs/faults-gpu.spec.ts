// A machine that cannot run a model: each cause has words of its own, and the text stays where it was.

import { alertsOf, beforeWorker, goesOn, says, WRITTEN, write } from '../support/faults.ts';
import { modelReady, runButton, textArea } from '../support/page.ts';
import { chromium, expect, engineTest as test } from '../support/tests.ts';
import { launchOptions } from '../tools/browser.ts';

test('no WebGPU in the browser: which browser has it, and the text can be edited', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
  await page.goto('');
  await says(page, /does not offer WebGPU.*(Turn on|update|Open the page in)/);
  await write(page);
  await expect(runButton(page)).toBeDisabled();
  await page.reload();
  await says(page, /does not offer WebGPU/);
  await expect(textArea(page)).toHaveValue(WRITTEN);
});

test('no WebGPU in workers alone: the same words', async ({ page }) => {
  await beforeWorker(page, () =>
    Object.defineProperty(Object.getPrototypeOf(navigator), 'gpu', { get: () => undefined }),
  );
  await page.goto('');
  await says(page, /does not offer WebGPU/);
  await write(page);
  await expect(runButton(page)).toBeDisabled();
});

test('an insecure address: WebGPU is there only over https or on localhost', async () => {
  const options = launchOptions();
  const browser = await chromium.launch({
    ...options,
    args: [...options.args, '--host-resolver-rules=MAP nucleus.test 127.0.0.1'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://nucleus.test:${process.env.E2E_ROOT_PORT}/`);
    const words = await says(page, /secure.*http:\/\/nucleus\.test.*https, or on localhost/);
    expect(words).not.toMatch(/does not offer WebGPU/);
    await write(page);
    await expect(runButton(page)).toBeDisabled();
  } finally {
    await browser.close();
  }
});

test('no adapter: says so, and Try again runs as soon as there is one', async ({ page }) => {
  await beforeWorker(page, () => {
    const { requestAdapter } = GPU.prototype;
    Object.assign(globalThis, { heal: () => Object.assign(GPU.prototype, { requestAdapter }) });
    GPU.prototype.requestAdapter = async () => null;
  });
  await page.goto('');
  await says(page, /found no graphics adapter.*hardware acceleration/);
  await write(page);
  await page.getByRole('button', { name: 'Try again' }).click();
  await says(page, /found no graphics adapter/);
  for (const worker of page.workers()) await worker.evaluate(() => Reflect.get(globalThis, 'heal')());
  await page.getByRole('button', { name: 'Try again' }).click();
  await modelReady(page);
  expect(await alertsOf(page)).toEqual([]);
  await goesOn(page);
});

test('an adapter that refuses a device: the reason, and Try again', async ({ page }) => {
  await beforeWorker(page, () => {
    const { requestDevice } = GPUAdapter.prototype;
    Object.assign(globalThis, { heal: () => Object.assign(GPUAdapter.prototype, { requestDevice }) });
    GPUAdapter.prototype.requestDevice = async () => {
      throw new DOMException('D3D12 create device failed', 'OperationError');
    };
  });
  await page.goto('');
  await says(page, /adapter refused to start \(D3D12 create device failed\).*try again/);
  await write(page);
  for (const worker of page.workers()) await worker.evaluate(() => Reflect.get(globalThis, 'heal')());
  await page.getByRole('button', { name: 'Try again' }).click();
  await modelReady(page);
  await goesOn(page);
});

test('a kernel that does not compile is named with its file and line', async ({ page }) => {
  await beforeWorker(page, () => {
    const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function (this: GPUDevice, given) {
      const broken = given.label === 'layernorm' ? given.code.replace('@compute', '@compute oops') : given.code;
      return Reflect.apply(createShaderModule, this, [{ ...given, code: broken }]);
    };
  });
  await page.goto('');
  await says(page, /layernorm did not compile on this adapter \(shaders\/layernorm\.wgsl:\d+: .*reload/);
  await write(page);
  await expect(runButton(page)).toBeDisabled();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Reload the page' }).click();
  await modelReady(page);
  expect(await alertsOf(page)).toEqual([]);
  await goesOn(page);
});
