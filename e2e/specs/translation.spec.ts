// A page under a translator: text nodes wrapped or replaced as browsers and extensions do. Nothing stops, nothing goes stale, no datum is touched.

import { OTHER_VIEWS } from '../support/cuts.ts';
import {
  announced,
  candidatesOf,
  closeDialog,
  inspector,
  neverEnds,
  numberField,
  openModels,
  openPage,
  run,
  setCaret,
  setNumbers,
  setText,
  step,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

/** How translators treat a text: an element around the node itself, or elements with a text of their own in its stead. */
type Manner = 'around' | 'instead';

/** From now on every text outside `translate="no"` is put in « » by elements of a translator, and each that comes or changes. */
async function translate(page: Page, manner: Manner): Promise<void> {
  await page.evaluate(how => {
    const mine = (node: Node): boolean => node.parentElement?.closest('font') !== null;
    const skipped = (node: Node): boolean =>
      node.parentElement === null ||
      node.parentElement.closest('[translate="no"], script, style, textarea, select, svg, noscript') !== null;
    const treat = (text: Text): void => {
      if (!text.isConnected || text.data.trim() === '' || mine(text) || skipped(text)) return;
      const outer = document.createElement('font');
      outer.style.verticalAlign = 'inherit';
      const inner = document.createElement('font');
      inner.style.verticalAlign = 'inherit';
      outer.append(inner);
      const said = `«${text.data}»`;
      text.replaceWith(outer);
      if (how === 'around') {
        inner.append(text);
        text.data = said;
      } else inner.append(said);
    };
    const all = (root: Node): void => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const found: Text[] = [];
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
        if (node instanceof Text) found.push(node);
      for (const text of found) treat(text);
    };
    all(document.body);
    new MutationObserver(records => {
      for (const { target, addedNodes } of records) {
        if (target instanceof Text) treat(target);
        for (const node of addedNodes) {
          if (node instanceof Text) treat(node);
          else all(node);
        }
      }
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  }, manner);
}

for (const manner of ['around', 'instead'] as const) {
  test(`every control, view and dialog works with foreign elements ${manner} the text`, async ({ page }) => {
    const errors: string[] = [];
    page.on('pageerror', error => errors.push(error.message));
    await openPage(page);
    await neverEnds(page);
    await translate(page, manner);
    await expect(page.getByText('«Run»').or(page.getByText('«Nucleus»')).first()).toBeVisible();

    await page.getByRole('slider', { name: /Temperature/ }).press('ArrowRight');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await setNumbers(page, { Length: 2, Temperature: 1.3 });
    for (const text of ['Once upon a time', 'A fox']) {
      await setText(page, text);
      await textArea(page).press('Control+Enter');
      await expect(announced(page)).toContainText(/Finished, 2 tokens/);
      expect((await textOf(page)).startsWith(text)).toBe(true);
      expect((await tokensOf(page)).map(token => token.text).join('')).toBe(await textOf(page));
    }
    // Words that change are the new ones, not the translation of the old.
    for (const [at, position] of [
      [0, 0],
      [2, 1],
    ] as const) {
      await setCaret(page, at);
      const words = async () => (await inspector(page).innerText()).replaceAll(/[«»]/g, '');
      await expect.poll(words).toContain(`position ${position} ·`);
    }

    expect((await candidatesOf(page)).length).toBeGreaterThan(3);
    for (const name of [...OTHER_VIEWS, 'Token']) {
      await page.getByRole('tab', { name: new RegExp(`^«?${name}»?$`) }).click();
      const region = page.getByRole('region', { name: name === 'Text' ? 'Whole text' : name, exact: true });
      await expect(region).toBeVisible();
      await expect(page.getByRole('alert')).toHaveCount(0);
    }
    await lookAtModels(page);
    await setText(page, 'The fox ');
    await expect(page.getByText(/The text ends in a space/)).toBeVisible();
    await setText(page, 'The fox');
    await expect(page.getByText(/The text ends in a space/)).toHaveCount(0);
    await expect(page.getByRole('alert')).toHaveCount(0);
    expect(errors).toEqual([]);

    // What is data is not for translation.
    const touched = await page.evaluate(
      () =>
        document.querySelectorAll('[data-testid="overlay"] font, [translate="no"] font, .num font, .mono font').length,
    );
    expect(touched).toBe(0);
  });
}

async function lookAtModels(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Model: / }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
}

test('a page that has stopped working comes back with its text', async ({ page }) => {
  await openPage(page);
  await setNumbers(page, { Length: 2 });
  await neverEnds(page);
  await setText(page, 'The fox');
  await step(page);
  // Somebody else takes a part of the page away that React still means to take away itself.
  await page.getByText(/^Drew 1 token/).evaluate(line => line.remove());
  await textArea(page).press('Control+End');
  await page.keyboard.type(' ');
  await expect(page.getByRole('alert')).toContainText('The page has stopped working');
  const text = await page.getByRole('textbox', { name: 'Text' }).inputValue();
  expect(text.startsWith('The fox')).toBe(true);
  expect(text.endsWith(' ')).toBe(true);
  await page.getByRole('button', { name: 'Bring the page back' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(textArea(page)).toHaveValue(text);
  expect((await tokensOf(page)).some(({ origin }) => origin === 'drawn')).toBe(true);
  await page.keyboard.press('Control+End');
  await textArea(page).press('Control+End');
  await page.keyboard.type('ran');
  await expect(textArea(page)).toHaveValue(`${text}ran`);
  await run(page);
  expect(await numberField(page, 'Length').inputValue()).toBe('2');
  await closeDialog(await openModels(page));
});
