// A server as the engine: connected by its address under the policy of a careful host, what it gives and what it does not, and how the page says where the text goes.
import { complaints } from '../support/axe.ts';
import { type ModelServer, type ModelServerOptions, serveModel } from '../support/model-server.ts';
import {
  closeDialog,
  modelButton,
  openModels,
  openPage,
  runButton,
  runFinished,
  setText,
  sidewaysOf,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { scriptedModel } from '../support/scripted-model.ts';
import { expect, type Locator, test } from '../support/tests.ts';

let server: ModelServer;
test.afterEach(() => server?.close());

async function serve(options: Partial<ModelServerOptions> = {}): Promise<string> {
  server = await serveModel({ flavour: 'llamacpp', model: scriptedModel(), ...options });
  // The policy of the page has 127.0.0.1 for other tests; this name is open to the worker for servers alone.
  return server.url.replace('127.0.0.1', 'localhost');
}

/** In the open dialog of models. */
async function connect(dialog: Locator, address: string, key = ''): Promise<void> {
  const section = dialog.getByRole('region', { name: 'Connect to a server' });
  await section.getByLabel('Address of the server').fill(`${address}/v1/`);
  await section.getByLabel('Key of the server').fill(key);
  await section.getByRole('button', { name: 'Connect' }).click();
}

test('a server is connected, asked what it gives, and draws; the page says where the text goes', async ({ page }) => {
  const address = await serve({ key: 'sk-mine' });
  await openPage(page);
  const dialog = await openModels(page);
  await connect(dialog, address);
  await expect(dialog.getByRole('alert')).toContainText('asks for a key');
  await connect(dialog, address, 'sk-mine');
  await expect(modelButton(page)).toContainText('tiny/stories');
  const status = page.getByLabel('Status');
  await expect(status).toContainText('text goes to');
  await expect(status.getByText(address.replace('http://', ''), { exact: true })).toBeVisible();
  await setText(page, 'Once upon a time');
  await runButton(page).click();
  await runFinished(page);
  expect((await textOf(page)).length).toBeGreaterThan(16);
  expect((await tokensOf(page)).filter(({ origin }) => origin === 'drawn').length).toBeGreaterThan(0);
  await expect(page.locator('[data-partial]')).toContainText(/the server shows 100 tokens; all others share/);
  await page.getByRole('tab', { name: 'Lens' }).click();
  await expect(page.getByText('This view reads the inside of the model')).toBeVisible();
  await page.getByRole('tab', { name: 'Token', exact: true }).click();
  await openModels(page);
  await expect(dialog.getByRole('table', { name: 'What this server gives' })).toContainText('100 at most');
  await expect(dialog.getByText(`your text is sent to ${address}`)).toBeVisible();
  expect(await complaints(page)).toEqual([]);
  await closeDialog(dialog);
  // Requests went to the one address, with the key, and the model in the tab is a press away.
  expect(server.asked.every(({ headers }) => String(headers.host).startsWith('localhost:'))).toBe(true);
});

test('a server that lets no other page in is told apart from none, on a phone @phone', async ({ page }) => {
  const address = await serve({ cors: false });
  await openPage(page);
  const dialog = await openModels(page);
  await connect(dialog, address);
  await expect(dialog.getByRole('alert')).toContainText('--allowed-origins');
  await server.close();
  await connect(dialog, address);
  await expect(dialog.getByRole('alert')).toContainText('does not answer');
  await serve();
  await connect(dialog, server.url);
  await expect(modelButton(page)).toContainText('tiny/stories');
  await expect(page.getByLabel('Status')).toContainText('text goes to');
  await openModels(page);
  expect(await sidewaysOf(page)).toBe(0);
  expect(await complaints(page)).toEqual([]);
});

test.describe('with the service worker', () => {
  test.use({ serviceWorkers: 'allow' });

  test('a server answers also where the request to it wakes the service worker', async ({ page }) => {
    const address = await serve();
    await openPage(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
    const browser = await page.context().newCDPSession(page);
    await browser.send('ServiceWorker.enable');
    await connect(await openModels(page), address);
    await expect(modelButton(page)).toContainText('tiny/stories');
    await setText(page, 'Once upon a time');
    const stopped = new Promise<void>(resolve => {
      browser.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
        if (versions.length > 0 && versions.every(({ runningStatus }) => runningStatus === 'stopped')) resolve();
      });
    });
    await browser.send('ServiceWorker.stopAllWorkers');
    await stopped;
    await runButton(page).click();
    await runFinished(page);
    await expect(page.getByRole('alert')).toHaveCount(0);
    expect((await tokensOf(page)).filter(({ origin }) => origin === 'drawn').length).toBeGreaterThan(0);
  });
});
