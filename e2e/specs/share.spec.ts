// Taking a text along and back: files that agree with the page, a link in a fresh browser, a replay, and what is missing or damaged.
import { readFile } from 'node:fs/promises';
import { complaints } from '../support/axe.ts';
import { startHubServer } from '../support/hub-server.ts';
import {
  commandsOf,
  factOf,
  lockSeed,
  modelButton,
  modelReady,
  noteCommands,
  openPage,
  run,
  setCaret,
  setHub,
  setNumbers,
  setText,
  sidewaysOf,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { shippedModel } from '../support/page-models.ts';
import {
  type Browser,
  type BrowserContext,
  expect,
  type Locator,
  onScriptedEngine,
  type Page,
  test,
} from '../support/tests.ts';

const PROMPT = 'Once upon a time there was a small';

interface Entry {
  token: string;
  bytes: number[];
  logprob: number;
}

interface OwnEntry {
  id: number;
  origin: string;
  logprob: number | null;
  draw: { seed: number; u: number; probability_after: number; settings: number; model: number } | null;
}

interface RunFile {
  object: string;
  choices: [{ message: { content: string }; logprobs: { content: Entry[] } }];
  nucleus: {
    format: string;
    model: { key: string; commit: string; name: string };
    tokenizer: string;
    draw_settings: { temperature: number }[];
    draw_models: { name: string }[];
    tokens: OwnEntry[];
  };
}

async function openShare(page: Page, pane: 'Link' | 'Export a file' | 'Open and replay'): Promise<Locator> {
  await page.getByRole('button', { name: 'Share and export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share and export' });
  await dialog.getByRole('tab', { name: pane }).click();
  return dialog;
}

/** Closes it by key; the page knows of it a moment after the eye. */
async function closeShare(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tab', { name: 'Open and replay', includeHidden: true })).toHaveCount(0);
}

/** A page with a prompt, eight drawn tokens of seed 42 at temperature 1.1, and all numbers. */
async function story(page: Page): Promise<void> {
  await openPage(page);
  await setNumbers(page, { Length: 8, Temperature: 1.1 });
  await lockSeed(page, 42);
  await run(page);
  await expect.poll(async () => (await tokensOf(page)).slice(1).filter(token => token.step === null).length).toBe(0);
}

async function exported(page: Page, format: 'JSON' | 'JSON, legacy' | 'CSV' | 'Plain text'): Promise<string> {
  const dialog = await openShare(page, 'Export a file');
  await dialog.getByRole('group', { name: 'Format' }).getByText(format, { exact: true }).click();
  const coming = page.waitForEvent('download');
  await dialog.getByRole('button', { name: /^Download/ }).click();
  const text = await readFile(await (await coming).path(), 'utf8');
  await closeShare(page);
  return text;
}

/** Gives the page a file as if a person had chosen it. */
async function give(page: Page, text: string, name = 'run.json'): Promise<Locator> {
  const dialog = await openShare(page, 'Open and replay');
  await dialog
    .getByLabel('File of a run')
    .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  return dialog;
}

async function linkOf(page: Page): Promise<string> {
  const dialog = await openShare(page, 'Link');
  const field = dialog.getByRole('textbox', { name: 'Link to this text' });
  await expect(field).toHaveValue(/#share=1\.[\w-]+$/);
  const link = await field.inputValue();
  await closeShare(page);
  return link;
}

/** A page of another person: nothing stored, every request noted. */
async function stranger(
  browser: Browser,
  link: string,
  prepare: (context: BrowserContext) => Promise<void> = async () => {},
): Promise<{ page: Page; requests: string[] }> {
  const context = await browser.newContext();
  await prepare(context);
  const page = await context.newPage();
  const requests: string[] = [];
  context.on('request', request => requests.push(request.url()));
  await noteCommands(page);
  await page.goto(link);
  return { page, requests };
}

const banner = (page: Page): Locator => page.getByRole('complementary', { name: 'Shared text' });

/** A link with another payload: the page's own, changed. */
async function changedLink(page: Page, link: string, change: string): Promise<string> {
  return page.evaluate(
    async ([address = '', code = '']) => {
      const through = async (bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream) =>
        new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
      const [head = '', payload = ''] = address.split('#share=1.');
      const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
      const bytes = Uint8Array.from(binary, c => c.charCodeAt(0));
      const packed = JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw'))));
      Object.assign(packed, JSON.parse(code));
      const made = await through(
        new TextEncoder().encode(JSON.stringify(packed)),
        new CompressionStream('deflate-raw'),
      );
      const text = btoa(Array.from(made, byte => String.fromCharCode(byte)).join(''));
      return `${head}#share=1.${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
    },
    [link, change],
  );
}

test('exported files parse and agree with the page, and are copied as they are downloaded', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await story(page);
  const tokens = await tokensOf(page);
  const file: RunFile = JSON.parse(await exported(page, 'JSON'));
  expect(file.object).toBe('chat.completion');
  expect(file.nucleus.format).toBe('nucleus.run');
  const [{ message, logprobs }] = file.choices;
  const { tokens: own, draw_settings, draw_models } = file.nucleus;
  expect(message.content).toBe(await textOf(page));
  expect(logprobs.content.map(entry => entry.token)).toEqual(tokens.map(token => token.text));
  expect(own.map(entry => entry.origin)).toEqual(tokens.map(token => token.origin));
  expect(logprobs.content[0]?.logprob).toBe(-9999);
  expect(own[0]?.logprob).toBeNull();
  expect(own.at(-1)?.draw).toMatchObject({ seed: 42, settings: 0, model: 0 });
  expect(draw_settings[0]?.temperature).toBe(1.1);
  expect(draw_models.map(({ name }) => name)).toEqual(['nucleus-3m']);
  const legacy: unknown = JSON.parse(await exported(page, 'JSON, legacy'));
  expect(legacy).toMatchObject({ object: 'text_completion', choices: [{ text: message.content }] });
  // One token as the inspector shows it.
  await setCaret(page, PROMPT.length);
  const drawn = own.find(entry => entry.origin === 'drawn');
  expect((await factOf(page, 'log-prob')).exact).toBe(drawn?.logprob);

  const csv = await exported(page, 'CSV');
  expect(csv.startsWith('\ufeff')).toBe(true);
  const [head, ...rows] = csv.trimEnd().split('\r\n');
  expect(head).toContain('logprob_before_sampling');
  expect(head).toContain('probability_after_sampling');
  expect(rows.length).toBe(tokens.length);
  expect(rows.at(-1)).toContain(String(own.at(-1)?.logprob));
  expect(await exported(page, 'Plain text')).toBe(message.content);

  const dialog = await openShare(page, 'Export a file');
  await dialog.getByRole('group', { name: 'Format' }).getByText('CSV', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  const copied = async () => (await page.evaluate(() => navigator.clipboard.readText())).replaceAll('\r\n', '\n');
  await expect.poll(copied).toBe(csv.slice(1).replaceAll('\r\n', '\n'));
});

test('a replay says that all agree, or names the first token that differs', async ({ page }) => {
  await story(page);
  const text = await textOf(page);
  const json = await exported(page, 'JSON');
  let dialog = await give(page, json);
  await expect(dialog).toContainText('8 of them drawn');
  await dialog.getByRole('button', { name: 'Replay 8 tokens' }).click();
  await expect(dialog.getByTestId('replay')).toContainText('All 8 drawn tokens agree.');
  expect(await textOf(page)).toBe(text);
  await closeShare(page);

  const other: RunFile = JSON.parse(json);
  for (const entry of other.nucleus.tokens) if (entry.draw) entry.draw.seed = 43;
  dialog = await give(page, JSON.stringify(other), 'other.json');
  await dialog.getByRole('button', { name: 'Replay 8 tokens' }).click();
  const outcome = dialog.getByTestId('replay');
  await expect(outcome).toContainText(/first token that differs is at position \d+/);
  const position = Number(/position (\d+)/.exec(await outcome.innerText())?.[1]);
  const rows = outcome.getByRole('row');
  await expect(rows.filter({ hasText: 'expected' })).toContainText(String(other.nucleus.tokens[position]?.id));
  await expect(rows.filter({ hasText: 'drawn here' })).toContainText('%');
  expect(await textOf(page)).toBe(text);

  // Opened, it is a document of its own; the other one stays as it is.
  await dialog.getByRole('button', { name: 'Open this text' }).click();
  await expect(banner(page)).toBeVisible();
  await banner(page).getByRole('button', { name: 'Back to my text' }).click();
  await expect(banner(page)).toBeHidden();
  await expect(textArea(page)).toHaveValue(text);
});

test('a link opens in a fresh browser: the text with its ids, no run, no request beyond the page itself', {
  tag: '@engine',
}, async ({ page, browser }) => {
  await story(page);
  const [text, tokens] = [await textOf(page), await tokensOf(page)];
  const link = await linkOf(page);
  const { page: other, requests } = await stranger(browser, link);
  await expect(textArea(other)).toHaveValue(text);
  expect(new URL(other.url()).hash).toBe('');
  await modelReady(other);
  const origins = (painted: typeof tokens) => painted.map(token => [token.text, token.origin]);
  expect(origins(await tokensOf(other))).toEqual(origins(tokens));
  await expect(other.getByRole('spinbutton', { name: 'Temperature, number' })).toHaveValue('1.1');
  await expect(other.getByRole('textbox', { name: 'Seed', exact: true })).toHaveValue('42');
  expect(await commandsOf(other)).not.toContain('generate');
  const home = new URL(link).origin;
  expect(requests.filter(url => !url.startsWith(`${home}/`) && !url.startsWith('blob:'))).toEqual([]);
  expect(requests.filter(url => url.includes('share='))).toEqual([]);

  // The same draws on this side.
  await banner(other).getByRole('button', { name: 'Replay' }).click();
  await other.getByRole('button', { name: 'Replay 8 tokens' }).click();
  await expect(other.getByTestId('replay')).toContainText('All 8 drawn tokens agree.');
  await closeShare(other);
  await banner(other).getByRole('button', { name: 'Back to my text' }).click();
  await expect(textArea(other)).toHaveValue(PROMPT);
  await other.context().close();
});

test('a link over one’s own text: it stays as a document, over a reload too', async ({ page }) => {
  await story(page);
  const [shared, link] = [await textOf(page), await linkOf(page)];
  await setText(page, 'My own words.');
  await page.evaluate(hash => {
    location.hash = hash;
  }, new URL(link).hash);
  await expect(textArea(page)).toHaveValue(shared);
  expect(new URL(page.url()).hash).toBe('');
  await page.reload();
  await modelReady(page);
  await expect(textArea(page)).toHaveValue(shared);
  await page.getByRole('button', { name: 'Documents', exact: true }).click();
  await page.getByRole('button', { name: 'Open My own words.' }).click();
  await expect(textArea(page)).toHaveValue('My own words.');
});

test('the size of a model that is not here is said before it is fetched, also where a link asks for it', {
  tag: '@engine',
}, async ({ page, browser }) => {
  const hub = await startHubServer({ models: { 'acme/tiny': shippedModel() } });
  await openPage(page);
  const model = { key: 'hub/acme/tiny@main', commit: 'abc', name: 'acme/tiny' };
  const asks = JSON.stringify({ m: model, f: 'another', t: 'Words of another model' });
  const link = await changedLink(page, await linkOf(page), asks);
  const context = await browser.newContext();
  const other = await context.newPage();
  await setHub(other, hub.url);
  await other.goto(link);
  await other.getByRole('button', { name: 'Load acme/tiny' }).click();
  const dialog = other.getByRole('dialog', { name: 'Models', exact: true });
  await expect(dialog.getByText(/of GPU memory, and the limits of this adapter allow it/)).toBeVisible();
  await dialog.getByRole('button', { name: /^Download / }).click();
  await expect(dialog).toBeHidden();
  await expect(modelButton(other)).toContainText('tiny');
  await context.close();
  await hub.close();
});

test('a model that is not here, a damaged link, a newer one, a hostile file: each says what to do', async ({
  page,
  browser,
}) => {
  await openPage(page);
  const link = await linkOf(page);
  const model = { key: 'hub/owner/large@main', commit: 'abc', name: 'owner/large' };
  const missing = await changedLink(
    page,
    link,
    JSON.stringify({ m: model, f: 'another', t: 'Words of another model' }),
  );
  const { page: other, requests } = await stranger(browser, missing, onScriptedEngine);
  const dialog = other.getByRole('dialog', { name: 'Share and export' });
  await expect(dialog).toContainText('It was made with the model owner/large; here is nucleus-3m.');
  await expect(dialog.getByRole('textbox', { name: 'Shared text' })).toHaveValue('Words of another model');
  await expect(dialog.getByRole('button', { name: 'Load owner/large' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: /^Replay/ })).toBeDisabled();
  const home = new URL(link).origin;
  expect(requests.filter(url => !url.startsWith(`${home}/`) && !url.startsWith('blob:'))).toEqual([]);
  await dialog.getByRole('button', { name: 'Open with nucleus-3m' }).click();
  await expect(textArea(other)).toHaveValue('Words of another model');
  await expect(banner(other)).toContainText('Its token ids were made anew for nucleus-3m');
  await other.context().close();

  for (const [hash, words] of [
    [new URL(link).hash.slice(0, -25), /Something is missing from the link/],
    ['#share=9.AAAA', /A newer version of Nucleus has written the link/],
    ['#share=1.%%%', /Something is missing from the link/],
    ['#share%3D9%2EAAAA).', /A newer version of Nucleus has written the link/],
  ] as const) {
    await page.evaluate(to => {
      location.hash = to;
    }, hash);
    await expect(page.getByRole('dialog', { name: 'Share and export' })).toContainText(words);
    await closeShare(page);
  }
  for (const [text, words] of [
    ['not JSON', /is no JSON/],
    ['{"model_type":"gpt2"}', /no run of Nucleus/],
    ['{"format":"nucleus.run","version":1,"text":5}', /model is missing/],
  ] as const) {
    const opened = await give(page, text, 'bad.json');
    await expect(opened.getByRole('alert')).toContainText(words);
    await closeShare(page);
  }
  expect(await textOf(page)).toBe(PROMPT);
  await setText(page, Array.from({ length: 4500 }, (_, i) => Math.imul(i, 40503) % 9973).join(' '));
  const tooLong = await openShare(page, 'Link');
  await expect(tooLong).toContainText('too long for a link');
  await tooLong.getByRole('button', { name: 'Export a file' }).click();
  await expect(tooLong.getByRole('button', { name: /^Download/ })).toBeVisible();
});

test('an exported run dropped on the page is shown where runs are opened', async ({ page }) => {
  await story(page);
  const json = await exported(page, 'JSON');
  const dropped = await page.evaluateHandle(text => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'nucleus-run.json', { type: 'application/json' }));
    return transfer;
  }, json);
  const dialog = page.getByRole('dialog', { name: 'Share and export' });
  // The code that takes files may still be on its way.
  await expect(async () => {
    await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
    await expect(dialog).toContainText('In nucleus-run.json: a text of 16 tokens', { timeout: 5000 });
  }).toPass();
});

test('axe finds nothing in any pane, in both themes', async ({ page }) => {
  await story(page);
  const json = await exported(page, 'JSON');
  const sound = async () => expect(await complaints(page)).toEqual([]);
  const dialog = await openShare(page, 'Link');
  await expect(dialog.getByRole('button', { name: 'Copy the link' })).toBeVisible();
  await sound();
  await dialog.getByRole('tab', { name: 'Export a file' }).click();
  await sound();
  await closeShare(page);
  const opened = await give(page, json);
  await opened.getByRole('button', { name: /^Replay/ }).click();
  await expect(opened.getByTestId('replay')).toBeVisible();
  await sound();
  await opened.getByRole('button', { name: 'Open this text' }).click();
  await expect(banner(page)).toBeVisible();
  await sound();
});

test('on a phone the way out is in the head, and every pane fits @phone', async ({ page }) => {
  await openPage(page);
  const button = page.getByRole('button', { name: 'Share and export' });
  const box = await button.boundingBox();
  expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  for (const pane of ['Link', 'Export a file', 'Open and replay'] as const) {
    await button.tap();
    await page.getByRole('tab', { name: pane }).tap();
    await expect(page.getByRole('tab', { name: pane })).toHaveAttribute('aria-selected', 'true');
    expect(await sidewaysOf(page)).toBe(0);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).tap();
  }
});
