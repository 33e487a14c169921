// Following a token: the seven steps on the person's own text, their numbers agreeing with each other and with the inspector.

import { complaints } from '../support/axe.ts';
import {
  commandsOf,
  factOf,
  lockSeed,
  noteCommands,
  openPage,
  setCaret,
  setText,
  sidewaysOf,
  textOf,
  tokenButton,
} from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

const PROMPT = 'Once upon a time there was a small';
const STEPS = ['Tokenise', 'Embed and position', 'Layers', 'Attention', 'Logits', 'Softmax', 'Select and repeat'];
const LAYERS = 6;

const view = (page: Page): Locator => page.getByRole('region', { name: 'Follow', exact: true });
const stepButton = (page: Page, number: number): Locator =>
  view(page).getByRole('button', { name: `${number} ${STEPS[number - 1]}`, exact: true });

async function side(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
}

async function goTo(page: Page, number: number): Promise<void> {
  await stepButton(page, number).click();
  await expect(view(page).getByRole('heading', { name: `${number}. ${STEPS[number - 1]}` })).toBeVisible();
}

/** The exact numbers behind the cells of a table, row by row; NaN where there is none. */
async function numbersOf(table: Locator): Promise<number[][]> {
  await expect(table).toBeVisible();
  return table
    .locator('tbody tr')
    .evaluateAll(rows =>
      rows.map(row =>
        [...row.querySelectorAll('td')].map(cell => (cell.title === '' ? Number.NaN : Number.parseFloat(cell.title))),
      ),
    );
}

/** The exact numbers of a piece of text, in order. */
async function exactIn(place: Locator): Promise<number[]> {
  await expect(place.first()).toBeVisible();
  const titles = await place.locator('.num[title]').evaluateAll(all => all.map(each => each.getAttribute('title')));
  return titles.map(Number);
}

/** Ids of the tokens of the document, as step 1 shows them. */
async function idsShown(page: Page): Promise<number[]> {
  const labels = await view(page)
    .getByRole('button', { name: /^position \d+, / })
    .evaluateAll(all => all.map(each => each.getAttribute('aria-label') ?? ''));
  return labels.map(label => Number(/id (\d+)/.exec(label)?.[1]));
}

async function follow(page: Page): Promise<void> {
  await openPage(page);
  await setText(page, PROMPT);
  await side(page, 'Follow');
  await expect(view(page)).toBeVisible();
}

test('seven steps with numbers that agree with each other and with the inspector', { tag: '@engine' }, async ({
  page,
}) => {
  await openPage(page);
  await setText(page, PROMPT);
  await setCaret(page, PROMPT.length - 2);
  const inspected = await factOf(page, 'probability');
  const logprob = await factOf(page, 'log-prob');
  await side(page, 'Follow');

  await expect(view(page).getByText('goes in, position 6')).toBeVisible();
  await expect(view(page).getByText('predicted, position 7')).toBeVisible();
  expect(await idsShown(page)).toHaveLength(8);

  await goTo(page, 2);
  const rows = await numbersOf(view(page).getByRole('table', { name: 'First numbers and norms' }));
  const [token = [], position = [], sum = []] = rows;
  for (const c of [0, 1, 2, 3]) expect((token[c] ?? 0) + (position[c] ?? 0)).toBeCloseTo(sum[c] ?? 0, 5);

  await goTo(page, 3);
  await view(page).getByRole('button', { name: 'Show as a table' }).first().click();
  const norms = await numbersOf(view(page).getByRole('table', { name: 'Norms by layer' }));
  expect(norms).toHaveLength(LAYERS + 1);
  expect(norms[0]?.[0]).toBeCloseTo(sum.at(-1) ?? 0, 4);
  for (const [, attention = 0, mlp = 0] of norms.slice(1)) expect(Math.min(attention, mlp)).toBeGreaterThan(0);

  await goTo(page, 4);
  const looks = view(page).getByRole('table', { name: 'The strongest head of every layer' });
  const weights = (await numbersOf(looks)).map(cells => cells.at(-1) ?? 0);
  expect(weights).toHaveLength(LAYERS);
  for (const weight of weights) expect(weight > 0 && weight <= 1 + 1e-6).toBe(true);
  await looks.getByRole('button', { name: 'Show layer 3 on the text' }).click();
  await expect(view(page).getByRole('heading', { name: /^Layer 3, head/ })).toBeVisible();

  await goTo(page, 5);
  // The dot product on the page against the logit that the GPU made of the same two vectors.
  for (const [i, name] of ['likeliest', 'in the text', 'went in'].entries()) {
    await view(page).getByText(name, { exact: true }).click();
    const [product = 0, logit = 1] = await exactIn(view(page).getByTestId('follow-product'));
    expect(product).toBeCloseTo(logit, 3);
    if (i > 0) continue;
    const largest = await numbersOf(view(page).getByRole('table', { name: 'Largest logits' }));
    expect(logit).toBe(largest[0]?.[1]);
  }
  const top = await numbersOf(view(page).getByRole('table', { name: 'Largest logits' }));
  const sorted = top.map(cells => cells[1] ?? 0);
  expect(sorted).toEqual([...sorted].sort((a, b) => b - a));

  await goTo(page, 6);
  const [probability = 0] = await exactIn(view(page).getByTestId('follow-probability'));
  expect(probability).toBeCloseTo(inspected.exact, 6);
  expect(Math.log(probability)).toBeCloseTo(logprob.exact, 4);
  const lines = await numbersOf(view(page).getByRole('table', { name: 'From logits to probabilities' }));
  expect(lines.reduce((all, cells) => all + (cells.at(-1) ?? 0), 0)).toBeCloseTo(1, 5);

  await goTo(page, 7);
  await expect(view(page).getByText(/falls into the share of/)).toBeVisible();
  await view(page).getByRole('button', { name: 'Show as a table' }).first().click();
  const shares = await numbersOf(view(page).getByRole('table', { name: 'Shares on the line' }));
  for (const [, from = 0, to = 0, p = 0] of shares) expect(to - from).toBeCloseTo(p, 9);
});

test('the draw is the one that Step makes, and the next token is followed', { tag: '@engine' }, async ({ page }) => {
  await openPage(page);
  await setText(page, PROMPT);
  await lockSeed(page, 20_240_607);
  await side(page, 'Follow');
  await goTo(page, 7);
  const drawn = view(page).getByTestId('follow-drawn');
  for (let i = 0; i < 3; i++) {
    const before = await textOf(page);
    const position = PROMPT.split(' ').length + i;
    await expect(view(page).getByText(`comes next, position ${position}`)).toBeVisible();
    await expect(view(page).getByText(/The locked seed gives 0\.\d{4}/)).toBeVisible();
    const said = (await drawn.locator('[aria-hidden="true"]').first().innerText()).replaceAll('·', ' ');
    await view(page).getByRole('button', { name: 'Draw the next token' }).click();
    await expect.poll(() => textOf(page)).toBe(before + said);
  }
  // What was drawn is followed as it was drawn.
  await goTo(page, 1);
  await view(page)
    .getByRole('button', { name: /^position 8, / })
    .click();
  await goTo(page, 7);
  await expect(view(page).getByText(/was drawn with 0\.\d{4} and a probability of/)).toBeVisible();
});

test('the merges of an e-mail address end in the tokens of the page', async ({ page }) => {
  await follow(page);
  const ids = view(page).getByTestId('merged-ids');
  const merged = view(page).getByTestId('merged');
  const address = 'name@example.org';
  await expect(view(page).getByRole('textbox', { name: 'Word to take apart' })).toHaveValue(address);
  const traced = (await ids.innerText()).split(' ').map(Number);
  await setText(page, address);
  await expect.poll(() => idsShown(page)).toEqual(traced);

  await view(page).getByRole('button', { name: 'Bytes', exact: true }).click();
  await expect(merged.locator('span[class*="symbol"]')).toHaveCount(address.length);
  await view(page).getByRole('button', { name: 'Merge →' }).click();
  await expect(merged.locator('span[class*="symbol"]')).toHaveCount(address.length - 1);
  await expect(view(page).getByText(/^Merge 1 of \d+: .* rank [\d,]+/)).toBeVisible();
  await view(page).getByRole('button', { name: 'All', exact: true }).click();
  await expect(merged.locator('span[class*="symbol"]')).toHaveCount(traced.length);

  await view(page).getByText('after a space', { exact: true }).click();
  const spaced = (await ids.innerText()).split(' ').map(Number);
  expect(spaced).not.toEqual(traced);
  await setText(page, `a ${address}`);
  await expect.poll(async () => (await idsShown(page)).slice(1)).toEqual(spaced);

  await view(page).getByRole('textbox', { name: 'Word to take apart' }).fill('日本 🙂');
  await expect(view(page).getByText(/^Merge \d+ of \d+|^One symbol|^No pair/)).toBeVisible();
});

test('the cache is measured at several lengths, cached against not cached', { tag: '@engine' }, async ({ page }) => {
  await noteCommands(page);
  await follow(page);
  await goTo(page, 7);
  expect(await commandsOf(page)).not.toContain('measure_cache');
  // 6 layers of 12 C² weights and a head of V C, C = 192 and V = 2,048.
  const body = LAYERS * 12 * 192 ** 2;
  expect(await exactIn(view(page).getByText(/^weights: layers 2\.7 M/))).toEqual([body, 2048 * 192, body + 2048 * 192]);
  await expect(view(page).getByTestId('follow-drawn')).toBeVisible();
  // By key: the draw stands above the button, and moves it from under a pointer when it comes.
  await view(page).getByRole('button', { name: 'Measure on this text' }).press('Enter');
  const table = view(page).getByRole('table', { name: 'One token with and without the cache' });
  await expect(view(page).getByRole('button', { name: 'Measure again' })).toBeVisible();
  const lengths = await table.getByRole('rowheader').allInnerTexts();
  expect(lengths).toEqual(['2', '4', '8']);
  for (const [cached = 0, uncached = 0, , ratio = 0] of await numbersOf(table)) {
    expect(cached).toBeGreaterThan(0);
    expect(ratio).toBeCloseTo(uncached / cached, 6);
  }
  await setText(page, 'Another text');
  await expect(view(page).getByText('Measured on an earlier text of 8 tokens.')).toBeVisible();
});

test('by keyboard, and after a reload', async ({ page }) => {
  await noteCommands(page);
  await follow(page);
  await stepButton(page, 1).focus();
  for (const number of [2, 3]) {
    await page.keyboard.press('ArrowRight');
    await expect(stepButton(page, number)).toBeFocused();
    await expect(stepButton(page, number)).toHaveAttribute('aria-current', 'step');
  }
  await page.keyboard.press('End');
  await expect(stepButton(page, 7)).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  await expect(stepButton(page, 1)).toBeFocused();
  // The first step asks nothing of the model's inside.
  const asked = await commandsOf(page);
  expect(asked.filter(type => type === 'attention')).toEqual([]);
  await view(page).getByRole('button', { name: 'Embed →' }).click();
  const strip = view(page).getByRole('slider', { name: /^Embedding of the token/ });
  await strip.focus();
  await page.keyboard.press('End');
  await expect(strip).toHaveAttribute('aria-valuetext', /^channel 191: -?[\d.]+ \+ -?[\d.]+ = -?[\d.]+$/);
  await page.reload();
  await expect(view(page).getByRole('heading', { name: '2. Embed and position' })).toBeVisible();
  await expect(strip).toBeVisible();
});

test('the first token, special tokens, parts of a character, an empty text', async ({ page }) => {
  await follow(page);
  await setCaret(page, 0);
  await goTo(page, 2);
  await expect(view(page).getByText('goes in, position 0')).toBeVisible();
  await expect(view(page).getByText('predicts position 1')).toBeVisible();
  await expect(view(page).getByRole('slider', { name: /^Embedding of the token/ })).toBeVisible();
  await goTo(page, 4);
  await expect(view(page).getByRole('table', { name: 'The strongest head of every layer' })).toBeVisible();
  await goTo(page, 6);
  await expect(view(page).getByText('The first token has no prediction')).toBeVisible();
  await view(page).getByRole('button', { name: 'Go on to position 1' }).click();
  await expect(view(page).getByTestId('follow-probability')).toBeVisible();

  await setText(page, 'A 日');
  await goTo(page, 1);
  await expect(view(page).getByText(/holds a part of a character only/)).toBeVisible();
  await goTo(page, 5);
  await expect(view(page).getByRole('table', { name: 'Largest logits' })).toBeVisible();

  await setText(page, '');
  for (const number of [1, 2, 6]) {
    await goTo(page, number);
    await expect(
      view(page)
        .getByText(/The text is empty/)
        .first(),
    ).toBeVisible();
  }
});

test('from a step to the view that shows all of it', async ({ page }) => {
  await follow(page);
  await goTo(page, 7);
  // The button moves as long as its numbers come.
  await expect(view(page).getByRole('slider', { name: 'Random number' })).toBeVisible();
  await view(page).getByRole('button', { name: 'All sampling steps →' }).click();
  await expect(page.getByRole('tab', { name: 'Sampling steps' })).toHaveAttribute('aria-selected', 'true');
  await side(page, 'Follow');
  await expect(view(page).getByRole('heading', { name: '7. Select and repeat' })).toBeVisible();
});

test('axe finds nothing in any step, in either theme', async ({ page }) => {
  await follow(page);
  for (let number = 1; number <= STEPS.length; number++) {
    await goTo(page, number);
    await expect(view(page).getByRole('progressbar')).toHaveCount(0);
    const closed = view(page).getByRole('button', { name: 'Show as a table' });
    // Each press leaves one button less of that name.
    while ((await closed.count()) > 0) await closed.first().click();
    expect(await complaints(page, '[aria-label="Follow"]'), STEPS[number - 1]).toEqual([]);
  }
});

test('on a phone: every step within the width, targets large enough @phone', async ({ page }) => {
  await openPage(page);
  await tokenButton(page).tap();
  await side(page, 'Follow');
  for (let number = 1; number <= STEPS.length; number++) {
    await goTo(page, number);
    await expect(view(page).getByRole('progressbar')).toHaveCount(0);
    expect(await sidewaysOf(page)).toBeLessThanOrEqual(0);
    const pane = await view(page)
      .locator('article')
      .evaluate(article => ({
        content: article.scrollWidth,
        room: article.clientWidth,
      }));
    expect(pane.content, STEPS[number - 1]).toBeLessThanOrEqual(pane.room);
    const box = await stepButton(page, number).boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
    expect(box?.width).toBeGreaterThanOrEqual(44);
  }
  expect(await complaints(page, '[aria-label="Follow"]')).toEqual([]);
});
