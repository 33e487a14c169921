// Looking inside: the token at the caret, its numbers, the candidates, other settings without a forward pass, the other road.

import {
  allCandidates,
  candidateGrid,
  candidateRow,
  candidatesOf,
  candidatesReady,
  commandsOf,
  factOf,
  inspector,
  neverEnds,
  noteCommands,
  openPage,
  run,
  runButton,
  runFinished,
  scored,
  setCaret,
  setNumbers,
  stopButton,
  tailOf,
  textArea,
  textOf,
  tokensOf,
  undoButton,
} from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

const PROMPT = 'Once upon a time there was a small';
const VOCABULARY = 2048;

/** A finished run of a few drawn tokens, every token with its numbers. */
async function shortRun(page: Page): Promise<void> {
  await setNumbers(page, { Length: 4 });
  await neverEnds(page);
  await run(page);
  await scored(page);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const shareOf = (after: number | string | undefined): number => (typeof after === 'number' ? after : 0);

test('the token at the caret is the selected one', async ({ page }) => {
  await openPage(page);
  await shortRun(page);
  const tokens = await tokensOf(page);
  let offset = 0;
  for (const [position, { text, origin }] of tokens.entries()) {
    await setCaret(page, offset);
    const line = inspector(page).getByText(/^position \d+ · id \d+/);
    await expect(line).toContainText(`position ${position} ·`);
    // A control character is painted by its picture.
    const meant = text.replace(/[\u2400-\u241f]/g, picture => String.fromCharCode(picture.charCodeAt(0) - 0x2400));
    const bytes = Array.from(Buffer.from(meant), byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
    await expect(line).toContainText(`bytes ${bytes} ·`);
    await expect(line).toContainText(origin === 'typed' ? 'typed' : 'drawn by the sampler');
    await expect(inspector(page).getByRole('heading', { level: 2 })).toContainText(text.trim());
    offset += text.length;
  }
  await setCaret(page, offset);
  await expect(inspector(page).getByRole('heading', { name: 'What comes next' })).toBeVisible();
  // Alt and the arrow keys walk by token.
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(inspector(page)).toContainText(`position ${tokens.length - 1} ·`);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(inspector(page)).toContainText(`position ${tokens.length - 2} ·`);
  await page.keyboard.press('Alt+ArrowRight');
  await expect(inspector(page)).toContainText(`position ${tokens.length - 1} ·`);
});

test.describe('while a run writes', () => {
  // It must outlast what is looked at, however slow the machine is.
  test.use({ turn: 600 });

  test('the list follows a run and never goes blank; a candidate picked while it runs stays at its place', async ({
    page,
  }) => {
    await openPage(page);
    await candidatesReady(page);
    await setNumbers(page, { Length: 400 });
    await neverEnds(page);
    // Every moment without a candidate in the list counts.
    await inspector(page).evaluate(column => {
      const look = (): void => {
        if (column.querySelector('[id^="candidate-"]') === null) document.body.dataset.blank = 'true';
      };
      new MutationObserver(look).observe(column, { childList: true, subtree: true });
    });
    await textArea(page).focus();
    await page.keyboard.press('End');
    await page.keyboard.type(' and then');
    await candidatesReady(page);
    await runButton(page).click();
    const heading = inspector(page).getByRole('heading', { level: 2 });
    const drawnAt = async (): Promise<number> =>
      Number(/position (\d+) ·.*drawn by/.exec(await inspector(page).innerText())?.[1] ?? 0);
    await expect.poll(drawnAt).toBeGreaterThan(12);
    const first = await drawnAt();
    await expect.poll(drawnAt).toBeGreaterThan(first + 2);
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(3000);

    // The list may change under a press on a busy machine.
    await expect(async () => {
      await candidateGrid(page).locator('[id^="candidate-"]').nth(2).click();
      await expect(page.getByRole('button', { name: 'Continue from here' })).toBeVisible({ timeout: 5000 });
    }).toPass();
    const [picked, shown] = [await drawnAt(), await heading.innerText()];
    const length = (await textOf(page)).length;
    await expect.poll(async () => (await textOf(page)).length).toBeGreaterThan(length + 10);
    expect([await drawnAt(), await heading.innerText()]).toEqual([picked, shown]);
    await stopButton(page).click();
    await runFinished(page);
    await candidatesReady(page);
    expect(await page.evaluate(() => document.body.dataset.blank)).toBeUndefined();
  });
});

test('the numbers of a token agree with each other and with its row among the candidates', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 2000 }); // every row of the list in sight
  await openPage(page);
  await candidatesReady(page);
  await shortRun(page);
  // One typed token, one drawn.
  for (const offset of [PROMPT.indexOf(' time'), PROMPT.length]) {
    await setCaret(page, offset);
    await candidatesReady(page);
    // Those that came with the draw are a few, and have no column of what the steps make of them.
    await expect(
      candidateGrid(page)
        .getByRole('columnheader', { name: /^after/ })
        .first(),
    ).toBeVisible();
    const [probability, logprob, rank] = [
      await factOf(page, 'probability'),
      await factOf(page, 'log-prob'),
      await factOf(page, 'rank'),
    ];
    expect(probability.exact).toBeCloseTo(Math.exp(logprob.exact), 12);
    // Rounded for the eye.
    expect(Math.abs(Number(logprob.words) - logprob.exact)).toBeLessThanOrEqual(0.005);
    const id = Number(
      /id (\d+)/.exec(
        await inspector(page)
          .getByText(/^position/)
          .innerText(),
      )?.[1],
    );
    const all = await allCandidates(page);
    const own = all.find(candidate => candidate.id === id);
    expect(own?.rank).toBe(Number(rank.words));
    expect(Math.log(own?.before ?? 0)).toBeCloseTo(logprob.exact, 4);
    // Only rows in sight exist.
    const index = all.findIndex(candidate => candidate.id === id);
    await candidateGrid(page).evaluate((pane, at) => pane.scrollTo({ top: at * 25 }), index);
    const current = candidateGrid(page).locator('[aria-current="true"]');
    await expect(current).toHaveAttribute('id', `candidate-${id}`);
  }
});

test('listed candidates and the tail row make up 100 %, before and after sampling', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Temperature: 1.3, 'Top-p': 1 });
  const listed = await allCandidates(page);
  expect(listed.length).toBe(25);
  const tail = await tailOf(page);
  expect(tail.count).toBe(VOCABULARY - 25);
  expect(tail.shares.length).toBe(2);
  // The tail row is rounded for the eye: half of its last digit.
  expect(Math.abs(sum(listed.map(c => c.before)) + (tail.shares[0] ?? 0) - 1)).toBeLessThan(6e-4);
  expect(Math.abs(sum(listed.map(c => shareOf(c.after[0]))) + (tail.shares[1] ?? 0) - 1)).toBeLessThan(6e-4);
  // Temperature alone: after sampling is before ^ (1 / T), scaled.
  const [first, ...others] = listed;
  for (const { before, after } of others) {
    const expected = (before / (first?.before ?? 1)) ** (1 / 1.3);
    expect(Math.abs(shareOf(after[0]) / shareOf(first?.after[0]) - expected)).toBeLessThan(1e-5);
  }
});

test('candidates are found by text and by id, and come on demand to the whole vocabulary', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 4000 }); // more rows in sight, less to scroll
  await openPage(page);
  const [first] = await candidatesOf(page);
  const grid = candidateGrid(page);
  await expect(grid).toHaveAttribute('aria-rowcount', '26');
  await grid.getByRole('button', { name: 'Show 25 more' }).click();
  await expect(grid).toHaveAttribute('aria-rowcount', '51');
  expect((await allCandidates(page)).length).toBe(50);
  expect((await tailOf(page)).count).toBe(VOCABULARY - 50);
  await grid.getByRole('button', { name: 'Show all' }).click();
  await expect(grid).toHaveAttribute('aria-rowcount', String(VOCABULARY + 1));
  await expect(grid.getByRole('row').filter({ hasText: / more$/ })).toHaveCount(0);
  const whole = await allCandidates(page);
  expect(whole.map(c => c.rank)).toEqual(whole.map((_, i) => i + 1));
  expect(new Set(whole.map(c => c.id)).size).toBe(VOCABULARY);
  expect(sum(whole.map(c => c.before))).toBeCloseTo(1, 6);
  expect(sum(whole.map(c => shareOf(c.after[0])))).toBeCloseTo(1, 6);

  const search = page.getByRole('searchbox', { name: 'Search the candidates by text or id' });
  await search.fill(String(whole[700]?.id));
  await expect(candidateRow(page, whole[700]?.id ?? -1)).toBeVisible();
  expect((await candidatesOf(page))[0]).toEqual(whole[700]);
  await search.fill('ing');
  const found = grid.locator('[id^="candidate-"]');
  await expect(found.filter({ hasText: 'ing' }).first()).toBeVisible();
  await expect(found.filter({ hasNotText: 'ing' })).toHaveCount(0);
  await search.fill('no token has this text');
  await expect(grid).toContainText('No token of this vocabulary has that text or id.');
  await search.press('Escape');
  await expect(candidateRow(page, first?.id ?? -1)).toBeVisible();
});

test('sliders reshape a past token with no command to the worker, beside how it was drawn', { tag: '@engine' }, async ({
  page,
}) => {
  await noteCommands(page);
  await openPage(page);
  await setNumbers(page, { Temperature: 1.2, 'Top-p': 1 });
  await shortRun(page);
  await setCaret(page, PROMPT.length);
  const grid = candidateGrid(page);
  await expect(grid.getByRole('columnheader', { name: 'after, as drawn' })).toBeVisible();
  await expect(grid.getByRole('columnheader', { name: 'with these settings' })).toHaveCount(0);
  const drawn = await allCandidates(page);
  const sent = await commandsOf(page);
  expect(sent).toContain('generate');

  const temperature = page.getByRole('slider', { name: 'Temperature', exact: true });
  await temperature.fill('0.5');
  await expect(grid.getByRole('columnheader', { name: 'with these settings' })).toBeVisible();
  const sharper = await allCandidates(page);
  for (const [i, { before, after }] of sharper.entries()) {
    expect(before).toBe(drawn[i]?.before);
    expect(after[0]).toBe(drawn[i]?.after[0]);
  }
  expect(shareOf(sharper[0]?.after[1])).toBeGreaterThan(shareOf(drawn[0]?.after[0]));

  await page.getByRole('slider', { name: 'Top-p', exact: true }).fill('0.2');
  await expect(grid.getByText('cut: top-p').first()).toBeVisible();
  const cut = await allCandidates(page);
  expect(cut.some(c => c.after[1] === 'cut: top-p')).toBe(true);
  expect(sum(cut.map(c => shareOf(c.after[1])))).toBeCloseTo(1, 6);
  await setNumbers(page, { 'Top-p': 1, 'Top-k': 3 });
  await expect(grid.getByText('cut: top-k').first()).toBeVisible();
  expect((await allCandidates(page)).map(c => c.after[1] === 'cut: top-k')).toEqual(cut.map((_, i) => i >= 3));
  await setNumbers(page, { 'Top-k': 0, 'Min-p': 0.5 });
  await expect(grid.getByText('cut: min-p').first()).toBeVisible();

  // As it was: one column again, the same numbers.
  await setNumbers(page, { 'Min-p': 0, Temperature: 1.2 });
  await expect(grid.getByRole('columnheader', { name: 'with these settings' })).toHaveCount(0);
  expect(await allCandidates(page)).toEqual(drawn);
  expect(await commandsOf(page)).toEqual(sent);
});

for (const way of ['its button', 'Enter'] as const) {
  test(`a candidate continues by ${way}; Undo brings the old tail back with its numbers`, async ({ page }) => {
    await openPage(page);
    await shortRun(page);
    const [text, tokens] = [await textOf(page), await tokensOf(page)];
    const head = tokens.slice(0, -3);
    const offset = sum(head.map(token => token.text.length));
    await setCaret(page, offset);
    const other = (await candidatesOf(page)).find(({ id, rank }) => rank <= 3 && id !== 0 && rank > 1);
    const row = candidateRow(page, other?.id ?? -1);
    if (way === 'Enter') {
      await candidateGrid(page).focus();
      for (let i = 0; i < (other?.rank ?? 0); i++) await page.keyboard.press('ArrowDown');
      await expect(row).toHaveAttribute('aria-selected', 'true');
      await page.keyboard.press('Enter');
    } else {
      await row.click();
      await expect(row).toHaveAttribute('aria-selected', 'true');
      // A click selects, it does not run.
      expect(await textOf(page)).toBe(text);
      await page.getByRole('button', { name: 'Continue from here' }).click();
    }
    await runFinished(page);
    const branch = await tokensOf(page);
    expect(branch.slice(0, head.length)).toEqual(head);
    expect(branch[head.length]?.origin).toBe('chosen');
    const after = branch.slice(head.length + 1).map(token => token.origin);
    expect(after).toEqual(after.map(() => 'drawn'));
    expect(after.length).toBeGreaterThan(0);

    await scored(page);
    await undoButton(page).click();
    await expect(textArea(page)).toHaveValue(text);
    expect(await tokensOf(page)).toEqual(tokens);
    await setCaret(page, offset);
    await expect(inspector(page).getByText(/drawn with/)).toBeVisible();
    await candidatesReady(page);
    expect((await factOf(page, 'log-prob')).exact).toBeLessThanOrEqual(0);
  });
}
