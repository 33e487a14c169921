// The page as a person arranges it: columns that are dragged, text of other sizes, settings in a line, a run from the caret, the first minute.

import { complaints } from '../support/axe.ts';
import {
  numberField,
  openPage,
  runFinished,
  setCaret,
  setNumbers,
  setText,
  textArea,
  textOf,
} from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

const line = (page: Page, name = 'Width of the views') => page.getByRole('separator', { name });
const widthOf = async (page: Page, name?: string) => Number(await line(page, name).getAttribute('aria-valuenow'));

/** By mouse, to the middle of the page. */
async function drag(page: Page, to: number, name?: string): Promise<void> {
  const box = await line(page, name).boundingBox();
  if (!box) throw new Error('no line');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(to, 400, { steps: 4 });
  await page.mouse.up();
}

test('columns are dragged, keyed and given back, stay in every window and come back with a reload', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openPage(page);
  const own = await widthOf(page);
  await drag(page, 700);
  await expect(line(page)).toHaveAttribute('aria-valuenow', /^7[34]\d$/);
  const dragged = await widthOf(page);
  await page.reload();
  await expect(line(page)).toHaveAttribute('aria-valuenow', String(dragged));
  // Past its ends by mouse and by key.
  for (const to of [-200, 1439]) {
    await drag(page, to);
    const { x = 0, width = 0 } = (await line(page).boundingBox()) ?? {};
    expect(x + width).toBeGreaterThan(320);
    expect(x).toBeLessThan(1440 - 390);
  }
  await line(page).press('ArrowLeft');
  await expect(line(page)).toHaveAttribute('aria-valuenow', '416');
  await line(page).press('Home');
  await expect(line(page)).toHaveAttribute('aria-valuenow', '1120');
  for (const [width, height] of [
    [768, 1024],
    [1024, 768],
    [2560, 1440],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect(page.getByRole('complementary')).toBeInViewport({ ratio: 1 });
    expect((await textArea(page).boundingBox())?.width).toBeGreaterThanOrEqual(319);
  }
  await line(page).dblclick();
  // Wide enough for three: the settings have a column and a line of their own.
  const [view, settings] = [
    page.getByRole('tabpanel', { name: 'Token' }),
    page.getByRole('region', { name: 'Settings' }),
  ];
  const beside = async () => ((await settings.boundingBox())?.x ?? 0) > ((await view.boundingBox())?.x ?? 0) + 300;
  expect(await beside()).toBe(true);
  // The line says its width a frame after it has it.
  const told = async () =>
    (await widthOf(page, 'Width of the settings')) - Math.round((await settings.boundingBox())?.width ?? 0);
  await expect.poll(told).toBe(0);
  const before = await widthOf(page, 'Width of the settings');
  await line(page, 'Width of the settings').press('ArrowLeft');
  await expect(line(page, 'Width of the settings')).toHaveAttribute('aria-valuenow', String(before + 16));
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(line(page)).toHaveAttribute('aria-valuenow', String(own));
});

test('text of every size lies under its field to the pixel, settings fold to what differs, and both are kept', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await openPage(page);
  await setText(page, 'Once upon a time there was a small fox who lived.\n'.repeat(6));
  const sizes = new Set<number>();
  for (let i = 0; i < 4; i++) {
    await page.getByRole('button', { name: /^Size of the text/ }).click();
    for (const zoom of [1, 1.25, 0.9]) {
      await page.evaluate(z => document.documentElement.style.setProperty('zoom', String(z)), zoom);
      const { field, overlay, size } = await page.evaluate(() => {
        const [area, painted] = [document.querySelector('textarea'), document.querySelector('[data-testid="overlay"]')];
        if (!area || !painted) throw new Error('no text');
        return {
          field: area.scrollHeight,
          overlay: painted.scrollHeight,
          size: Number.parseFloat(getComputedStyle(area).fontSize),
        };
      });
      expect(overlay).toBe(field);
      if (zoom === 1) sizes.add(size);
    }
    await page.evaluate(() => document.documentElement.style.removeProperty('zoom'));
  }
  expect([...sizes].sort((a, b) => a - b)).toEqual([13, 15, 19, 24]);
  await page.getByRole('button', { name: /^Size of the text: normal/ }).click();

  await numberField(page, 'Temperature').fill('0.7');
  await numberField(page, 'Length').fill('200');
  await numberField(page, 'Length').press('Enter');
  await page.getByRole('button', { name: 'Fold the settings' }).click();
  const folded = page.getByRole('button', { name: /^Settings/ });
  await expect(folded).toHaveText(/temperature 0\.7 · 200 tokens/);
  await page.waitForFunction(() => localStorage.getItem('nucleus.folds') !== null);
  await page.reload();
  await expect(folded).toBeVisible();
  expect(
    await page.evaluate(() => getComputedStyle(document.querySelector('textarea') ?? document.body).fontSize),
  ).toBe('19px');
  await folded.click();
  await expect(page.getByRole('slider', { name: 'Temperature' })).toBeVisible();
});

test('Run from here goes on from the caret, the rest is a branch, Undo brings it back; by key too', async ({
  page,
}) => {
  await openPage(page);
  await setNumbers(page, { Length: 4 });
  const text = 'Once upon a time there was a small fox';
  await setText(page, text);
  const here = page.getByRole('button', { name: 'Run from here', exact: true });
  await expect(here).toHaveCount(0);
  await setCaret(page, text.indexOf(' there'));
  await expect(here).toBeVisible();
  await expect(here).toHaveAttribute('aria-description', /tokens behind it stay as a branch/);
  await here.click();
  await runFinished(page);
  const ran = await textOf(page);
  expect(ran.startsWith('Once upon a time')).toBe(true);
  expect(ran).not.toContain('there was a small fox');
  await expect(here).toHaveCount(0);
  await page.getByRole('tab', { name: 'Branches', exact: true }).click();
  await expect(page.getByRole('treeitem', { name: /^there was a small fox.*end of Branch 1/ })).toBeVisible();
  await page.getByRole('button', { name: 'Undo run' }).click();
  await expect(textArea(page)).toHaveValue(text);
  await setCaret(page, text.indexOf(' small'));
  await textArea(page).press('Alt+Enter');
  await runFinished(page);
  expect((await textOf(page)).startsWith('Once upon a time there was a')).toBe(true);
  expect(await textOf(page)).not.toContain('fox');
});

test('the first minute: each view says once what it is for; a tour that is skipped stays away, and comes again from Keys', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openPage(page);
  const away = page.getByRole('button', { name: 'Put this sentence away' });
  await expect(away).toBeVisible();
  await away.click();
  await expect(away).toHaveCount(0);
  await page.getByRole('tab', { name: 'Model', exact: true }).click();
  await expect(page.getByText('The whole model as one picture: what every part adds')).toBeVisible();

  // By keys from step to step, each with its words in the window; the page stays as it is.
  await page.getByRole('tab', { name: 'Token', exact: true }).click();
  await page.getByRole('button', { name: 'New here? Take the tour' }).click();
  const card = page.getByRole('dialog');
  const titles: string[] = [];
  for (let i = 0; i < 6; i++) {
    await expect(card).toBeInViewport({ ratio: 1 });
    await expect(card.getByText(`${i + 1} of 6`)).toBeVisible();
    titles.push(await card.getByRole('heading').innerText());
    await page.keyboard.press(i === 5 ? 'ArrowLeft' : 'Enter');
  }
  expect(new Set(titles).size).toBe(6);
  expect(await complaints(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('button', { name: 'A story' })).toBeVisible();
  await expect(page.getByRole('button', { name: /New here/ })).toHaveCount(0);
  await expect(away).toHaveCount(0);
  await page.getByRole('button', { name: 'Keys' }).click();
  await page.getByRole('button', { name: 'Take the tour' }).click();
  await expect(card.getByText('1 of 6')).toBeVisible();
  await card.getByRole('button', { name: 'End the tour' }).click();
  await expect(card).toHaveCount(0);

  // The picture: every part has its station, the table its numbers, and the pulse goes where the slider says.
  await page.getByRole('tab', { name: 'Model', exact: true }).click();
  const where = page.getByRole('slider', { name: 'Where the token is' });
  await expect(where).toHaveAttribute('aria-valuetext', 'Embedding');
  await where.press('End');
  await expect(where).toHaveAttribute('aria-valuetext', 'Head');
  await where.press('ArrowLeft');
  await expect(where).toHaveAttribute('aria-valuetext', /^Last .* norm$/);
  await page.getByRole('button', { name: 'Show as a table' }).click();
  expect(await complaints(page)).toEqual([]);
  const stations = Number(await where.getAttribute('max')) + 1;
  await expect(page.getByRole('region', { name: 'The model in numbers' }).locator('tbody tr')).toHaveCount(stations);
  await page.getByRole('button', { name: 'Let it pass' }).click();
  await expect(where).toHaveAttribute('aria-valuetext', 'Head');
});

test('a phone shows what a slider does above it while it moves @phone', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: 'Settings', exact: true }).tap();
  const live = page.getByRole('region', { name: 'What the settings do' });
  await expect(live.getByRole('listitem')).toHaveCount(5);
  const before = await live.innerText();
  const slider = page.getByRole('slider', { name: 'Temperature', exact: true });
  await slider.fill('1.8');
  await expect(live).not.toHaveText(before);
  await expect(live).toBeInViewport({ ratio: 1 });
  await expect(slider).toBeInViewport({ ratio: 1 });
});
