// The text field is the person's: input methods, caret keys and the mouse while tokens stream, and characters that fields treat specially.

import {
  candidateRow,
  inspector,
  neverEnds,
  openPage,
  openView,
  run,
  runButton,
  runFinished,
  setCaret,
  setNumbers,
  setText,
  stopButton,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { type CDPSession, expect, type Page, test } from '../support/tests.ts';

test.use({ turn: 60 });

const PROMPT = 'Once upon a time there was a small';

/** A run that does not end by itself in the time of a test, its first tokens drawn. */
async function stream(page: Page): Promise<void> {
  await setNumbers(page, { Length: 450 });
  await neverEnds(page);
  await setCaret(page, (await textOf(page)).length);
  await runButton(page).click();
  await grows(page);
}

/** Waits for another token. */
async function grows(page: Page): Promise<void> {
  const before = await painted(page);
  await expect.poll(async () => (await painted(page)).length, { intervals: [20] }).toBeGreaterThan(before.length);
}

const painted = (page: Page): Promise<string> =>
  page.getByTestId('overlay').evaluate(overlay => (overlay.textContent ?? '').replace(/\u200b$/, ''));

/** The field's caret. */
const caretOf = (page: Page): Promise<{ start: number; end: number; length: number }> =>
  textArea(page).evaluate(area => {
    if (!(area instanceof HTMLTextAreaElement)) throw new Error('no text area');
    return { start: area.selectionStart, end: area.selectionEnd, length: area.value.length };
  });

/** What is painted is what the field holds, and it is seen. */
async function together(page: Page): Promise<void> {
  await expect(page.getByTestId('overlay')).toBeVisible();
  await expect(page.getByTestId('overlay')).toHaveCSS('visibility', 'visible');
  expect(await painted(page)).toBe(await textOf(page));
}

/** As an input method shows `text` under construction. */
async function compose(cdp: CDPSession, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  }
}

test.describe('input methods', () => {
  test('composing during a run stops it, and the words stay @whole', async ({ page }) => {
    await openPage(page);
    const cdp = await page.context().newCDPSession(page);
    await stream(page);
    await textArea(page).focus();
    await compose(cdp, 'に');
    await runFinished(page, 'Stopped after');
    await compose(cdp, 'にほ', '日本');
    await cdp.send('Input.insertText', { text: '日本' });
    const composed = await textOf(page);
    expect(composed.startsWith(PROMPT)).toBe(true);
    expect(composed.endsWith('日本')).toBe(true);
    await together(page);
    await page.keyboard.type(' and on');
    expect(await textOf(page)).toBe(`${composed} and on`);
    await setNumbers(page, { Length: 2 });
    await run(page);
    expect((await textOf(page)).startsWith(`${composed} and on`)).toBe(true);
    await together(page);
    // One step of the history for the words that were composed.
    await textArea(page).focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('Control+z');
    await expect(textArea(page)).toHaveValue(`${composed}`);
    await page.keyboard.press('Control+z');
    expect(composed.startsWith(await textOf(page))).toBe(true);
    expect(await textOf(page)).not.toContain('日');
  });

  test('words that are composed letter by letter, as phones do, are typed words like others', async ({ page }) => {
    await openPage(page);
    const cdp = await page.context().newCDPSession(page);
    await setText(page, '');
    await textArea(page).focus();
    for (const word of ['Once', ' upon', ' a', ' time']) {
      const letters = Array.from(word, (_, i) => word.slice(0, i + 1));
      await compose(cdp, ...letters);
      // Seen and tinted while it is under construction.
      await together(page);
      await cdp.send('Input.insertText', { text: word });
    }
    await expect(textArea(page)).toHaveValue('Once upon a time');
    expect((await tokensOf(page)).map(({ text }) => text).join('')).toBe('Once upon a time');
    await together(page);
    // In the middle of drawn text, whose tokens stay what they are.
    await setNumbers(page, { Length: 3 });
    await neverEnds(page);
    await run(page);
    const drawn = (await tokensOf(page)).filter(({ origin }) => origin === 'drawn').map(({ text }) => text);
    await setCaret(page, 4);
    await compose(cdp, ' m', ' mo', ' more');
    await cdp.send('Input.insertText', { text: ' more' });
    await expect(textArea(page)).toHaveValue(`Once more upon a time${drawn.join('')}`);
    expect((await caretOf(page)).start).toBe(9);
    expect((await tokensOf(page)).filter(({ origin }) => origin === 'drawn').map(({ text }) => text)).toEqual(drawn);
  });

  test('a composition whose end is never said holds up no run, and a reload loses no word of it', async ({ page }) => {
    await openPage(page);
    const cdp = await page.context().newCDPSession(page);
    await setNumbers(page, { Length: 3 });
    await neverEnds(page);
    await setCaret(page, PROMPT.length);
    await textArea(page).evaluate(area => area.dispatchEvent(new CompositionEvent('compositionstart')));
    await runButton(page).evaluate(button => {
      if (button instanceof HTMLElement) button.click();
    });
    await runFinished(page);
    expect((await textOf(page)).length).toBeGreaterThan(PROMPT.length);
    await together(page);

    const ran = await textOf(page);
    await textArea(page).evaluate(area => area.dispatchEvent(new CompositionEvent('compositionstart')));
    await page.getByRole('button', { name: /^Undo/ }).evaluate(button => {
      if (button instanceof HTMLElement) button.click();
    });
    // Another hand has changed the text: it comes into the field with the next key.
    await textArea(page).press('Shift');
    await expect(textArea(page)).toHaveValue(PROMPT);
    await page.keyboard.press('Control+y');
    await expect(textArea(page)).toHaveValue(ran);

    await setCaret(page, ran.length);
    await compose(cdp, ' 日');
    await expect(textArea(page)).toHaveValue(`${ran} 日`);
    await expect.poll(() => painted(page)).toBe(`${ran} 日`);
    await page.reload();
    await expect(textArea(page)).toHaveValue(`${ran} 日`);
  });
});

test.describe('while tokens stream', () => {
  test.use({ turn: 150 });

  test('no caret key is lost, and no frame puts an old caret back', async ({ page }) => {
    await openPage(page);
    await stream(page);
    await textArea(page).focus();
    let lost = 0;
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Control+Home');
      await grows(page);
      if ((await caretOf(page)).start !== 0) lost += 1;
      await page.keyboard.press('Control+End');
      await grows(page);
      const { start, length } = await caretOf(page);
      if (start !== length) lost += 1;
    }
    expect(lost).toBe(0);
    await page.keyboard.press('Control+Home');
    for (let i = 1; i <= 8; i++) {
      await page.keyboard.press('ArrowRight');
      if (i % 4 === 0) await grows(page);
      expect((await caretOf(page)).start).toBe(i);
    }
    await page.keyboard.press('Control+Shift+End');
    await grows(page);
    expect((await caretOf(page)).start).toBe(8);
    await expect(stopButton(page)).toBeVisible();
  });

  test('the mouse selects, and the run goes on', async ({ page }) => {
    await openPage(page);
    await stream(page);
    const words = await page
      .getByTestId('overlay')
      .locator('[data-piece]')
      .evaluateAll(all => all.slice(0, 4).map(span => span.getBoundingClientRect().toJSON()));
    const [first, last] = [words[0], words[3]];
    await page.mouse.move(first.left + 1, first.top + 8);
    await page.mouse.down();
    await page.mouse.move(last.left + 3, last.top + 8, { steps: 4 });
    await grows(page);
    await page.mouse.move(last.right - 1, last.top + 8, { steps: 4 });
    await grows(page);
    await page.mouse.up();
    await grows(page);
    const tokens = await tokensOf(page);
    const selected = tokens
      .slice(0, 4)
      .map(({ text }) => text)
      .join('').length;
    expect(await caretOf(page)).toMatchObject({ start: 0, end: selected });
    await expect(stopButton(page)).toBeVisible();
    await expect.poll(async () => (await painted(page)) === (await textOf(page))).toBe(true);
  });
});

test.describe('control characters', () => {
  test('a drawn carriage return can be selected, and what is typed beside it leaves drawn tokens as they are', async ({
    page,
  }) => {
    await openPage(page);
    await setNumbers(page, { Length: 4, Temperature: 0 });
    await neverEnds(page);
    await page.getByRole('searchbox', { name: 'Search the candidates by text or id' }).fill('201');
    await candidateRow(page, 201).click();
    await page.getByRole('button', { name: 'Continue from here' }).click();
    await runFinished(page);
    const tokens = await tokensOf(page);
    const at = tokens.findIndex(({ origin }) => origin === 'chosen');
    expect(tokens.slice(at + 1).every(({ origin }) => origin === 'drawn')).toBe(true);
    const starts = tokens.map((_, i) =>
      tokens
        .slice(0, i)
        .map(({ text }) => text)
        .join(''),
    );
    for (const [position, { text }] of tokens.entries()) {
      await setCaret(page, starts[position]?.length ?? 0);
      await expect(inspector(page).getByText(/^position \d+ · id \d+/)).toContainText(`position ${position} ·`);
      expect(text).not.toBe('');
    }
    await setCaret(page, starts[at + 2]?.length ?? 0);
    await page.keyboard.type('x');
    const after = await tokensOf(page);
    expect(after.map(({ text }) => text)).toEqual([...tokens.map(({ text }) => text)].toSpliced(at + 2, 0, 'x'));
    expect(after.filter(({ origin }) => origin === 'drawn')).toHaveLength(tokens.length - at - 1);
    await setCaret(page, (starts[at]?.length ?? 0) + 1);
    await page.keyboard.press('Enter');
    expect((await textOf(page)).length).toBe((await painted(page)).length);
    await together(page);
  });

  test('every one stands in the same place in the field and in what is painted: a click finds its token', async ({
    page,
  }) => {
    await openPage(page);
    const controls = Array.from({ length: 0xa0 }, (_, code) => code)
      .filter(code => code < 0x20 || code >= 0x7f)
      .map(code => String.fromCharCode(code));
    // Beside the view of the token each click would bring a new list of candidates.
    await openView(page, 'Branches');
    await setText(page, [...controls, '\u2028', '\u2029', '\ufeff'].map((control, i) => `${control}w${i} `).join(''));
    await together(page);
    const places = await page.getByTestId('overlay').evaluate(overlay => {
      let at = 0;
      return [...overlay.querySelectorAll<HTMLElement>('[data-piece]')].map(span => {
        const text = span.textContent ?? '';
        const start = at;
        at += text.length;
        const rects = [...span.getClientRects()];
        const { left, top, width, height } = rects[0] ?? new DOMRect();
        return { text, start, left, top, width, height, whole: rects.length === 1 };
      });
    });
    const letters = places.filter(({ text, whole }) => whole && /^\w+$/.test(text));
    expect(letters.length).toBeGreaterThan(60);
    const wrong: string[] = [];
    for (const { text, start, left, top, width, height } of letters) {
      await page.mouse.click(left + width / text.length / 4, top + height / 2);
      const { start: found } = await caretOf(page);
      if (found !== start) wrong.push(`${JSON.stringify(text)} at ${start}: ${found}`);
    }
    expect(wrong).toEqual([]);
    // C0 controls have a width of their own; so one that is drawn can be clicked.
    const bare = places.filter(({ text, width }) => /^[\u2400-\u2421]$/.test(text) && width < 3);
    expect(bare).toEqual([]);
    expect(places.filter(({ text }) => /[\u2400-\u2421]/.test(text)).length).toBeGreaterThan(25);
  });
});
