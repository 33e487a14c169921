// Caret and selection are seen: pixel by pixel, over every tint, in both themes and in forced colours.

import { candidatesReady, openPage, openView, scored, setCaret, setText, textArea, textOf } from '../support/page.ts';
import { type Box, differences, picture } from '../support/pixels.ts';
import { expect, type Page, engineTest as test } from '../support/tests.ts';

const TEXT =
  'Once upon a time zebra mathematics (the fox) ate quickly.\n\tTo be sure, kwyjibo 42 said hello again and again.';
const TINTS = ['probability', 'rank', 'surprisal', 'entropy', 'none'] as const;

interface PaintedBox {
  readonly step: string;
  /** Position of its first character in the text. */
  readonly start: number;
  readonly text: string;
  /** Of its first line. */
  readonly box: Box;
}

/** The painted tokens that stand on one line and hold a letter. */
async function boxesOf(page: Page): Promise<PaintedBox[]> {
  return page.getByTestId('overlay').evaluate(overlay => {
    let at = 0;
    return [...overlay.querySelectorAll<HTMLElement>('[data-piece]')].flatMap(span => {
      const text = span.textContent ?? '';
      const start = at;
      at += text.length;
      const rects = [...span.getClientRects()];
      const [rect] = rects;
      if (rect === undefined || rects.length > 1 || !/^ ?\w/.test(text)) return [];
      const [x, y] = [Math.ceil(rect.x), Math.ceil(rect.y)];
      const box = { x, y, width: Math.floor(rect.right) - x, height: Math.floor(rect.bottom) - y };
      return [{ step: span.dataset.step ?? 'none', start, text, box }];
    });
  });
}

/** The text, with whole pixels at its edges. */
async function clipOf(page: Page): Promise<Box> {
  const { x, y, width, height } = await page
    .getByTestId('overlay')
    .evaluate(overlay => overlay.getBoundingClientRect().toJSON());
  return { x: Math.floor(x), y: Math.floor(y), width: Math.ceil(width), height: Math.min(200, Math.floor(height)) };
}

/** Every token of the text must look selected. */
async function selectionIsSeen(page: Page, where: string): Promise<void> {
  await setCaret(page, 0);
  const clip = await clipOf(page);
  const before = await picture(page, clip);
  const painted = await boxesOf(page);
  expect(painted.length).toBeGreaterThan(10);
  await textArea(page).press('ControlOrMeta+a');
  await expect(page.getByTestId('overlay').locator('[data-piece]').first()).toBeVisible();
  const found = await differences(
    page,
    before,
    await picture(page, clip),
    painted.map(({ box }) => box),
  );
  for (const [i, { share, distance }] of found.entries()) {
    const named = `${where}, step ${painted[i]?.step}, "${painted[i]?.text}"`;
    expect(share, named).toBeGreaterThan(0.6);
    expect(distance, named).toBeGreaterThan(40);
  }
}

/** The caret must blink within a token of every step, and before the first letter of one. */
async function caretIsSeen(page: Page, where: string): Promise<void> {
  const clip = await clipOf(page);
  const painted = await boxesOf(page);
  const ofSteps = new Map(painted.filter(({ text }) => text.length > 3).map(each => [each.step, each]));
  for (const { step, start, text, box } of ofSteps.values()) {
    for (const inside of [2, 0]) {
      await setCaret(page, start + inside);
      const without = await picture(page, clip);
      const letter = box.width / text.length;
      const x = Math.floor(box.x + inside * letter) - 2;
      const strip = { x, y: box.y, width: 5, height: box.height };
      const blinks = async () => {
        const [seen] = await differences(page, without, await picture(page, clip, 'initial'), [strip]);
        return seen === undefined || seen.share === 0 ? 0 : seen.contrast;
      };
      await expect.poll(blinks, { message: `${where}, step ${step}, "${text}" at ${inside}` }).toBeGreaterThan(3);
    }
  }
}

for (const theme of ['light', 'dark', 'forced'] as const) {
  test.describe(theme, () => {
    test.use(theme === 'forced' ? { contextOptions: { forcedColors: 'active' } } : { colorScheme: theme });

    test('selected words and the caret are seen over every tint', async ({ page }) => {
      await openPage(page);
      await setText(page, TEXT);
      expect(await textOf(page)).toBe(TEXT);
      await candidatesReady(page);
      await scored(page);
      // Beside the view of the token each place of the caret would cost a row of the model.
      await openView(page, 'Branches');
      for (const tint of TINTS) {
        await page.getByRole('combobox', { name: 'Tint of the text shows' }).selectOption(tint);
        await selectionIsSeen(page, `${theme}, ${tint}`);
        if (tint === 'probability' || tint === 'none') await caretIsSeen(page, `${theme}, ${tint}`);
      }
    });
  });
}
