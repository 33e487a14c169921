// The whole text: its numbers agree with each other, its line with the tint, pinned tokens with what the inspector shows.
import { complaints } from '../support/axe.ts';
import {
  candidateGrid,
  candidateRow,
  candidatesOf,
  candidatesReady,
  inspector,
  lockSeed,
  neverEnds,
  openPage,
  run,
  setNumbers,
  setText,
  textArea,
  textOf,
  tokenButton,
  tokensOf,
} from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

const PROMPT = 'Once upon a time there was a small';

const view = (page: Page): Locator => page.getByRole('region', { name: 'Whole text', exact: true });
const pins = (page: Page): Locator => view(page).getByRole('region', { name: 'Pinned tokens', exact: true });
const plot = (page: Page, name: RegExp | string): Locator => view(page).getByRole('slider', { name });
const pinField = (page: Page): Locator => pins(page).getByRole('searchbox', { name: 'Pin a token by text or id' });

async function show(page: Page, name: 'Token' | 'Text'): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
}

/** A run of `length` drawn tokens, the same on every visit, and the view of the whole text with all its numbers. */
async function drawnText(page: Page, length: number): Promise<void> {
  await setNumbers(page, { Length: length, Temperature: 1.2, 'Top-p': 1 });
  await neverEnds(page);
  await lockSeed(page, 7);
  await run(page);
  await show(page, 'Text');
  await expect(view(page).getByText(/^Scoring/)).toHaveCount(0);
  await expect(fact(page, 'tokens scored')).toHaveText(/^\d+$/);
}

/** A number of the text by its term. */
const fact = (page: Page, term: string): Locator =>
  view(page)
    .locator('dl > div')
    .filter({ has: page.getByRole('button', { name: term, exact: true }) })
    .locator('dd');

const exactOf = async (page: Page, term: string): Promise<number> =>
  Number(await fact(page, term).getAttribute('title'));

/** Chooses one of a few by its label. */
async function choose(page: Page, group: string, label: string): Promise<void> {
  await view(page).getByRole('group', { name: group }).getByText(label, { exact: true }).click();
}

const LINE = 'The line and the tint of the text show';

/** All rows of the table of a plot: position to one number a line, NaN where there is none. */
async function tableOf(page: Page, name: RegExp | string): Promise<Map<number, number[]>> {
  const table = view(page).getByRole('table', { name });
  const last = Number(await table.getAttribute('aria-rowcount')) - 1;
  const row = (point: number): Locator => table.locator(`tr[data-point="${point}"]`);
  const pane = view(page)
    .getByRole('region', { name: typeof name === 'string' ? `${name}, table` : name })
    .last();
  const found = new Map<number, number[]>();
  await pane.evaluate(element => element.scrollTo({ top: 0 }));
  for (let point = 0; point < last; point++) {
    // Only rows in sight exist, and those below the one before exist once it is at the top.
    if (point > 0) await row(point - 1).evaluate(element => element.scrollIntoView({ block: 'start' }));
    await expect(row(point)).toBeAttached();
    const cells = await row(point)
      .locator('td')
      .evaluateAll(all => all.map(cell => Number(cell.getAttribute('title') ?? Number.NaN)));
    found.set(point, cells);
  }
  return found;
}

async function pin(page: Page, text: string): Promise<void> {
  await pinField(page).fill(text);
  await pinField(page).press('Enter');
}

test('the numbers of a text agree with each other, for all of it and for a range', async ({ page }) => {
  await openPage(page);
  await drawnText(page, 24);
  await choose(page, LINE, 'Surprisal');
  await view(page).getByRole('button', { name: 'Show as a table' }).first().click();
  const surprisals = [...(await tableOf(page, 'Surprisal of each token'))].flatMap(([position, [bits = Number.NaN]]) =>
    Number.isNaN(bits) ? [] : [{ position, bits }],
  );
  const painted = await tokensOf(page);
  const text = await textOf(page);
  expect(surprisals).toHaveLength(Number(await fact(page, 'tokens scored').innerText()));
  // The first token has no prediction, and the place after the last one is no token.
  expect(surprisals.map(({ position }) => position)).toEqual(surprisals.map((_, i) => i + 1));
  const bits = surprisals.reduce((sum, each) => sum + each.bits, 0);
  const bytes = Buffer.byteLength(text) - Buffer.byteLength(painted[0]?.text ?? '');
  expect(await exactOf(page, 'bits per token')).toBeCloseTo(bits / surprisals.length, 6);
  expect(await exactOf(page, 'perplexity')).toBeCloseTo(2 ** (bits / surprisals.length), 5);
  expect(await exactOf(page, 'bits per byte')).toBeCloseTo(bits / bytes, 6);
  expect(await exactOf(page, 'log-probability')).toBeCloseTo(-bits * Math.LN2, 4);

  const listed = await view(page)
    .getByRole('region', { name: 'Most surprising tokens' })
    .locator('tbody tr')
    .evaluateAll(rows => rows.map(row => Number(row.getAttribute('data-position'))));
  const byBits = surprisals.toSorted((a, b) => b.bits - a.bits).map(({ position }) => position);
  expect(listed).toEqual(byBits.slice(0, listed.length));
  expect(listed.length).toBe(15);
  // What was expected instead is known for typed tokens too.
  await expect(view(page).getByRole('region', { name: 'Most surprising tokens' }).getByText('–')).toHaveCount(0);

  const all = surprisals.length;
  await choose(page, 'Tokens that count', 'Drawn');
  await expect(fact(page, 'tokens scored')).toHaveText('24');
  const drawn = await exactOf(page, 'log-probability');
  await choose(page, 'Tokens that count', 'Typed');
  await expect(fact(page, 'tokens scored')).toHaveText(String(all - 24));
  expect((await exactOf(page, 'log-probability')) + drawn).toBeCloseTo(-bits * Math.LN2, 4);
});

test('the line goes with the tint of the text; keys walk it and select a token', async ({ page }) => {
  await openPage(page);
  await drawnText(page, 12);
  const tint = page.getByRole('combobox', { name: 'Tint of the text shows' });
  await choose(page, LINE, 'Rank');
  await expect(tint).toHaveValue('rank');
  await tint.selectOption('entropy');
  const line = plot(page, 'Entropy of each token');
  await line.focus();
  await line.press('Home');
  for (let i = 0; i < 3; i++) await line.press('ArrowRight');
  await expect(line).toHaveAttribute('aria-valuenow', '3');
  const painted = await tokensOf(page);
  await expect(line).toHaveAttribute(
    'aria-valuetext',
    new RegExp(`position 3, space ${painted[3]?.text.trim()}; .* bits`),
  );
  await line.press('Enter');
  await show(page, 'Token');
  await expect(inspector(page).getByText(/^position 3 ·/)).toBeVisible();

  await show(page, 'Text');
  const first = view(page).getByRole('region', { name: 'Most surprising tokens' }).getByRole('row').nth(1);
  const position = await first.getAttribute('data-position');
  await first.getByRole('button').press('Enter');
  await expect(first).toHaveAttribute('aria-current', 'true');
  await show(page, 'Token');
  await expect(inspector(page).getByText(new RegExp(`^position ${position} ·`))).toBeVisible();
});

test('a pinned line is at every place what the inspector shows there; pins survive a reload', async ({ page }) => {
  await openPage(page);
  await drawnText(page, 12);
  await pin(page, ' the');
  await pin(page, '#13');
  const list = pins(page).getByRole('listitem');
  await expect(list).toHaveCount(2);
  await pinField(page).fill('Paris is nice');
  await expect(pins(page).getByText(/^This text is \d+ tokens, and a pin is one:/)).toBeVisible();
  await pins(page).getByRole('button', { name: 'Pin the first one' }).click();
  await expect(list).toHaveCount(3);
  const ids = await list.evaluateAll(items => items.map(item => Number(item.getAttribute('data-pin'))));
  expect(ids[1]).toBe(13);

  // Down to the place after the end, whose row is here since the caret stood there.
  await pins(page).getByRole('button', { name: 'Show as a table' }).click();
  const count = (await tokensOf(page)).length;
  const table = pins(page).getByRole('table');
  const cell = (position: number, column: number) => table.locator(`tr[data-point="${position}"] td`).nth(column);
  await expect(cell(count, 0)).toHaveAttribute('title', /\d/);
  // The others come together.
  for (const i of [0, 1, 2]) await expect(cell(count - 1, i)).toHaveAttribute('title', /\d/);
  const lines = await tableOf(page, 'Probability of the pinned tokens');
  expect(lines.get(0)?.every(Number.isNaN)).toBe(true);
  for (const position of [2, count - 3]) {
    await show(page, 'Text');
    await plot(page, 'Probability of the pinned tokens').focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < position; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await show(page, 'Token');
    await expect(inspector(page).getByText(new RegExp(`^position ${position} ·`))).toBeVisible();
    await candidatesReady(page);
    const search = page.getByRole('searchbox', { name: 'Search the candidates by text or id' });
    for (const [i, id] of ids.entries()) {
      const value = lines.get(position)?.[i] ?? Number.NaN;
      await search.fill(String(id));
      await expect(candidateRow(page, id)).toBeVisible();
      const before = (await candidatesOf(page)).find(candidate => candidate.id === id)?.before ?? Number.NaN;
      expect(Math.abs(value / before - 1), `id ${id} at ${position}: ${value} and ${before}`).toBeLessThan(1e-3);
      const here = inspector(page).locator(`[data-pin="${id}"] .num`);
      expect(Number(await here.getAttribute('title'))).toBe(before);
    }
    await search.fill('');
  }

  // A candidate is pinned by a key, and by its button no more.
  await candidatesReady(page);
  const other = (await candidatesOf(page)).find(({ id }) => !ids.includes(id))?.id ?? -1;
  await candidateRow(page, other).click();
  await candidateGrid(page).focus();
  await page.keyboard.press('p');
  await expect(inspector(page).locator(`[data-pin="${other}"]`)).toBeVisible();
  await page.getByRole('button', { name: 'Take the pin off (P)' }).click();
  await expect(inspector(page).locator(`[data-pin="${other}"]`)).toHaveCount(0);

  await page.reload();
  await expect(inspector(page).locator('[data-pin]')).toHaveCount(3);
  await show(page, 'Text');
  await pins(page)
    .getByRole('button', { name: /^Take the pin off/ })
    .first()
    .click();
  await expect(list).toHaveCount(2);
});

test('tokens typed at the end lengthen the lines; an empty text and one token say what is missing', async ({
  page,
}) => {
  await openPage(page);
  await show(page, 'Text');
  await pin(page, ' the');
  await pins(page).getByRole('button', { name: 'Show as a table' }).click();
  const known = () => pins(page).locator('tr[data-point] td[title]').count();
  const length = (await tokensOf(page)).length;
  await expect.poll(known).toBe(length);
  await setText(page, `${PROMPT} house and the dog`);
  await expect.poll(known).toBe(length + 4);
  await setText(page, 'Once');
  await expect(view(page).getByText(/^The first token of a text has no prediction/)).toBeVisible();
  await expect.poll(known).toBe(1);
  await setText(page, '');
  await expect(view(page).getByText(/^The text is empty\./)).toBeVisible();
  expect(await known()).toBe(0);
  // A character whose bytes are parted over several tokens.
  await setText(page, 'A cat 😀');
  await expect(fact(page, 'tokens scored')).toHaveText(/^\d+$/);
  await textArea(page).press('End');
});

test.describe('axe, both themes', () => {
  test('the view with pins and tables', async ({ page }) => {
    await openPage(page);
    await show(page, 'Text');
    await pin(page, ' the');
    for (const open of [1, 2]) {
      await view(page).getByRole('button', { name: 'Show as a table' }).first().click();
      await expect(view(page).getByRole('button', { name: 'Hide the table' })).toHaveCount(open);
    }
    await pinField(page).fill('Paris');
    expect(await complaints(page)).toEqual([]);
  });
});

test('on a phone the view fits, and a finger reads and selects @phone', async ({ page }) => {
  await openPage(page);
  await tokenButton(page).tap();
  await show(page, 'Text');
  await pin(page, ' the');
  await expect(pins(page).getByRole('listitem')).toHaveCount(1);
  await expect(view(page).getByText(/^Scoring/)).toHaveCount(0);
  await expect(view(page).getByRole('region', { name: 'Most surprising tokens' })).toBeVisible();
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('[aria-label="Whole text"] *')]
      .filter(element => element.getBoundingClientRect().right > innerWidth + 0.5)
      .map(element => `${element.tagName} ${element.textContent?.slice(0, 30)}`),
  );
  expect(wide).toEqual([]);
  const line = plot(page, /of each token/);
  await line.scrollIntoViewIfNeeded();
  const box = await line.boundingBox();
  if (!box) throw new Error('no plot');
  await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
  await expect(view(page).getByRole('list', { name: /^Pinned tokens, probability at position [3-6] / })).toBeVisible();
});
