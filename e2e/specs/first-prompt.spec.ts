// The first visit with an empty profile: what is there before anything is pressed, and what the first Run needs.

import { startCountingProxy } from '../support/counting-proxy.ts';
import {
  announced,
  candidatesOf,
  candidatesReady,
  commandsOf,
  inspector,
  modelButton,
  noteCommands,
  openPage,
  run,
  runButton,
  runFinished,
  setNumbers,
  setText,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

/** Counts in the page how many lengths the text has had: a short run may be over before a test has looked four times. */
function lookAtEveryFrame(page: Page): Promise<void> {
  return textArea(page).evaluate(area => {
    const lengths = new Set<number>();
    const look = () => {
      if (area instanceof HTMLTextAreaElement) lengths.add(area.value.length);
      document.documentElement.dataset.lengths = String(lengths.size);
      requestAnimationFrame(look);
    };
    look();
  });
}

const FIRST_PROMPT = 'Once upon a time there was a small';

for (const [where, target] of [
  ['at the root', process.env.E2E_ROOT_URL ?? ''],
  ['under a sub-path', process.env.E2E_SUBPATH_URL ?? ''],
] as const) {
  test(`an immediate Run ${where} streams tokens from fewer than 8 MB of same-origin requests`, {
    tag: '@engine',
  }, async ({ page }) => {
    const proxy = await startCountingProxy(target);
    const asked: string[] = [];
    page.context().on('request', request => asked.push(request.url()));
    // A machine that is slow enough asks for a recording as well, which is not what a run needs.
    await page.route('**/models/recorded/**', route => route.abort());
    await page.goto(proxy.address);
    await lookAtEveryFrame(page);
    await runButton(page).click();
    // It grows in more than one step: the text streams.
    const lengths = () => page.evaluate(() => Number(document.documentElement.dataset.lengths));
    await expect.poll(lengths).toBeGreaterThan(3);
    await runFinished(page);
    expect((await textOf(page)).startsWith(FIRST_PROMPT)).toBe(true);
    expect((await tokensOf(page)).filter(token => token.origin === 'drawn').length).toBeGreaterThan(3);

    const foreign = asked.filter(url => /^(https?|wss?):/.test(url) && !url.startsWith(proxy.address));
    expect(foreign).toEqual([]);
    expect(proxy.requests.some(line => line.endsWith('models/nucleus-3m/model.safetensors'))).toBe(true);
    expect(proxy.bytes()).toBeGreaterThan(6_329_288);
    expect(proxy.bytes()).toBeLessThan(8_000_000);
    await proxy.close();
  });
}

test('before any run the shipped model shows what comes next, and generates nothing unasked', {
  tag: '@engine',
}, async ({ page }) => {
  await noteCommands(page);
  await openPage(page);
  await expect(textArea(page)).toHaveValue(FIRST_PROMPT);
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: nucleus-3m, /);
  await expect(inspector(page).getByRole('heading', { name: 'What comes next' })).toBeVisible();
  const candidates = await candidatesOf(page);
  expect(candidates.length).toBeGreaterThan(5);
  for (const [i, { rank, before }] of candidates.entries()) {
    expect(rank).toBe(i + 1);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(candidates[i - 1]?.before ?? 1);
  }
  // A real choice: the likeliest is not sure of itself.
  expect(candidates[0]?.before).toBeLessThan(0.6);
  // The prompt gets its numbers too; the first token has no prediction.
  await expect
    .poll(async () => (await tokensOf(page)).map(token => token.step === null))
    .toEqual((await tokensOf(page)).map((_, i) => i === 0));
  expect(await commandsOf(page)).not.toContain('generate');
  await expect(textArea(page)).toHaveValue(FIRST_PROMPT);
});

test('four examples, each at a choice, and a line about what the model knows and where GPT-2 is', async ({ page }) => {
  await openPage(page);
  const examples = page.getByRole('list', { name: 'Examples' }).getByRole('button');
  await expect(examples).toHaveCount(4);
  const texts = new Set<string>();
  for (const example of await examples.all()) {
    await example.click();
    texts.add(await textOf(page));
    await candidatesReady(page);
    await expect(inspector(page).getByRole('heading', { name: 'What comes next' })).toBeVisible();
  }
  expect(texts.size).toBe(4);
  await expect(page.getByText(/This 3 M model knows small stories and facts/)).toBeVisible();
  await page.getByRole('button', { name: /Llama, Qwen, Gemma, GPT-2 and others are one download away/ }).click();
  await expect(page.getByRole('dialog', { name: 'Models' })).toBeVisible();
});

test('a space at the end gets a hint, and one click removes it', async ({ page }) => {
  await openPage(page);
  await setText(page, 'There was a small ');
  const hint = page.getByText(/ends in a space/);
  await expect(hint).toBeVisible();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect(hint).toBeHidden();
  await expect(textArea(page)).toHaveValue('There was a small');
});

test('an empty text starts from the beginning-of-text token, shown in the text', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 3 });
  await setText(page, '');
  await run(page, /maximum|end-of-text/);
  const [first, ...drawn] = await tokensOf(page);
  expect(first?.text).toBe('<|endoftext|>');
  expect(first?.origin).toBe('typed');
  expect(drawn.every(token => token.origin === 'drawn')).toBe(true);
  expect(drawn.length).toBeGreaterThan(0);
  await expect(announced(page)).not.toContainText('empty');
});
