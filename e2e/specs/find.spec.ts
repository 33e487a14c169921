// Find in the text: the page's own bar, marks over borders of tokens, the way through the matches and back.
import { complaints } from '../support/axe.ts';
import { openPage, setCaret, setText, textArea } from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

const bar = (page: Page): Locator => page.getByRole('search', { name: 'Find in the text' });
const field = (page: Page): Locator => bar(page).getByRole('textbox', { name: 'Find in the text' });

/** Words that are marked, in order, and those of the one that is selected. */
function marked(page: Page): Promise<{ readonly all: readonly string[]; readonly current: readonly string[] }> {
  return page.evaluate(() => {
    const words = (name: string): string[] => {
      const found: string[] = [];
      CSS.highlights.get(name)?.forEach(part => {
        const range = document.createRange();
        range.setStart(part.startContainer, part.startOffset);
        range.setEnd(part.endContainer, part.endOffset);
        found.push(range.toString());
      });
      return found;
    };
    return { all: words('found'), current: words('found-current') };
  });
}

/** The selected match lies within the pane of the text. */
function currentInSight(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const pane = document.querySelector('[data-testid="editor"]')?.getBoundingClientRect();
    let inSight = false;
    CSS.highlights.get('found-current')?.forEach(part => {
      const range = document.createRange();
      range.setStart(part.startContainer, part.startOffset);
      range.setEnd(part.endContainer, part.endOffset);
      const { top, bottom } = range.getBoundingClientRect();
      inSight = pane !== undefined && top >= pane.top && bottom <= pane.bottom;
    });
    return inSight;
  });
}

test('words are found over borders of tokens, marked, gone through, and the selection comes back', async ({ page }) => {
  await openPage(page);
  await page.evaluate(() => {
    globalThis.addEventListener('keydown', event => {
      if (event.key === 'f') document.body.dataset.taken = String(event.defaultPrevented);
    });
  });
  await setText(page, 'There was a cat. The cat saw a Cat, and there it sat.');
  await setCaret(page, 14);
  await page.keyboard.press('Control+f');
  await expect(field(page)).toBeFocused();
  await expect(page.locator('body')).toHaveAttribute('data-taken', 'true');
  // The second press is the browser's own.
  await page.keyboard.press('Control+f');
  await expect(page.locator('body')).toHaveAttribute('data-taken', 'false');

  await page.keyboard.type('a cat');
  await expect(bar(page)).toContainText('2 of 2');
  expect(await marked(page)).toEqual({ all: ['a cat'], current: ['a Cat'] });
  expect(await complaints(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(bar(page)).toContainText('1 of 2');
  expect(await marked(page)).toEqual({ all: ['a Cat'], current: ['a cat'] });
  await bar(page).getByRole('button', { name: 'Capitals count' }).click();
  await expect(bar(page)).toContainText('1 of 1');
  await field(page).press('Escape');
  await expect(bar(page)).toBeHidden();
  await expect(textArea(page)).toBeFocused();
  const caret = await textArea(page).evaluate(area =>
    area instanceof HTMLTextAreaElement ? [area.selectionStart, area.selectionEnd] : [],
  );
  expect(caret).toEqual([14, 14]);
  expect(await marked(page)).toEqual({ all: [], current: [] });
});

test('in a long text a match far away comes into sight and is selected, and marks follow what is typed', async ({
  page,
}) => {
  await openPage(page);
  const lines = Array.from({ length: 700 }, (_, i) => `Line ${i} of a long story${i === 650 ? ' with a needle' : ''}.`);
  const text = lines.join('\n');
  await setText(page, text);
  await setCaret(page, 0);
  await page.keyboard.press('Control+f');
  await expect(field(page)).toBeFocused();
  await page.keyboard.type('needle');
  await expect(bar(page)).toContainText('1 of 1');
  await expect.poll(() => currentInSight(page)).toBe(true);
  await bar(page).getByRole('button', { name: 'Close, and stay at the match' }).click();
  await expect(textArea(page)).toBeFocused();
  const at = text.indexOf('needle');
  const selected = await textArea(page).evaluate(area =>
    area instanceof HTMLTextAreaElement ? [area.selectionStart, area.selectionEnd] : [],
  );
  expect(selected).toEqual([at, at + 'needle'.length]);
  // With words selected they are what is looked for; what is typed is found, too.
  await page.keyboard.press('Control+f');
  await expect(field(page)).toHaveValue('needle');
  await textArea(page).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.type(' and a needle');
  await expect(bar(page)).toContainText('2');
  await page.keyboard.press('Control+Shift+g');
  await expect.poll(() => marked(page)).toEqual({ all: ['needle'], current: ['needle'] });
});
