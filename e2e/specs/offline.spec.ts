// After the first visit the page opens without any network; a newer version is offered, and tabs of the one before keep their own files.
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { modelReady, openPage, run, setText, textOf } from '../support/page.ts';
import { engineTest, expect, type Page } from '../support/tests.ts';

/** The host of the page, which can be gone, and can have a newer version that knows one file less. */
async function startHost() {
  const state = { down: false, newer: false };
  const refused: string[] = [];
  const server = createServer((request, response) => {
    if (state.down) {
      refused.push(request.url ?? '');
      response.destroy();
      return;
    }
    void (async () => {
      const original = await answerTo(request);
      const { headers } = original;
      const pieces: Buffer[] = [];
      for await (const piece of original) pieces.push(piece);
      let body = Buffer.concat(pieces);
      if (state.newer) body = newer(request.url ?? '', body);
      const gone = state.newer && LENS.test(request.url ?? '');
      response.writeHead(gone ? 404 : (original.statusCode ?? 502), { ...headers, 'content-length': body.length });
      response.end(body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { pathname } = new URL(process.env.E2E_SUBPATH_URL ?? '');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`;
  return { state, refused, address, close: () => server.close() };
}

/** The page as it is. Not with `fetch`, which gives up on a server that a busy machine keeps waiting. */
function answerTo({ url, method, headers: { host: _, ...headers } }: IncomingMessage): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = ask(new URL(url ?? '', process.env.E2E_SUBPATH_URL), { method, headers }, resolve);
    asked.on('error', reject);
    asked.end();
  });
}

const LENS = /assets\/Lens-[\w-]+\.js/;

function newer(url: string, body: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  const { pathname } = new URL(url, 'http://host');
  if (/\/(index\.html)?$/.test(pathname))
    return Buffer.from(body.toString().replace('<title>', '<meta name="test-version" content="newer" /><title>'));
  if (!pathname.endsWith('/service-worker.js')) return body;
  const changed = body
    .toString()
    .replace(/nucleus-app-\w+/, 'nucleus-app-newer')
    .replace(/(index\.html[`'"],\s*revision:\s*[`'"])\w+/, '$1newer')
    .replace(/\{url:[`'"]assets\/Lens-[\w-]+\.js[`'"],revision:null\},/, '');
  return Buffer.from(changed);
}

const versionOf = (page: Page): Promise<number> => page.locator('meta[name="test-version"]').count();

engineTest.use({ serviceWorkers: 'allow' });

engineTest(
  'without a network after the first visit; a newer version, and a tab of the one before',
  async ({ context }) => {
    const host = await startHost();
    const page = await context.newPage();
    await openPage(page, host.address);
    const controlled = () => page.evaluate(() => navigator.serviceWorker.controller !== null);
    await expect.poll(controlled).toBe(true);
    await setText(page, 'Once upon a time');
    const session = await context.newCDPSession(page);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // Contexts of tests are private windows, which install nothing.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter(id => id !== 'in-incognito')).toEqual([]);

    host.state.down = true;
    await page.reload();
    await modelReady(page);
    await run(page);
    expect((await textOf(page)).length).toBeGreaterThan('Once upon a time'.length);
    // A view that was never open comes from the cache, too.
    await page.getByRole('tab', { name: 'Attention', exact: true }).click();
    await expect(page.getByRole('region', { name: 'Attention', exact: true })).toBeVisible();
    const fresh = await context.newPage();
    await openPage(fresh, `${host.address}?any=thing`);
    await expect(page.getByRole('alert')).toHaveCount(0);
    // The browser asks whether the service worker has changed, the engine whether the shipped model has; the app asks for nothing.
    expect(host.refused.filter(url => !/service-worker\.js$|\/models\//.test(url))).toEqual([]);

    host.state.down = false;
    host.state.newer = true;
    const text = await textOf(page);
    await page.reload();
    await modelReady(page);
    await expect(page.getByText('A newer version of Nucleus is here.')).toBeVisible();
    expect(await versionOf(page)).toBe(0);
    await page.getByRole('button', { name: 'Use it now' }).click();
    await expect.poll(() => versionOf(page).catch(() => 0)).toBe(1);
    await modelReady(page);
    expect(await textOf(page)).toBe(text);
    await expect(page.getByText('A newer version of Nucleus is here.')).toHaveCount(0);

    // The other tab was not disturbed, and has a file that the host has no more.
    expect(await versionOf(fresh)).toBe(0);
    await fresh.getByRole('tab', { name: 'Lens', exact: true }).click();
    await expect(fresh.getByRole('region', { name: 'Lens', exact: true })).toBeVisible();
    host.close();
  },
);
