// Commands: a text asks, and an expression, a person or an allowed address answers; nothing else is fetched, and what loops is ended.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { complaints } from '../support/axe.ts';
import { modelReady, openPage, runButton, setNumbers, setText, sidewaysOf, textOf, tokensOf } from '../support/page.ts';
import { expect, test } from '../support/tests.ts';

interface Server {
  readonly origin: string;
  readonly seen: { readonly url: string; readonly headers: IncomingHttpHeaders }[];
  readonly close: () => void;
}

/** JSON at /v1/, elsewhere a way to it. */
async function serve(): Promise<Server> {
  const seen: Server['seen'] = [];
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers });
    const ours = request.url?.startsWith('/v1/go') !== true;
    const headers = { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/json' };
    response.writeHead(ours ? 200 : 302, ours ? headers : { ...headers, Location: '/v1/secret' });
    response.end('{"now": {"t": 21.5}}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // The policy of the page has 127.0.0.1 for other tests; this name is open to the workers that go out alone.
  return { origin: `http://localhost:${port}`, seen, close: () => server.close() };
}

test('a document is answered by an expression, an address on the list and a person, and by nobody else', async ({
  page,
}) => {
  const server = await serve();
  await openPage(page);
  await setNumbers(page, { Length: 3 });
  await page.getByRole('tab', { name: 'Commands', exact: true }).click();
  const view = page.getByRole('region', { name: 'Commands', exact: true });
  const turn = view.getByRole('checkbox', { name: 'Answer the commands of this document' });
  await expect(turn).not.toBeChecked();
  await view.getByRole('button', { name: 'Open “Weather command”' }).click();
  await expect(turn).toBeChecked();
  await modelReady(page);
  const asks = 'USER: "The weather in Rome?"\nCOMMAND=FETCH_WEATHER_DATA<EOC>';
  const legend = page.getByRole('button', { name: 'from outside' });
  await expect(legend).toBeHidden();
  await setText(page, asks);
  await runButton(page).click();
  await expect.poll(() => textOf(page)).toContain(`${asks}\nFETCH_WEATHER_DATA: "18°C, cloudy, wind 12 km/h, Rome"\n`);
  await expect(view.getByRole('listitem').first()).toContainText('an expression');
  await modelReady(page);
  expect((await tokensOf(page)).filter(({ origin }) => origin === 'external').length).toBeGreaterThan(5);
  await legend.click();
  await expect(page.getByText(/^A corner at the right: the token came from outside/)).toBeVisible();
  await page.keyboard.press('Escape');

  const define = async (name: string, by: string, source: string): Promise<void> => {
    await view.getByRole('button', { name: 'New command' }).click();
    await view.getByRole('textbox', { name: 'Name' }).fill(name);
    if (by !== 'Ask me') {
      await view.getByRole('group', { name: 'Who answers' }).getByText(by, { exact: true }).click();
      await view.getByRole('textbox', { name: /^(Address;|JavaScript)/ }).fill(source);
    }
    if (by === 'Address') await view.getByRole('textbox', { name: /^Part of its JSON/ }).fill('now.t');
    await view.getByRole('button', { name: 'Keep command' }).click();
  };
  const asked = async (command: string): Promise<void> => {
    await setText(page, `COMMAND=${command}<EOC>`);
    await runButton(page).click();
  };
  await define('AT', 'Address', `${server.origin}/v1/at?q={argument}`);
  await asked('AT(a b)');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('not on your list');
  await view.getByRole('textbox', { name: 'Allow what begins with' }).fill(`${server.origin}/v1/`);
  await view.getByRole('button', { name: 'Allow address' }).click();
  await expect(view.getByRole('alert')).toContainText('your own machine');
  expect(server.seen).toEqual([]);
  await view.getByRole('checkbox', { name: /own network/ }).check();
  await view.getByRole('button', { name: 'Allow address' }).click();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => textOf(page)).toContain('\nAT_DATA: "21.5"\n');
  await modelReady(page);
  expect(server.seen.map(({ url }) => url)).toEqual(['/v1/at?q=a%20b']);
  expect(server.seen[0]?.headers).not.toHaveProperty('referer');
  expect(server.seen[0]?.headers).not.toHaveProperty('cookie');

  await define('GO', 'Address', `${server.origin}/v1/go`);
  await asked('GO');
  await expect(alert).toContainText('redirects are refused');
  expect(server.seen.map(({ url }) => url)).not.toContain('/v1/secret');
  await define('LOOP', 'Expression', '/^(a+)+$/.test("a".repeat(60) + "b")');
  await asked('LOOP');
  await expect(alert).toContainText('more than a second');

  await define('ME', 'Ask me', '');
  await asked('ME');
  const field = page.getByRole('textbox', { name: /^Answer to ME/ });
  await expect(field).toBeFocused();
  expect(await complaints(page)).toEqual([]);
  await field.fill('seven <b>');
  await field.press('Enter');
  await expect.poll(() => textOf(page)).toContain('COMMAND=ME<EOC>\nME_DATA: "seven <b>"\n');
  await modelReady(page);

  // What is kept is there after a reload, and a narrow window has room for it.
  await page.setViewportSize({ width: 800, height: 800 });
  await page.reload();
  await modelReady(page);
  await expect(view.getByRole('checkbox', { name: 'LOOP' })).toBeChecked();
  await expect(turn).toBeChecked();
  expect(await sidewaysOf(page)).toBeLessThanOrEqual(0);
  server.close();
});
