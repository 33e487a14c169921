// The way from logits to the draw: what each step cut, any token followed, the random number on its line, as drawn and otherwise.
import { complaints } from '../support/axe.ts';
import {
  candidateGrid,
  candidatesOf,
  candidatesReady,
  commandsOf,
  inspector,
  lockSeed,
  noteCommands,
  openPage,
  run,
  scored,
  setCaret,
  setNumbers,
  setText,
  step,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

const PROMPT = 'Once upon a time there was a small';

async function openStages(page: Page): Promise<void> {
  await inspector(page).getByRole('tab', { name: 'Sampling steps' }).click();
  await expect(pipeline(page)).toBeVisible();
}

const pipeline = (page: Page): Locator => page.getByRole('table', { name: 'What each step of sampling did, in order' });
const trace = (page: Page): Locator => page.getByRole('table', { name: 'The token after each step' });
const drawing = (page: Page): Locator => page.getByRole('region', { name: 'The draw' });

async function showExact(page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: 'exact numbers' }).check();
}

/** Cells of the row with this head. */
async function cellsOf(table: Locator, head: string | RegExp): Promise<string[]> {
  const row = table.getByRole('row').filter({ has: table.page().getByRole('rowheader', { name: head, exact: true }) });
  return row.getByRole('cell').allInnerTexts();
}

async function follow(page: Page, query: string): Promise<void> {
  const field = page.getByRole('searchbox', { name: 'Find a token by text or id' });
  await field.fill(query);
  await field.press('Enter');
  await expect(field).toHaveValue('');
}

test('the steps stand in their real order, with what each cut, and agree with the candidates', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Temperature: 0.7, 'Top-p': 0.9, 'Top-k': 5 });
  const candidates = await candidatesOf(page);
  await openStages(page);
  await showExact(page);
  const order = () => pipeline(page).getByRole('rowheader').allInnerTexts();
  expect(await order()).toEqual([
    'logits, before sampling',
    'bias and penalties',
    'temperature',
    'top-k',
    'top-p',
    'min-p',
    'typical-p',
    'other steps',
  ]);
  const [value, cut, mass, left] = await cellsOf(pipeline(page), 'top-k');
  expect([value, cut, left]).toEqual(['5', '2,043', '5']);

  // The candidates at every stage, as a table: its first and last column are the list's.
  await page.getByRole('group', { name: 'Leading candidates as' }).getByText('Table').click();
  const leaders = page.getByRole('table', { name: 'Probability of the leading candidates after each step' });
  const tempered: number[] = [];
  for (const { id, before, after } of candidates.slice(0, 7)) {
    const shown = await leaders.locator(`[data-id="${id}"]`).getByRole('cell').allInnerTexts();
    expect(Number(shown[0])).toBe(before);
    tempered.push(Number(shown[1]));
    if (typeof after[0] === 'number') expect(Number(shown.at(-1))).toBe(after[0]);
    else expect(shown.at(-1)).toBe('cut');
  }
  // Temperature: p ^ (1 / T), scaled; the mass that top-k cut is what it left beyond the first five.
  for (const [i, p] of tempered.entries()) {
    const expected = ((candidates[i]?.before ?? 0) / (candidates[0]?.before ?? 1)) ** (1 / 0.7);
    expect(p / (tempered[0] ?? 1)).toBeCloseTo(expected, 6);
  }
  expect(Number(mass)).toBeCloseTo(1 - tempered.slice(0, 5).reduce((a, b) => a + b, 0), 9);
  const kept = candidates.filter(({ after }) => typeof after[0] === 'number').length;
  expect((await cellsOf(pipeline(page), 'top-p'))[3]).toBe(String(kept));

  // The other order is the order of the rows.
  await page.getByText('llama.cpp', { exact: true }).click();
  await expect.poll(async () => (await order()).at(-2)).toBe('temperature');
  await page.getByText('transformers', { exact: true }).click();
});

test('any token is found by its text with the space, or by id, and read at every stage', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Temperature: 0.7, 'Top-p': 0.9 });
  await candidatesReady(page);
  await inspector(page).getByRole('button', { name: 'Show all' }).click();
  await candidateGrid(page).focus();
  await page.keyboard.press('End');
  const selected = candidateGrid(page).locator('[aria-selected="true"]');
  const id = Number((await selected.getAttribute('id'))?.slice('candidate-'.length));
  const last = (await candidatesOf(page)).find(candidate => candidate.id === id);
  await openStages(page);
  await showExact(page);
  // The selected candidate is the one that is followed; a search finds it by its id as well.
  const read = page.getByRole('region', { name: 'One token through the steps' });
  await expect(read).toContainText(`id ${id}, cut by top-p`);
  await follow(page, String(id));
  const [, before, rank] = await cellsOf(trace(page), 'before sampling');
  expect([Number(before), rank]).toEqual([last?.before, '2,048']);
  expect(await cellsOf(trace(page), 'top-p')).toEqual(['', '', '', 'cut here']);

  await follow(page, ' time');
  await expect(read).toContainText('·time');
  // The caret goes elsewhere; the followed token stays.
  await setCaret(page, 5);
  await expect(inspector(page)).toContainText('position 1 ·');
  await expect(read).toContainText('·time');
  // The numbers of the place before stay until those of this one are here.
  await expect(async () => {
    const [logit] = await cellsOf(trace(page), 'before sampling');
    expect(Number((await cellsOf(trace(page), 'temperature'))[0])).toBeCloseTo(Number(logit) / 0.7, 9);
  }).toPass();
  await read.getByRole('button', { name: 'Back to this place' }).click();
  await expect(read).not.toContainText('·time');

  // A text that is several tokens says so and offers them.
  const field = page.getByRole('searchbox', { name: 'Find a token by text or id' });
  await field.fill(' timezones');
  await expect(inspector(page)).toContainText(/·timezones.*is \d tokens in this vocabulary/);
  await page.getByRole('list', { name: 'Tokens found' }).getByRole('button', { name: /time/ }).first().click();
  await expect(read).toContainText('time');
  await field.fill('\u{1F98A}\u{1F98A} nothing');
  await expect(inspector(page)).toContainText(/tokens in this vocabulary/);
});

test('the interval of the drawn token holds the random number; other settings show where it would have led', async ({
  page,
}) => {
  await noteCommands(page);
  await openPage(page);
  await lockSeed(page, 7);
  await setNumbers(page, { Length: 6, Temperature: 1.1 });
  await candidatesReady(page);
  await openStages(page);
  // The seed is locked, so the draw to come is known.
  const words = drawing(page).getByTestId('draw');
  await expect(words).toContainText('No draw yet. With the locked seed 7');
  await showExact(page);
  const numbers = async () => {
    const found =
      /is ([\d.e-]+)\. It falls into \[([\d.e-]+), ([\d.e-]+)\)|be ([\d.e-]+)\. It falls into \[([\d.e-]+), ([\d.e-]+)\)/.exec(
        await words.innerText(),
      );
    const [u, lo, hi] = (found ?? []).slice(1).filter(part => part !== undefined);
    return { u: Number(u), lo: Number(lo), hi: Number(hi) };
  };
  const coming = await numbers();
  const promised = /(\S+),\s*[\d.e-]+ after/.exec(await words.innerText())?.[1];
  await step(page);
  const drawnText = (await tokensOf(page)).at(-1)?.text ?? '';
  expect(promised).toBe(drawnText.replaceAll(' ', '·'));

  await setCaret(page, PROMPT.length);
  await expect(words).toContainText('drew');
  const drawn = await numbers();
  expect(drawn).toEqual(coming);
  expect(drawn.lo).toBeLessThanOrEqual(drawn.u);
  expect(drawn.hi).toBeGreaterThan(drawn.u);
  await expect(words).toContainText(drawnText.replaceAll(' ', '·'));
  // The share is the interval, and the table has all of the line.
  await page.getByRole('group', { name: 'The draw as' }).getByText('Table').click();
  const rows = page.getByRole('table', { name: 'The line of the draw, in id order' }).getByRole('row');
  const cells = await rows.evaluateAll(all =>
    all.slice(1).map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent ?? '')),
  );
  expect(Number(cells[0]?.[1])).toBe(0);
  expect(Number(cells.at(-1)?.[2])).toBe(1);
  for (const [i, row] of cells.slice(1).entries()) expect(row[1]).toBe(cells[i]?.[2]);
  const hit = cells.find(row => Number(row[1]) === drawn.lo);
  expect(Number(hit?.[2])).toBe(drawn.hi);

  // Other settings: no command, another interval, the same random number.
  await scored(page);
  const sent = (await commandsOf(page)).length;
  await setNumbers(page, { Temperature: 0.3 });
  await expect(words).toContainText('with these settings would draw');
  const other = await numbers();
  expect(other.u).toBe(drawn.u);
  expect(other.hi - other.lo).not.toBe(drawn.hi - drawn.lo);
  await page.getByText('As drawn', { exact: true }).click();
  expect(await numbers()).toEqual(drawn);
  expect((await commandsOf(page)).length).toBe(sent);

  // A typed token had no draw.
  await setCaret(page, 5);
  await expect(drawing(page)).toContainText('This token was typed: there was no draw.');
});

test('every position of a full context can be looked at', async ({ page }) => {
  await openPage(page);
  await setText(page, 'Once upon a time there was a small fox.'.repeat(60));
  // One token more than the context is refused by name; the tail fits exactly.
  const tokens = await tokensOf(page);
  expect(tokens.length).toBeGreaterThan(512);
  const fitting = tokens
    .slice(0, 512)
    .map(token => token.text)
    .join('');
  await setText(page, fitting);
  expect((await tokensOf(page)).length).toBe(512);
  const compute = page.getByRole('button', { name: 'Compute the distribution' });
  const stagesTab = inspector(page).getByRole('tab', { name: 'Sampling steps' });
  for (const place of ['end', 511, 256, 1] as const) {
    const offset =
      place === 'end' ? fitting.length : tokens.slice(0, place).reduce((sum, token) => sum + token.text.length, 0);
    await setCaret(page, offset);
    // On a slow machine a long text asks first, in the place of the steps; whenever it asks it is answered.
    await expect(async () => {
      if (await compute.isVisible()) await compute.click({ timeout: 2_000 });
      await stagesTab.click({ timeout: 2_000 });
      await expect(inspector(page)).toContainText(`position ${place === 'end' ? 512 : place}`, { timeout: 2_000 });
      const first = pipeline(page).getByRole('row', { name: /^logits, before sampling 2,048/ });
      await expect(first).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await expect(trace(page).getByRole('row')).toHaveCount(4);
  }
});

test('axe finds nothing in the steps, in either theme', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 4 });
  await run(page);
  await setCaret(page, (await textOf(page)).length - 1);
  await candidatesReady(page);
  await openStages(page);
  expect(await complaints(page)).toEqual([]);
  for (const name of ['Leading candidates as', 'The draw as']) {
    await page.getByRole('group', { name }).getByText('Table').click();
  }
  await page.getByRole('searchbox', { name: 'Find a token by text or id' }).fill('ing');
  expect(await complaints(page)).toEqual([]);
});
