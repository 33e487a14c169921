// The settings do what they say: presets, greedy, bans, endings, stop strings, and one text for one seed.

import { complaints } from '../support/axe.ts';
import {
  addStopString,
  candidateRow,
  candidatesReady,
  factOf,
  inspector,
  lockSeed,
  neverEnds,
  numberField,
  openPage,
  run,
  runButton,
  runFinished,
  setCaret,
  setNumbers,
  setText,
  step,
  stopButton,
  textArea,
  textOf,
  tokensOf,
  undoButton,
} from '../support/page.ts';
import { expect, goOn, holdAfter, type Page, test } from '../support/tests.ts';

const PROMPT = 'Once upon a time there was a small';
const END_OF_TEXT = 2047;

async function choose(page: Page, group: string, option: string): Promise<void> {
  await page.getByRole('group', { name: group }).getByText(option, { exact: true }).click();
  await expect(
    page.getByRole('group', { name: group }).getByRole('radio', { name: option, exact: true }),
  ).toBeChecked();
}

async function biasToken(page: Page, id: number, bias: number): Promise<void> {
  await page.getByRole('searchbox', { name: 'Find a token to bias' }).fill(String(id));
  await page
    .getByRole('list', { name: 'Tokens found' })
    .getByRole('button')
    .filter({ hasText: `id ${id}` })
    .first()
    .click();
  const field = page.getByRole('spinbutton', { name: `Bias of token ${id}`, exact: true });
  await field.fill(String(bias));
  await field.press('Enter');
  await expect(field).toHaveValue(String(bias));
}

/** The text that a run draws after the prompt; the prompt stands alone again afterwards. */
async function drawnText(page: Page): Promise<string> {
  await run(page);
  const text = await textOf(page);
  expect(text.startsWith(PROMPT)).toBe(true);
  await undoButton(page).click();
  await expect(textArea(page)).toHaveValue(PROMPT);
  return text.slice(PROMPT.length);
}

async function idAt(page: Page, offset: number): Promise<number> {
  await setCaret(page, offset);
  const line = inspector(page).getByText(/^position \d+ · id \d+/);
  await expect(line).toBeVisible();
  return Number(/id (\d+)/.exec(await line.innerText())?.[1]);
}

test('presets set the controls, Reset brings the defaults back', async ({ page }) => {
  await openPage(page);
  const shows = async (values: Readonly<Record<string, string>>) => {
    for (const [label, value] of Object.entries(values)) await expect(numberField(page, label)).toHaveValue(value);
  };
  await expect(page.getByRole('radio', { name: 'Balanced' })).toBeChecked();
  await choose(page, 'Preset', 'Precise');
  await shows({ Temperature: '0.3', 'Top-p': '0.9' });
  await choose(page, 'Preset', 'Wild');
  await shows({ Temperature: '1.4', 'Top-p': '1', 'Min-p': '0.02' });
  await choose(page, 'Preset', 'Notes');
  await shows({ Temperature: '0.7', 'Top-p': '0.73', 'Min-p': '0' });
  await setNumbers(page, { 'Top-k': 7 });
  await expect(page.getByRole('radio', { name: 'Notes' })).not.toBeChecked();
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await shows({ Temperature: '0.8', 'Top-p': '0.95', 'Top-k': '0', Length: '96' });
  await expect(page.getByRole('button', { name: 'Reset', exact: true })).toBeDisabled();
});

test('temperature 0 is greedy, and so is top-k 1 at any temperature and seed', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 8, Temperature: 0, 'Top-p': 1 });
  const greedy = await drawnText(page);
  expect(greedy).not.toBe('');
  await lockSeed(page, 1);
  expect(await drawnText(page)).toBe(greedy);
  await setNumbers(page, { Temperature: 2, 'Top-k': 1 });
  await lockSeed(page, 2);
  await run(page);
  await expect(textArea(page)).toHaveValue(PROMPT + greedy);
  let offset = PROMPT.length;
  for (const [position, { text, origin }] of (await tokensOf(page)).entries()) {
    if (origin !== 'drawn') continue;
    await setCaret(page, offset);
    await expect(inspector(page).getByText(new RegExp(`^position ${position} ·`))).toBeVisible();
    await expect.poll(async () => (await factOf(page, 'rank')).words).toBe('1');
    offset += text.length;
  }
});

test('a token banned by logit bias is not drawn, and its row names the step', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 1, Temperature: 0 });
  await run(page);
  const likeliest = await idAt(page, PROMPT.length);
  await undoButton(page).click();
  await biasToken(page, likeliest, -100);
  await run(page);
  expect(await idAt(page, PROMPT.length)).not.toBe(likeliest);
  await candidatesReady(page);
  await expect(candidateRow(page, likeliest)).toContainText('cut: logit bias');
  await expect.poll(async () => (await factOf(page, 'rank')).words).toBe('2');
});

test('end-of-text stops, goes on, or is never drawn', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 3, Temperature: 0 });
  await biasToken(page, END_OF_TEXT, 100);
  await run(page, 'Ended by the end-of-text token');
  await expect(textArea(page)).toHaveValue(PROMPT);
  await choose(page, 'End of text', 'Go on');
  await run(page, 'Ended after 3 tokens, the maximum set.');
  const goneOn = (await tokensOf(page)).filter(token => token.origin === 'drawn');
  expect(goneOn.map(token => token.text)).toEqual(Array(3).fill('<|endoftext|>'));
  await undoButton(page).click();
  await neverEnds(page);
  await run(page, 'Ended after 3 tokens, the maximum set.');
  const never = (await tokensOf(page)).filter(token => token.origin === 'drawn');
  expect(never.length).toBe(3);
  expect(never.map(token => token.text).join('')).not.toContain('<|endoftext|>');
});

test('a line end as a stop string, typed as \\n', { tag: '@engine' }, async ({ page }) => {
  await openPage(page);
  const question = 'Q: What is the capital of France?\nA:';
  await setText(page, question);
  await setNumbers(page, { Length: 30, Temperature: 0 });
  await addStopString(page, '\\n');
  await run(page, 'Ended at the stop string "\\n" after');
  const answer = (await textOf(page)).slice(question.length);
  expect(answer).not.toBe('');
  expect(answer).not.toContain('\n');
  await page.getByRole('button', { name: 'Remove the stop string \\n' }).click();
  await undoButton(page).click();
  await run(page);
  expect((await textOf(page)).slice(question.length)).toContain(`${answer}\n`);
});

test('one seed gives one text, by Run, by Step, and by stop-and-go', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 6, Temperature: 1.3, 'Top-p': 1 });
  await lockSeed(page, 20_061_987);
  const byRun = await drawnText(page);
  expect(await drawnText(page)).toBe(byRun);
  for (let i = 0; i < 6; i++) await step(page);
  await expect(textArea(page)).toHaveValue(PROMPT + byRun);
  await setText(page, PROMPT);
  await setNumbers(page, { Length: 2 });
  for (let i = 0; i < 3; i++) await run(page);
  await expect(textArea(page)).toHaveValue(PROMPT + byRun);

  // Stopped by hand, then gone on with.
  await setText(page, PROMPT);
  await setNumbers(page, { Length: 300 });
  await neverEnds(page);
  await runAndStop(page);
  const stopped = await textOf(page);
  await setNumbers(page, { Length: 4 });
  await run(page);
  const whole = await textOf(page);
  expect(whole.startsWith(stopped)).toBe(true);
  const drawn = (await tokensOf(page)).filter(token => token.origin === 'drawn').length;
  await setText(page, PROMPT);
  await setNumbers(page, { Length: drawn });
  await run(page);
  await expect(textArea(page)).toHaveValue(whole);
});

test('steps that hang on the text, and by a coin: Run, Step and stop-and-go agree, and each says what it did', async ({
  page,
}) => {
  await openPage(page);
  const settings = page.getByRole('region', { name: 'Settings' });
  await settings.getByText('More steps').click();
  await setNumbers(page, {
    Length: 4,
    'Top-n-sigma': 2.5,
    'Dynamic temperature': 0.4,
    XTC: 0.5,
    Mirostat: 4,
    DRY: 0.8,
  });
  await setNumbers(page, {
    'XTC threshold': 0.02,
    'Mirostat rate': 0.3,
    'Penalty window': 8,
    'Frequency penalty': 0.3,
  });
  await expect(settings.getByText('6 on')).toBeVisible();
  await lockSeed(page, 77);
  const byRun = await drawnText(page);
  for (let i = 0; i < 4; i++) await step(page);
  await expect(textArea(page)).toHaveValue(PROMPT + byRun);
  await setText(page, PROMPT);
  await setNumbers(page, { Length: 2 });
  for (let i = 0; i < 2; i++) await run(page);
  await expect(textArea(page)).toHaveValue(PROMPT + byRun);

  // The step of the last token was drawn by a bound that three tokens had moved.
  const [last] = (await tokensOf(page)).slice(-1);
  await setCaret(page, PROMPT.length + byRun.length - (last?.text.length ?? 0));
  await inspector(page).getByRole('tab', { name: 'Sampling steps' }).click();
  const table = page.getByRole('table', { name: 'What each step of sampling did, in order' });
  for (const [name, told] of [
    ['frequency penalty', /of the last 8 tokens/],
    ['DRY', /nothing repeats/],
    ['top-n-sigma', /2\.5/],
    ['dynamic temperature', /temperature \d\.\d{3}/],
    ['XTC', /threshold 0\.02; coin 0\.\d+/],
    ['mirostat', /bound \d+\.\d+ bits/],
  ] as const) {
    const row = table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${name}`) }) });
    await expect(row).toContainText(told);
  }
  await expect(table.getByRole('row').filter({ hasText: 'bound 8.00 bits' })).toHaveCount(0);
});

/** A run that is stopped by hand after some tokens. */
async function runAndStop(page: Page): Promise<void> {
  await holdAfter(page, 'token', 4);
  await runButton(page).click();
  await expect.poll(async () => (await tokensOf(page)).length, { intervals: [20] }).toBeGreaterThan(9);
  await stopButton(page).click();
  await goOn(page);
  await runFinished(page, 'Stopped after');
}

test('with no lock a stopped run goes on with the seed it had', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 300, Temperature: 1 });
  await neverEnds(page);
  await runAndStop(page);
  const stopped = await textOf(page);
  await setNumbers(page, { Length: 2 });
  await run(page);
  const seeds: string[] = [];
  let first: string | null = null;
  for (const offset of [PROMPT.length, stopped.length]) {
    await setCaret(page, offset);
    if (seeds.length > 0) await expect(inspector(page).getByText(/^position/)).not.toHaveText(first ?? '');
    first = await inspector(page)
      .getByText(/^position/)
      .textContent();
    const line = inspector(page).getByText(/drawn with/);
    await expect(line).toContainText(/seed \d+/);
    seeds.push(/seed (\d+)/.exec(await line.innerText())?.[1] ?? '');
  }
  expect(seeds[0]).toBe(seeds[1]);
});

test('a number field says what it did not take, and how it read what has two meanings', async ({ page }) => {
  await openPage(page);
  const type = async (label: string, text: string): Promise<void> => {
    await numberField(page, label).fill(text);
    await numberField(page, label).press('Tab');
  };
  const settings = page.getByRole('region', { name: 'Settings' });
  await type('Temperature', '9');
  await expect(settings.getByRole('alert')).toHaveText('9 is outside 0 to 5; 0.8 stays.');
  await expect(numberField(page, 'Temperature')).toHaveValue('0.8');
  await expect(numberField(page, 'Temperature')).toHaveAccessibleDescription(/9 is outside 0 to 5/);
  await type('Temperature', '0,7');
  await expect(numberField(page, 'Temperature')).toHaveValue('0.7');
  await expect(settings.getByRole('alert')).toHaveCount(0);
  await type('Top-k', '1.000');
  await expect(numberField(page, 'Top-k')).toHaveValue('1000');
  await expect(settings.getByRole('alert')).toHaveText('“1.000” was read as 1,000, not as 1.');
  await type('Length', '1 000');
  await expect(numberField(page, 'Length')).toHaveValue('1000');
  // The sentence goes when the value that it is about does.
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect(settings.getByRole('alert')).toHaveCount(0);

  const seed = page.getByRole('textbox', { name: 'Seed', exact: true });
  await lockSeed(page, 42);
  await seed.fill('9007199254740993');
  await seed.press('Enter');
  await expect(settings.getByRole('alert')).toHaveText(/outside 0 to 9,007,199,254,740,991; 42 stays\./);
  // As long as the field is not left, what was typed can be mended.
  await expect(seed).toHaveValue('9007199254740993');
  await expect(seed).toHaveAttribute('aria-invalid', 'true');
  await seed.blur();
  await expect(seed).toHaveValue('42');
});

test('a constraint strikes out what cannot follow, ends the run, and says what is wrong with it', async ({ page }) => {
  await openPage(page);
  await page.getByText('More steps', { exact: false }).first().click();
  await choose(page, 'Constraint', 'Regex');
  const field = page.getByRole('textbox', { name: 'Constraint: Regex' });
  await field.fill(' (yes');
  await expect(page.getByText('a parenthesis is not closed, at character 2').first()).toBeVisible();
  await choose(page, 'Constraint', 'Choices');
  await page.getByRole('textbox', { name: 'Constraint: Choices' }).fill(' yes, of course\n no, thank you');
  await candidatesReady(page);
  await expect(inspector(page).getByText('constraint').first()).toBeVisible();
  const before = await textOf(page);
  await run(page);
  await runFinished(page);
  expect([' yes, of course', ' no, thank you']).toContain((await textOf(page)).slice(before.length));
  await expect(page.getByText('the constraint is complete').first()).toBeVisible();
  await setCaret(page, before.length);
  await inspector(page).getByRole('tab', { name: 'Sampling steps' }).click();
  const steps = page.getByRole('table', { name: 'What each step of sampling did, in order' });
  await expect(steps.getByRole('row').filter({ hasText: 'begins here' })).toContainText('constraint');
  expect(await complaints(page)).toEqual([]);
});
