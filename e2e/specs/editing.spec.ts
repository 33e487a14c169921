// Text and runs: Run and Stop, one step, undo and redo, another draw, why a run ended, what the cache saved, and a reload.

import {
  addStopString,
  announced,
  candidateGrid,
  candidatesReady,
  factOf,
  inspector,
  lockSeed,
  neverEnds,
  numberField,
  openPage,
  redoButton,
  regenerateButton,
  run,
  runButton,
  runFinished,
  scored,
  setCaret,
  setNumbers,
  setText,
  step,
  stepButton,
  stopButton,
  textArea,
  textOf,
  tokensOf,
  undoButton,
} from '../support/page.ts';
import { expect, goOn, holdAfter, type Page, test } from '../support/tests.ts';

const PROMPT = 'Once upon a time there was a small';

/** A run that does not end by itself in the time of a test. */
async function endless(page: Page): Promise<void> {
  await setNumbers(page, { Length: 450 });
  await neverEnds(page);
}

async function grows(page: Page, from: string): Promise<void> {
  await expect.poll(async () => (await textOf(page)).length, { intervals: [50] }).toBeGreaterThan(from.length);
}

/** The seed that the inspector shows for the token at the caret. */
async function seedAt(page: Page, offset: number): Promise<string> {
  await setCaret(page, offset);
  const line = inspector(page).getByText(/drawn with/);
  await expect(line).toContainText(/seed \d+/);
  return /seed (\d+)/.exec(await line.innerText())?.[1] ?? '';
}

test('Run and Stop are one spot; Ctrl+Enter runs, Esc stops', async ({ page }) => {
  await openPage(page);
  await endless(page);
  await holdAfter(page, 'token', 3);
  const before = await runButton(page).boundingBox();
  await runButton(page).click();
  await expect(stopButton(page)).toBeVisible();
  expect(await stopButton(page).boundingBox()).toEqual(before);
  await grows(page, PROMPT);
  await stopButton(page).click();
  await goOn(page);
  await runFinished(page, 'Stopped after');
  await expect(page.getByRole('main')).toContainText(/Stopped after \d+ tokens?\./);
  const stopped = await textOf(page);
  expect(stopped.startsWith(PROMPT)).toBe(true);

  await textArea(page).focus();
  await holdAfter(page, 'token', 3);
  await page.keyboard.press('Control+Enter');
  await expect(stopButton(page)).toBeVisible();
  await grows(page, stopped);
  await page.keyboard.press('Escape');
  await goOn(page);
  await runFinished(page, 'Stopped after');
  expect((await textOf(page)).startsWith(stopped)).toBe(true);
});

test('Step draws one token, by its button and by its key', async ({ page }) => {
  await openPage(page);
  const before = await tokensOf(page);
  await step(page);
  await expect.poll(async () => (await tokensOf(page)).length).toBe(before.length + 1);
  expect((await tokensOf(page)).at(-1)?.origin).toBe('drawn');
  await textArea(page).focus();
  await page.keyboard.press('Control+.');
  await expect.poll(async () => (await tokensOf(page)).length).toBe(before.length + 2);
});

test('Undo and Redo go over edits and runs, by button and by key', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 4 });
  await neverEnds(page);
  await run(page);
  const ran = await textOf(page);
  await scored(page);
  const drawn = await tokensOf(page);
  await setCaret(page, ran.length);
  await page.keyboard.type('!!');
  await expect(textArea(page)).toHaveValue(`${ran}!!`);

  await expect(undoButton(page)).toHaveAccessibleName('Undo typing');
  await undoButton(page).click();
  await expect(textArea(page)).toHaveValue(ran);
  await expect(undoButton(page)).toHaveAccessibleName('Undo run');
  await textArea(page).focus();
  await page.keyboard.press('Control+z');
  await expect(textArea(page)).toHaveValue(PROMPT);
  await page.keyboard.press('Control+Shift+z');
  await expect(textArea(page)).toHaveValue(ran);
  // A run comes back with its origins and numbers, not as typed text.
  await expect.poll(() => tokensOf(page)).toEqual(drawn);
  await redoButton(page).click();
  await expect(textArea(page)).toHaveValue(`${ran}!!`);
  await expect(redoButton(page)).toBeDisabled();
});

test('Regenerate takes a fresh seed, and with a locked seed gives the same text', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 6, Temperature: 1.5, 'Top-p': 1 });
  await neverEnds(page);
  await expect(regenerateButton(page)).toBeDisabled();
  await run(page);
  const first = await seedAt(page, PROMPT.length);
  await regenerateButton(page).click();
  await runFinished(page);
  expect((await textOf(page)).startsWith(PROMPT)).toBe(true);
  expect((await tokensOf(page)).filter(token => token.origin === 'drawn').length).toBeLessThanOrEqual(6);
  expect(await seedAt(page, PROMPT.length)).not.toBe(first);

  await lockSeed(page, 4711);
  await regenerateButton(page).click();
  await runFinished(page);
  const locked = await textOf(page);
  expect(await seedAt(page, PROMPT.length)).toBe('4711');
  await regenerateButton(page).click();
  await runFinished(page);
  await expect(textArea(page)).toHaveValue(locked);
  await undoButton(page).click();
  await expect(textArea(page)).toHaveValue(locked);
});

test('a stop string ends the run: bytes before it stay as a typed piece', { tag: '@engine' }, async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 12, Temperature: 0 });
  await run(page);
  const drawn = (await tokensOf(page)).filter(token => token.origin === 'drawn');
  const generated = (await textOf(page)).slice(PROMPT.length);
  // Two letters inside a token that occur nowhere before it.
  let start = 0;
  let stop = '';
  let head = '';
  for (const { text } of drawn) {
    const inner = /^..([a-z]{2})/.exec(text)?.[1];
    if (inner !== undefined && generated.indexOf(inner) === start + 2) {
      stop = inner;
      head = generated.slice(0, start + 2);
      break;
    }
    start += text.length;
  }
  expect(stop).not.toBe('');
  await undoButton(page).click();
  await addStopString(page, stop);
  await run(page, `Ended at the stop string "${stop}" after`);
  await expect(textArea(page)).toHaveValue(PROMPT + head);
  expect((await tokensOf(page)).at(-1)?.origin).toBe('typed');
  // One step of the history, the piece included.
  await undoButton(page).click();
  await expect(textArea(page)).toHaveValue(PROMPT);
});

test('a run says that it ended by length, by end-of-text, by a full context', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 2 });
  await run(page, 'Ended after 2 tokens, the maximum set.');

  const search = page.getByRole('searchbox', { name: 'Find a token to bias' });
  await search.fill('2047');
  await page.getByRole('list', { name: 'Tokens found' }).getByRole('button').first().click();
  const bias = page.getByRole('spinbutton', { name: 'Bias of token 2047' });
  await bias.fill('100');
  await bias.press('Enter');
  await setText(page, PROMPT);
  await run(page, 'Ended by the end-of-text token at once');
  const past = page.getByRole('main').getByRole('button', { name: 'Go on past it' });
  await past.click();
  await runFinished(page, 'Ended by the end-of-text token after 1 token.');
  expect((await tokensOf(page)).map(token => token.text).join('')).not.toContain('<|endoftext|>');
  expect((await textOf(page)).length).toBeGreaterThan(PROMPT.length);
  await page.getByRole('button', { name: 'Remove the bias of token 2047' }).click();
  await step(page);
  await expect(page.getByRole('main')).toContainText('Drew 1 token.');

  await neverEnds(page);
  await setText(page, `Once${' the'.repeat(508)}`);
  await setNumbers(page, { Length: 50 });
  await run(page, 'the context is full');
  expect((await tokensOf(page)).length).toBe(512);
  await run(page, 'The context is full: no token was drawn.');
  await page.getByRole('main').getByRole('button', { name: 'Keep the end of the text' }).click();
  await run(page, 'Ended after 50 tokens');
});

test('the page shows how many tokens were re-used and how many computed', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 2 });
  await neverEnds(page);
  await run(page);
  const counts = page.getByText(/[\d,]+ re-used, [\d,]+ computed/);
  const read = async () => {
    const [reused, computed] = (await counts.innerText()).match(/\d+/g) ?? [];
    return { reused: Number(reused), computed: Number(computed) };
  };
  await setText(page, `${PROMPT} house by the river. In the`);
  await run(page);
  const length = (await tokensOf(page)).filter(token => token.origin === 'typed').length;
  const first = await read();
  expect(first.reused + first.computed).toBe(length);

  // Only the tail changes: all before it is re-used.
  await undoButton(page).click();
  await setCaret(page, (await textOf(page)).length);
  for (let i = 0; i < 4; i++) await page.keyboard.press('Backspace');
  await page.keyboard.type(' A');
  await textArea(page).press('Control+Enter');
  await runFinished(page);
  const typed = (await tokensOf(page)).filter(token => token.origin === 'typed').length;
  const second = await read();
  expect(second.reused + second.computed).toBe(typed);
  expect(second.reused).toBeGreaterThanOrEqual(typed - 2);
  expect(second.computed).toBeLessThanOrEqual(2);
});

test('text, origins, settings, seed and view survive a reload, and the numbers come back', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 3, Temperature: 1.2, 'Top-p': 0.9, 'Top-k': 40 });
  await lockSeed(page, 99);
  await addStopString(page, '\\nEND');
  await run(page);
  // A chosen token too.
  await candidatesReady(page);
  await candidateGrid(page).locator('[id^="candidate-"]').nth(1).click();
  await page.getByRole('button', { name: 'Continue from here' }).click();
  await runFinished(page);
  await page.getByRole('combobox', { name: 'Tint of the text shows' }).selectOption('surprisal');
  await setCaret(page, PROMPT.length);
  const logprob = await factOf(page, 'log-prob');
  const line = await inspector(page)
    .getByText(/drawn with/)
    .innerText();
  await scored(page);
  const [text, tokens] = [await textOf(page), await tokensOf(page)];
  expect(new Set(tokens.map(token => token.origin))).toEqual(new Set(['typed', 'drawn', 'chosen']));

  await page.reload();
  await expect(textArea(page)).toHaveValue(text);
  await expect(stepButton(page)).toBeEnabled();
  await scored(page);
  expect(await tokensOf(page)).toEqual(tokens);
  await expect(numberField(page, 'Temperature')).toHaveValue('1.2');
  await expect(numberField(page, 'Top-p')).toHaveValue('0.9');
  await expect(numberField(page, 'Top-k')).toHaveValue('40');
  await expect(numberField(page, 'Length')).toHaveValue('3');
  await expect(page.getByRole('textbox', { name: 'Seed', exact: true })).toHaveValue('99');
  await expect(page.getByRole('button', { name: 'Remove the stop string \\nEND' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Tint of the text shows' })).toHaveValue('surprisal');
  // The token that was looked at is looked at, with the numbers it had.
  await expect(inspector(page).getByText(/drawn with/)).toHaveText(line, { useInnerText: true });
  expect((await factOf(page, 'log-prob')).exact).toBeCloseTo(logprob.exact, 4);
  await expect(announced(page)).not.toContainText('Finished');
});
