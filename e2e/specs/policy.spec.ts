// The page's own policy, in index.html: it holds on a host that sends no header, lets nothing run that the build has not made, and the whole page works under it;
// and the switch that keeps page, workers and service worker from every server.
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { closeDialog, modelReady, openModels, openPage, run, setText, textOf } from '../support/page.ts';
import { engineTest, expect } from '../support/tests.ts';

/** The page as the plainest host has it: type and bytes, no other header. */
async function servePlain() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const { method, url } = request;
    seen.push(url ?? '');
    const { range } = request.headers;
    const onward = ask(
      new URL(url ?? '', process.env.E2E_SUBPATH_URL),
      { method, headers: range === undefined ? {} : { range } },
      (original: IncomingMessage) => {
        const kept = ['content-type', 'content-length', 'content-range'] as const;
        for (const name of kept) {
          const value = original.headers[name];
          if (value !== undefined) response.setHeader(name, value);
        }
        response.writeHead(original.statusCode ?? 502);
        original.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    onward.end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { pathname } = new URL(process.env.E2E_SUBPATH_URL ?? '');
  return { origin, seen, address: origin + pathname, close: () => server.close() };
}

/** What the policy has to refuse, each as the page's own script would do it. */
function attempts(): Promise<Record<string, string>> {
  const outcome = async (attempt: () => unknown): Promise<string> => {
    try {
      await attempt();
      return 'done';
    } catch (thrown) {
      return thrown instanceof Error ? thrown.name : 'refused';
    }
  };
  const element = document.createElement('div');
  return (async () => ({
    connect: await outcome(() => fetch('http://localhost:9/')),
    markup: await outcome(() => {
      element.innerHTML = '<b>x</b>';
    }),
    worker: await outcome(() => new Worker('https://example.org/a.js')),
    blob: await outcome(() => new Worker(URL.createObjectURL(new Blob(['0'])))),
    inline: await outcome(() => {
      const script = document.createElement('script');
      script.textContent = 'document.documentElement.dataset.inline = "ran"';
      document.head.append(script);
    }),
    foreign: await outcome(() => {
      const script = document.createElement('script');
      script.src = 'https://example.org/a.js';
    }),
    module: await outcome(() => import('https://example.org/a.js' as string)),
    ran: document.documentElement.dataset.inline ?? 'nothing',
  }))();
}

/** The switch as another tab would leave it whose word of it has not come yet. */
function writeSwitch(off: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('nucleus-network');
    opening.onerror = () => reject(opening.error ?? new Error('the database does not open'));
    opening.onsuccess = () => {
      const writing = opening.result.transaction('kept', 'readwrite');
      writing.objectStore('kept').put(off, 'off');
      writing.oncomplete = () => {
        opening.result.close();
        resolve();
      };
    };
  });
}

const fetched = (file: string): Promise<unknown> => fetch(file).catch(() => null);
const imported = (file: string): Promise<unknown> => import(new URL(file, document.baseURI).href).catch(() => null);

engineTest.use({ serviceWorkers: 'allow' });

engineTest('a host without any header: the page refuses what is not its own, and works', async ({ page }) => {
  const host = await servePlain();
  const complaints: string[] = [];
  const asked = new Set<string>();
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => asked.add(new URL(request.url()).origin));
  const response = await page.goto(host.address);
  expect(Object.keys(response?.headers() ?? {})).not.toContain('content-security-policy');
  await openPage(page, host.address);
  await setText(page, 'Once upon a time');
  await modelReady(page);
  await run(page);
  expect((await textOf(page)).length).toBeGreaterThan(16);
  await page.getByRole('tab', { name: 'Attention', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Attention', exact: true })).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready);
  // Nothing of the page, code least of all, came from elsewhere.
  expect([...asked]).toEqual([host.origin]);
  expect(complaints).toEqual([]);

  expect(await page.evaluate(attempts)).toEqual({
    connect: 'TypeError',
    markup: 'TypeError',
    worker: 'TypeError',
    blob: 'TypeError',
    inline: 'TypeError',
    foreign: 'TypeError',
    module: 'TypeError',
    ran: 'nothing',
  });

  // From the second visit on the service worker has the page's files.
  await page.reload();
  await modelReady(page);
  const dialog = await openModels(page);
  const network = dialog.getByRole('region', { name: 'Network' });
  await expect(network.getByRole('status')).toContainText(/[1-9]\d* requests made, 0 refused/);
  // It is on as soon as that is written down, not before.
  await network.getByRole('checkbox', { name: 'No network' }).click();
  await expect(network.getByRole('checkbox', { name: 'No network' })).toBeChecked();
  host.seen.length = 0;
  asked.clear();
  const byName = dialog.getByRole('region', { name: 'By name' });
  await byName.getByRole('textbox').first().fill('openai-community/gpt2');
  await byName.getByRole('button').first().click();
  await expect(dialog.getByRole('alert')).toContainText('No network is switched on');
  await expect(network.getByRole('status')).toContainText(/[1-9]\d* refused, the last to https:\/\/huggingface\.co/);
  await closeDialog(dialog);
  // A file that no visit has had does not come: nobody asks the host for it, neither the page's code nor the browser by itself.
  let probes = 0;
  const isAsked = async (how: 'code' | 'browser'): Promise<boolean> => {
    probes += 1;
    const name = `assets/none-${probes}.js`;
    await page.evaluate(how === 'code' ? fetched : imported, name);
    return host.seen.some(url => url.endsWith(name));
  };
  expect(await isAsked('code')).toBe(false);
  expect(await isAsked('browser')).toBe(false);

  await page.reload();
  await modelReady(page);
  const before = await textOf(page);
  await run(page);
  expect((await textOf(page)).length).toBeGreaterThan(before.length);
  await page.getByRole('tab', { name: 'Lens', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Lens', exact: true })).toBeVisible();
  // The browser's own question whether the service worker has changed goes to the page's host and carries nothing.
  expect(host.seen.filter(url => !url.endsWith('/service-worker.js'))).toEqual([]);
  expect([...asked].filter(origin => origin !== host.origin)).toEqual([]);

  await openModels(page);
  await expect(network.getByRole('checkbox', { name: 'No network' })).toBeChecked();
  await network.getByRole('checkbox', { name: 'No network' }).click();
  await expect(network.getByRole('checkbox', { name: 'No network' })).not.toBeChecked();
  expect(await isAsked('code')).toBe(true);
  expect(await isAsked('browser')).toBe(true);

  // What is kept holds from the moment it is written, also before word of it has come.
  await page.evaluate(writeSwitch, true);
  expect(await isAsked('browser')).toBe(false);
  await page.evaluate(writeSwitch, false);
  expect(await isAsked('browser')).toBe(true);
  host.close();
});
