// Long texts: nothing of a paste is lost, only what is in sight is painted, and the end of the context is marked before any run.

import { countedTokens, openPage, runButton, setText, textArea, textOf, undoButton } from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

/** 45,000 characters of three bytes, in sentences and lines. */
const CHINESE = Array.from({ length: 45_000 }, (_, i) =>
  i % 180 === 179 ? '\n' : i % 18 === 17 ? '。' : String.fromCodePoint(0x4e00 + ((i * 7919) % 3000)),
).join('');
const ENGLISH = Array.from({ length: 1500 }, (_, i) => `${i} ${'men went to mow a meadow, '.repeat(1 + (i % 5))}`).join(
  '\n',
);

async function paste(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(words => navigator.clipboard.writeText(words), text);
  await textArea(page).focus();
  await page.keyboard.press('Control+V');
}

/** The overlay as it stands: whether it is laid out, how high it is beside the textarea, and what it says. */
function overlayOf(page: Page) {
  return page.getByTestId('overlay').evaluate(overlay => {
    const area = document.querySelector('textarea[aria-label="Text"]');
    return {
      behind: overlay.hasAttribute('data-behind'),
      height: overlay.scrollHeight,
      fieldHeight: area?.scrollHeight ?? 0,
      text: (overlay.textContent ?? '').replace(/\u200b$/, ''),
      pieces: overlay.querySelectorAll('[data-piece]').length,
    };
  });
}

/** All of the text is laid out, line under line with the textarea. */
async function whollyPainted(page: Page, text: string): Promise<void> {
  await expect.poll(async () => (await overlayOf(page)).text.length).toBe(text.length);
  const { behind, height, fieldHeight, text: painted } = await overlayOf(page);
  expect(painted).toBe(text);
  expect(behind).toBe(false);
  expect(height).toBe(fieldHeight);
}

/** Text of the pieces that lie in the window of the editor. */
function inSight(page: Page): Promise<string[]> {
  return page.getByTestId('editor').evaluate(pane => {
    const { top, bottom } = pane.getBoundingClientRect();
    return [...pane.querySelectorAll('[data-piece]')]
      .filter(piece => piece.getBoundingClientRect().bottom > top && piece.getBoundingClientRect().top < bottom)
      .map(piece => piece.textContent ?? '');
  });
}

test('45,000 Chinese characters pasted after typed words: all in the field and in the document, and Run keeps them', async ({
  page,
}) => {
  test.slow();
  const errors: Error[] = [];
  page.on('pageerror', error => errors.push(error));
  await openPage(page);
  await setText(page, '');
  await textArea(page).pressSequentially('A few words: ');
  await paste(page, CHINESE);
  const whole = `A few words: ${CHINESE}`;
  await expect(textArea(page)).toHaveValue(whole);
  // Three bytes a character, and a vocabulary that knows none of them.
  expect(await countedTokens(page)).toBeGreaterThan(100_000);
  await whollyPainted(page, whole);
  await page.keyboard.press('End');
  await page.keyboard.type('!');
  await expect(textArea(page)).toHaveValue(`${whole}!`);
  await runButton(page).click();
  await expect(page.getByRole('main')).toContainText(/tokens too long/);
  await expect(textArea(page)).toHaveValue(`${whole}!`);
  await whollyPainted(page, `${whole}!`);
  expect(errors).toEqual([]);
});

test('Run pressed while a text is being counted begins when it is', async ({ page }) => {
  test.slow();
  await openPage(page);
  await paste(page, CHINESE.slice(0, 30_000));
  await runButton(page).click();
  await expect(page.getByRole('main')).toContainText(/tokens too long/);
  expect(await countedTokens(page)).toBeGreaterThan(60_000);
});

test('only what is in sight is painted token by token, wherever that is', async ({ page }) => {
  test.slow();
  await openPage(page);
  await setText(page, '');
  await paste(page, ENGLISH);
  await countedTokens(page);
  await whollyPainted(page, ENGLISH);
  for (const part of [0, 0.5, 1]) {
    await page.getByTestId('editor').evaluate((pane, at) => {
      pane.scrollTop = at * pane.scrollHeight;
    }, part);
    await expect.poll(async () => (await inSight(page)).join('').length).toBeGreaterThan(400);
    expect(ENGLISH).toContain((await inSight(page)).join('').trim());
    const { pieces } = await overlayOf(page);
    expect(pieces).toBeGreaterThan(100);
    expect(pieces).toBeLessThan(6000);
  }
});

test('the end of the context is marked before any run; Keep the end makes room, at a word, and can be taken back', async ({
  page,
}) => {
  await openPage(page);
  const words = Array.from({ length: 170 }, (_, i) => `notwithstanding ${i}`).join(' ');
  await setText(page, words);
  const tokens = await countedTokens(page);
  const main = page.getByRole('main');
  await expect(main).toContainText(
    new RegExp(`The text has ${tokens.toLocaleString('en')} tokens. The context holds 512`),
  );
  await expect(page.locator('[data-piece="border"]')).toHaveCount(1);
  await expect(page.locator('[data-piece="within"]')).toHaveCount(512);
  await main.getByRole('button', { name: 'Keep the end', exact: true }).click();
  const kept = await textOf(page);
  expect(words.endsWith(kept)).toBe(true);
  expect(kept.length).toBeGreaterThan(300);
  expect(/^\s|^(notwithstanding|\d+) /.test(kept)).toBe(true);
  expect(words.charAt(words.length - kept.length - 1).trim() === '' || kept.startsWith(' ')).toBe(true);
  expect(await countedTokens(page)).toBeLessThan(512);
  await expect(page.locator('[data-piece="border"]')).toHaveCount(0);
  await undoButton(page).click();
  await expect(textArea(page)).toHaveValue(words);
});
