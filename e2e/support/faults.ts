// Faults on demand for the browser tests: code in front of the worker's script, and a small model that is broken in one place.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { expect, type Page, type Worker } from '@playwright/test';
import { lookAt } from './open-model.ts';
import { modelButton, neverEnds, openModels, run, setNumbers, setText, textArea, textOf } from './page.ts';
import { randomModel, randomModelFile } from './random-model.ts';

/** What a person has written before a fault strikes. */
export const WRITTEN = 'My own words <b>&amp; 🙂</b>, kept';

const codesOf = new WeakMap<Page, string[]>();

/** Before the page opens: `code` runs in the worker in front of its own script. It sees nothing of this file, and `given` as JSON. */
export async function beforeWorker<T = null>(page: Page, code: (given: T) => void, given?: T): Promise<void> {
  const codes = codesOf.get(page) ?? [];
  codes.push(`(${code.toString()})(${JSON.stringify(given ?? null)});\n`);
  if (codesOf.has(page)) return;
  codesOf.set(page, codes);
  // A script that the test itself hands over counts as one from the open internet, and may not reach servers on this machine.
  const server = createServer((request, response) => {
    void (async () => {
      const original = await fetch(new URL(request.url ?? '', process.env.E2E_ROOT_URL));
      const type = original.headers.get('content-type') ?? '';
      const policy = original.headers.get('content-security-policy') ?? '';
      response.writeHead(original.status, { 'Content-Type': type, 'Content-Security-Policy': policy });
      response.end(codes.join('') + (await original.text()));
    })().catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  page.once('close', () => server.close());
  const { port } = server.address() as AddressInfo;
  await page.route(/\/assets\/worker-[^/]*\.js$/, route =>
    route.continue({ url: `http://127.0.0.1:${port}${new URL(route.request().url()).pathname}` }),
  );
}

/** All workers of the engine that there are. */
export function engineWorkers(page: Page): Worker[] {
  return page.workers().filter(worker => /\/assets\/worker-/.test(worker.url()));
}

/** The engine's worker; the newest where one has followed another. */
export async function engineWorker(page: Page): Promise<Worker> {
  await expect.poll(() => engineWorkers(page).length).toBeGreaterThan(0);
  const worker = engineWorkers(page).at(-1);
  if (worker === undefined) throw new Error('the page has no worker');
  return worker;
}

/** The device is lost, or the worker throws where nothing catches it. */
export type Strike = 'lose device' | 'crash';

/** What `recordGpu` notes in the worker. */
interface GpuRecord {
  devices: GPUDevice[];
  /** Bytes of buffers that are not destroyed. */
  liveBytes: number;
  /** The most that they were at once. */
  mostBytes: number;
  /** Strikes right after so many more submits; 0 for never. */
  strikeAfter: number;
  strike: Strike;
  /** Once the worker has told of so many more drawn tokens, the GPU answers nothing until the device is lost; null for never. */
  tokensLeft: number | null;
}

/** Before the page opens: notes devices and buffers in the worker, and lets a test lose the device, and hold back what the GPU answers. */
export async function recordGpu(page: Page): Promise<void> {
  await beforeWorker(page, () => {
    const record: GpuRecord = {
      devices: [],
      liveBytes: 0,
      mostBytes: 0,
      strikeAfter: 0,
      strike: 'lose device',
      tokensLeft: null,
    };
    const strike = (what: Strike): void => {
      if (what === 'lose device') record.devices.at(-1)?.destroy();
      else {
        // One that has crashed tells nothing more, however far it comes before the page hears of it.
        Object.assign(globalThis, { postMessage: () => {} });
        setTimeout(() => {
          throw new Error('planted');
        });
      }
    };
    Object.assign(globalThis, { record, strike });
    const live = new WeakSet<GPUBuffer>();
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, ...given) {
      const device = await Reflect.apply(requestDevice, this, given);
      record.devices.push(device);
      void device.lost.then(() => {
        record.tokensLeft = null;
      });
      return device;
    };
    const { postMessage } = globalThis;
    Object.assign(globalThis, {
      postMessage: (event: { type: string }, transfer: Transferable[]) => {
        if (event.type === 'token' && record.tokensLeft !== null && record.tokensLeft > 0) record.tokensLeft--;
        Reflect.apply(postMessage, globalThis, [event, transfer]);
      },
    });
    const { mapAsync } = GPUBuffer.prototype;
    GPUBuffer.prototype.mapAsync = async function (this: GPUBuffer, ...given) {
      if (record.tokensLeft === 0) await record.devices.at(-1)?.lost;
      return Reflect.apply(mapAsync, this, given);
    };
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (this: GPUDevice, descriptor) {
      const buffer = Reflect.apply(createBuffer, this, [descriptor]);
      live.add(buffer);
      record.liveBytes += buffer.size;
      record.mostBytes = Math.max(record.mostBytes, record.liveBytes);
      return buffer;
    };
    const { destroy } = GPUBuffer.prototype;
    GPUBuffer.prototype.destroy = function (this: GPUBuffer) {
      if (live.delete(this)) record.liveBytes -= this.size;
      return Reflect.apply(destroy, this, []);
    };
    const { submit } = GPUQueue.prototype;
    GPUQueue.prototype.submit = function (this: GPUQueue, commands) {
      Reflect.apply(submit, this, [commands]);
      if (record.strikeAfter > 0 && --record.strikeAfter === 0) strike(record.strike);
      return undefined;
    };
  });
}

/** Strikes the worker, now or after so many more submits of work. Needs `recordGpu`. */
export async function strike(page: Page, what: Strike, afterSubmits = 0): Promise<void> {
  const worker = await engineWorker(page);
  await worker.evaluate(
    ([what, after]) => {
      if (after > 0) Object.assign(Reflect.get(globalThis, 'record'), { strike: what, strikeAfter: after });
      else Reflect.get(globalThis, 'strike')(what);
    },
    [what, afterSubmits] as const,
  );
}

/** The worker tells of so many more drawn tokens, and then the GPU answers nothing until the device is lost. Needs `recordGpu`. */
export async function standStillAfter(page: Page, tokens: number): Promise<void> {
  const worker = await engineWorker(page);
  await worker.evaluate(left => Object.assign(Reflect.get(globalThis, 'record'), { tokensLeft: left }), tokens);
}

/** Bytes of GPU buffers in the worker that are not destroyed. Needs `recordGpu`. */
export async function liveBytes(page: Page): Promise<number> {
  const worker = await engineWorker(page);
  return worker.evaluate(() => (Reflect.get(globalThis, 'record') as GpuRecord).liveBytes);
}

/** Before the page opens: waits in the worker that are retries of a download take no time; the limit on silence stays. */
export async function retryAtOnce(page: Page): Promise<void> {
  await beforeWorker(page, () => {
    const { setTimeout: wait } = globalThis;
    Object.assign(globalThis, {
      setTimeout: (callback: () => void, ms = 0) => wait(callback, ms < 30_000 ? 0 : ms),
    });
  });
}

/** The most that `liveBytes` was since the last call. Needs `recordGpu`. */
export async function mostBytes(page: Page): Promise<number> {
  const worker = await engineWorker(page);
  return worker.evaluate(() => {
    const record = Reflect.get(globalThis, 'record') as GpuRecord;
    const most = record.mostBytes;
    record.mostBytes = record.liveBytes;
    return most;
  });
}

/** One layer, 32 wide, context 64, with the vocabulary of the shipped model. */
export const SMALL_CONFIG: Readonly<Record<string, unknown>> = {
  model_type: 'gpt2',
  n_layer: 1,
  n_head: 2,
  n_embd: 32,
  n_positions: 64,
  vocab_size: 2048,
  bos_token_id: 2047,
  eos_token_id: 2047,
};

export type Files = Readonly<Record<string, Uint8Array | string>>;

/** The files of a model that runs. */
export function smallModel(config: Readonly<Record<string, unknown>> = {}): Files {
  const whole = { ...SMALL_CONFIG, ...config };
  return {
    'config.json': JSON.stringify(whole),
    'tokenizer.json': readFileSync(new URL('../../public/models/nucleus-3m/tokenizer.json', import.meta.url)),
    'model.safetensors': randomModelFile(randomModel({ config: whole, seed: 7 })),
  };
}

/** A model's files without one of them. */
export function without(files: Files, name: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([file]) => file !== name));
}

/** Files for a file input. */
function upload(files: Files): { name: string; mimeType: string; buffer: Buffer }[] {
  return Object.entries(files).map(([name, content]) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: typeof content === 'string' ? Buffer.from(content) : Buffer.from(content),
  }));
}

/** Opens files from disk through the dialog of models, which closes when they are open. */
export async function openLocal(page: Page, files: Files): Promise<void> {
  const dialog = await openModels(page);
  await dialog.getByLabel('Files of a model').setInputFiles(upload(files));
}

/** Looks at a model and downloads it, once it says that it fits. */
export async function download(page: Page, name: string): Promise<void> {
  await lookAt(page, name);
  await page
    .getByRole('dialog', { name: 'Models' })
    .getByRole('button', { name: /^(Download|Load from)/ })
    .click();
}

/** Writes the text that must survive. */
export async function write(page: Page, text = WRITTEN): Promise<void> {
  await setText(page, text);
  await expect(textArea(page)).toHaveValue(text);
}

/** The alerts a person can see: those of the open dialog, else those of the page. Each sentence once. */
export async function alertsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.querySelector('dialog[open]') ?? document;
    const shown = [...root.querySelectorAll<HTMLElement>('[role="alert"]')].filter(each => each.checkVisibility());
    return [...new Set(shown.map(each => each.innerText.replace(/\s+/g, ' ').trim()))];
  });
}

/** One sentence on the page, not two, and it says this. Gives the sentence. */
export async function says(page: Page, words: RegExp): Promise<string> {
  let said = '';
  const look = async (): Promise<string[]> => {
    const all = await alertsOf(page);
    said = all[0] ?? '';
    return all;
  };
  await expect.poll(look).toEqual([expect.stringMatching(words)]);
  return said;
}

/** The page can go on: the shipped model is loaded, if it is not, and a run continues the text that was there. */
export async function goesOn(page: Page, text = WRITTEN): Promise<void> {
  const close = page.locator('dialog[open]').getByRole('button', { name: 'Close', exact: true });
  await expect(async () => {
    // A load that ends closes it, too.
    if (await close.isVisible()) await close.click({ timeout: 2000 });
    await expect(page.locator('dialog[open]')).toHaveCount(0, { timeout: 2000 });
  }).toPass();
  await expect(textArea(page)).toHaveValue(text);
  // It may be on its way already; in use, its size is said.
  await expect(modelButton(page)).not.toHaveAccessibleName(/^Model: nucleus-3m, (?!.* · )/);
  if (!/^Model: nucleus-3m, f16/.test((await modelButton(page).getAttribute('aria-label')) ?? '')) {
    const dialog = await openModels(page);
    await dialog.getByRole('button', { name: 'Load nucleus-3m', exact: true }).click();
    await expect(modelButton(page)).toHaveAccessibleName(/^Model: nucleus-3m, f16/);
    await expect(dialog).toBeHidden();
  }
  await setNumbers(page, { Length: 2 });
  await neverEnds(page);
  await run(page);
  const after = await textOf(page);
  expect(after.startsWith(text)).toBe(true);
  expect(after.length).toBeGreaterThan(text.length);
}

/** A device that allows bindings of 192 KiB: the shipped model fits. */
export const smallLimits = (): void => {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, given) {
    const device: GPUDevice = await Reflect.apply(requestDevice, this, [given]);
    const get = (limits: GPUSupportedLimits, name: string | symbol): unknown =>
      name === 'maxStorageBufferBindingSize' ? 196_608 : Reflect.get(limits, name);
    Object.defineProperty(device, 'limits', { value: new Proxy(device.limits, { get }) });
    return device;
  };
};
