// The logit lens: cells come with progress, the last row is the model's own, the asked token, stop, keys, the table beside it, memory, a phone.

import { complaints } from '../support/axe.ts';
import { beforeWorker, engineWorker, liveBytes, recordGpu } from '../support/faults.ts';
import {
  candidatesReady,
  computed,
  factOf,
  openPage,
  setCaret,
  setText,
  sidewaysOf,
  textOf,
  tokenButton,
} from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

const TEXT = 'Once upon a time there was a small fox named Pip. Pip lived near the river and liked to sing.';
const LONG = Array.from({ length: 5 }, () => TEXT).join(' ');

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });
const view = (page: Page) => page.getByRole('region', { name: 'Lens', exact: true });
const grid = (page: Page) => view(page).getByRole('grid', { name: 'Likeliest next token by layer and position' });
const cursor = (page: Page) => grid(page).getByRole('gridcell');
const positionTable = (page: Page) => view(page).getByRole('table', { name: /^What each layer would say/ });
const asked = (page: Page) => view(page).getByTestId('asked');

/** Opens the page with a text and the lens over it. */
async function openLens(page: Page, text = TEXT): Promise<void> {
  await openPage(page);
  await setText(page, text);
  await tab(page, 'Lens').click();
  await expect(view(page)).toBeVisible();
}

/** The selected position is there in every layer. */
async function positionReady(page: Page): Promise<void> {
  await expect(positionTable(page).locator('tbody tr')).toHaveCount(7);
  const asks = view(page).getByRole('button', { name: /^Compute (them|the rest)$/ });
  await computed(asks, within => expect(positionTable(page).getByText(/not computed|–/)).toHaveCount(0, within));
}

/** Full numbers of a row of the table: probability of the likeliest token, probability and rank of the asked one, divergence in bits. */
async function numbersOf(row: Locator): Promise<{ top: number; asked: number; rank: number; bits: number }> {
  const cells = row.locator('td');
  const exact = async (at: number): Promise<number> =>
    Number.parseFloat((await cells.nth(at).getAttribute('title')) ?? '');
  const rank = Number((await cells.nth(3).innerText()).replaceAll(',', ''));
  return { top: await exact(1), asked: await exact(2), rank, bits: await exact(4) };
}

const lastRow = (page: Page) => positionTable(page).locator('tbody tr').last();

test('cells come layer by layer, the picture says what it is and how to read it', async ({ page }) => {
  await openLens(page);
  await positionReady(page);
  await expect(view(page).getByText(/Read a column downwards/)).toBeVisible();
  await view(page).getByRole('button', { name: 'logit lens' }).click();
  await expect(view(page).getByText(/as if that layer were the last/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '7');
  await expect(positionTable(page).locator('tbody th').first()).toHaveText('embedding');
  await expect(positionTable(page).locator('tbody th').last()).toHaveText('model');
  const first = await numbersOf(positionTable(page).locator('tbody tr').first());
  expect(first.bits).toBeGreaterThan(0.1);
  expect((await numbersOf(lastRow(page))).bits).toBeLessThan(1e-5);
});

test('the last row is the model itself: the numbers of the inspector, at several positions', {
  tag: '@engine',
}, async ({ page }) => {
  await openLens(page);
  for (const offset of [5, 20, 33, 60]) {
    await setCaret(page, offset);
    await positionReady(page);
    // The asked token follows the text: it is the one that stands at the selected place.
    const { asked: p, rank } = await numbersOf(lastRow(page));
    const heading = await view(page)
      .getByRole('heading', { name: /^Position/ })
      .innerText();
    await tab(page, 'Token').click();
    const shown = await factOf(page, 'probability');
    expect(Math.abs(p - shown.exact)).toBeLessThan(1e-5);
    expect(String(rank)).toBe((await factOf(page, 'rank')).words);
    const line = page.getByRole('region', { name: 'Token', exact: true }).getByText(/^position/);
    expect(heading).toContain(`Position ${/position (\d+)/.exec(await line.innerText())?.[1]},`);
    await tab(page, 'Lens').click();
  }
});

test('another token is asked for: by search, by a token of the table, by several tokens, and the text again', async ({
  page,
}) => {
  await openLens(page);
  await positionReady(page);
  const search = view(page).getByRole('searchbox', { name: 'Ask for another token' });
  await search.fill('river');
  await view(page).getByRole('button', { name: /river/ }).first().click();
  await expect(asked(page)).toContainText('river');
  await positionReady(page);
  const river = await numbersOf(lastRow(page));
  expect(river.rank).toBeGreaterThan(0);
  // It stays when another place is selected.
  await setCaret(page, 20);
  await expect(asked(page)).toContainText('river');
  await positionReady(page);

  await search.fill(' fox and river');
  await expect(view(page).getByText(/That text is \d tokens/)).toBeVisible();
  await view(page).getByRole('list', { name: 'Tokens found' }).getByRole('button').first().click();
  await expect(asked(page)).toContainText('fox');

  await positionReady(page);
  const first = positionTable(page).locator('tbody tr').first().getByRole('button');
  // At once: the row may be that of the place before until this moment.
  const followed = await first.evaluate(button => {
    if (!(button instanceof HTMLElement)) throw new Error('no button');
    button.click();
    return button.innerText;
  });
  await expect(asked(page)).toContainText(followed.split('\n').at(-1) ?? followed);
  await expect(async () => {
    const { top, asked: same, rank } = await numbersOf(positionTable(page).locator('tbody tr').first());
    expect(Math.abs(top - same)).toBeLessThan(1e-6);
    expect(rank).toBe(1);
  }).toPass();

  await view(page).getByRole('button', { name: 'Follow the text again' }).click();
  await expect(view(page).getByText('follows the selected place')).toBeVisible();
});

test('what would take long asks first, says how far it is, and stops', { tag: '@engine' }, async ({ page }) => {
  // A GPU whose every answer takes a while.
  await beforeWorker(page, () => {
    const slow = { ms: 0 };
    Object.assign(globalThis, { slow });
    const { mapAsync } = GPUBuffer.prototype;
    GPUBuffer.prototype.mapAsync = async function (this: GPUBuffer, ...rest) {
      await Reflect.apply(mapAsync, this, rest);
      await new Promise(resolve => setTimeout(resolve, slow.ms));
    };
  });
  await openPage(page);
  await setText(page, LONG);
  await candidatesReady(page);
  const worker = await engineWorker(page);
  await worker.evaluate(() => Object.assign(Reflect.get(globalThis, 'slow'), { ms: 120 }));
  await tab(page, 'Lens').click();
  await positionReady(page);
  await setCaret(page, 5);
  await positionReady(page);
  await expect(view(page).getByText('Choose a cell to look at its position.')).toBeVisible();

  await view(page).getByText('Overview', { exact: true }).click();
  await expect(view(page).getByText(/The positions in sight take about [\d.]+ s/)).toBeVisible();
  await view(page).getByRole('button', { name: 'Compute them' }).click();
  await expect(view(page).getByRole('progressbar', { name: 'The lens' })).toBeVisible();
  await expect(view(page).getByText(/^Computed [1-9]\d* of \d+ pieces/)).toBeVisible();
  await worker.evaluate(() => Object.assign(Reflect.get(globalThis, 'slow'), { ms: 2000 }));
  await view(page).getByRole('button', { name: 'Stop computing' }).click();
  await expect(view(page).getByText('Stopped. What had come is shown.')).toBeVisible();
  await worker.evaluate(() => Object.assign(Reflect.get(globalThis, 'slow'), { ms: 0 }));
  await view(page).getByRole('button', { name: 'Compute the rest' }).click();
  await expect(view(page).getByText('Choose a cell to look at its position.')).toBeVisible();
});

test('by keyboard: a cursor walks the cells and tells their numbers, Enter selects the position', async ({ page }) => {
  await openLens(page);
  await positionReady(page);
  await grid(page).focus();
  await page.keyboard.press('Home');
  await expect(cursor(page)).toHaveAttribute(
    'aria-label',
    /^embedding, position 1, after Once, stands in the text ·upon/,
  );
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(cursor(page)).toHaveAttribute('aria-label', /^layer 0, position 2, .*its probability .* % \(0\.\d+\)/);
  const tip = page.locator('[popover="manual"]');
  await expect(tip).toContainText('layer 0, position 2');
  const active = await grid(page).getAttribute('aria-activedescendant');
  expect(await cursor(page).getAttribute('id')).toBe(active);
  await page.keyboard.press('Escape');
  await expect(tip).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(view(page).getByRole('heading', { name: /^Position 2, after/ })).toBeVisible();
  await expect(positionTable(page).locator('tr[aria-current]')).toHaveText(/^layer 0/);
  // The text has its caret there: what the inspector shows is the same position.
  const caret = await page
    .getByRole('textbox', { name: 'Text', exact: true })
    .evaluate(area => (area as HTMLTextAreaElement).selectionStart);
  expect(caret).toBe('Once upon'.length);
  await page.keyboard.press('Control+End');
  await expect(cursor(page)).toHaveAttribute('aria-label', /^layer 5, the model itself/);
});

test('by mouse: hovering shows numbers and draws nothing anew, a click selects', async ({ page }) => {
  await openLens(page);
  await positionReady(page);
  await page.evaluate(() => {
    const counted = { calls: 0 };
    Object.assign(globalThis, { counted });
    const { fillRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillRect = function (this: CanvasRenderingContext2D, ...rest) {
      counted.calls++;
      Reflect.apply(fillRect, this, rest);
    };
  });
  const box = await grid(page).boundingBox();
  if (!box) throw new Error('the grid has no box');
  const tip = page.locator('[popover="manual"]');
  // What came last may still be drawn.
  await expect(async () => {
    await page.evaluate(() => Object.assign(Reflect.get(globalThis, 'counted'), { calls: 0 }));
    for (let x = 100; x < 400; x += 20) await page.mouse.move(box.x + x, box.y + 60);
    await expect(tip).toContainText(/layer 0, position \d+/, { timeout: 2000 });
    expect(await page.evaluate(() => Reflect.get(globalThis, 'counted').calls)).toBe(0);
  }).toPass();
  await page.mouse.click(box.x + 380, box.y + 60);
  const heading = view(page).getByRole('heading', { name: /^Position \d+,/ });
  // The tip is of the place that was chosen, once the last move has arrived.
  await expect(async () => {
    const title = await tip.locator('p').first().innerText({ timeout: 2000 });
    const position = /position (\d+)/.exec(title)?.[1];
    await expect(heading).toHaveText(new RegExp(`^Position ${position},`), { timeout: 2000 });
  }).toPass();
});

test('an edit drops what follows it, and what stands before stays', async ({ page }) => {
  await openLens(page);
  await positionReady(page);
  await setText(page, `${TEXT} At`);
  await setCaret(page, 5);
  await positionReady(page);
  const before = await numbersOf(lastRow(page));
  const text = await textOf(page);
  await setText(page, text.replace('small fox', 'big fox'));
  await setCaret(page, 5);
  await positionReady(page);
  expect(await numbersOf(lastRow(page))).toEqual(before);
});

test('the table beside the picture has the same words, with the exact numbers; colours change what it says', async ({
  page,
}) => {
  await openLens(page);
  await positionReady(page);
  await setCaret(page, 5);
  await positionReady(page);
  const { top } = await numbersOf(lastRow(page));
  const button = view(page).getByRole('button', { name: 'Show as a table' });
  await button.click();
  const table = view(page).getByRole('table', { name: 'Likeliest next token by layer and position' });
  await expect(table.getByRole('columnheader').nth(1)).toHaveText('Once');
  const cell = table.locator('tbody tr').last().locator('td').first();
  await expect(cell).toHaveAttribute('title', new RegExp(`${Number(top.toPrecision(6))}`.replaceAll('.', '\\.')));
  await view(page).getByRole('combobox', { name: 'Colour' }).selectOption('divergence');
  await expect(cell).toHaveText(/(bits)$/);
  await view(page).getByRole('combobox', { name: 'Colour' }).selectOption('rank');
  await expect(cell).toHaveText(/ \d[\d,]*$/);
  await view(page).getByRole('button', { name: 'Later positions' }).click();
  await expect(table.getByRole('columnheader').nth(1)).not.toHaveText('Once');
  await expect(table.getByText('not computed')).toHaveCount(0);
  await view(page).getByRole('button', { name: 'Show the picture' }).click();
  await expect(grid(page)).toBeVisible();
});

test('axe finds nothing in either theme', async ({ page }) => {
  await openLens(page);
  await positionReady(page);
  expect(await complaints(page)).toEqual([]);
  await view(page).getByRole('searchbox', { name: 'Ask for another token' }).fill('fox and river');
  await view(page).getByRole('button', { name: 'Show as a table' }).click();
  expect(await complaints(page, '[aria-label="Lens"]')).toEqual([]);
});

test('without memory for it: says what to do, the page goes on, and tries again when asked', {
  tag: '@engine',
}, async ({ page }) => {
  await recordGpu(page);
  await beforeWorker(page, () => {
    const planted = { armed: false };
    Object.assign(globalThis, { planted });
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (this: GPUDevice, given) {
      if (planted.armed && /lens/.test(given.label ?? ''))
        throw new RangeError('createBuffer failed, size is too large');
      return Reflect.apply(createBuffer, this, [given]);
    };
  });
  await openPage(page);
  await setText(page, TEXT);
  const worker = await engineWorker(page);
  await worker.evaluate(() => Object.assign(Reflect.get(globalThis, 'planted'), { armed: true }));
  await tab(page, 'Lens').click();
  await expect(view(page).getByText(/not enough GPU memory for the lens.*Close tabs.*smaller model/)).toBeVisible();
  const before = await liveBytes(page);
  await worker.evaluate(() => Object.assign(Reflect.get(globalThis, 'planted'), { armed: false }));
  await view(page).getByRole('button', { name: 'Try again' }).click();
  await positionReady(page);
  expect(await liveBytes(page)).toBeGreaterThan(before);
  // Left for good, the view gives back what it had.
  await tab(page, 'Token').click();
  await expect.poll(() => liveBytes(page)).toBeLessThanOrEqual(before);
});

test('on a phone: a tap shows the numbers, a second one selects, nothing scrolls sideways @phone', async ({ page }) => {
  await openPage(page);
  await setText(page, TEXT);
  await tokenButton(page).tap();
  await tab(page, 'Lens').tap();
  await expect(grid(page)).toBeVisible();
  await grid(page).scrollIntoViewIfNeeded();
  await expect(view(page).getByText('Choose a cell to look at its position.')).toBeAttached();
  const box = await grid(page).boundingBox();
  if (!box) throw new Error('the grid has no box');
  const tip = page.locator('[popover="manual"]');
  await page.touchscreen.tap(box.x + 150, box.y + 60);
  await expect(tip).toContainText('Tap again: selects this position');
  const position = /position (\d+)/.exec(await tip.innerText())?.[1];
  await page.touchscreen.tap(box.x + 150, box.y + 60);
  await expect(tip).toBeHidden();
  await expect(view(page).getByRole('heading', { name: new RegExp(`^Position ${position},`) })).toBeAttached();
  expect(await sidewaysOf(page)).toBeLessThanOrEqual(0);
  for (const target of [
    view(page).getByRole('button', { name: 'Show as a table' }),
    view(page).getByRole('combobox', { name: 'Colour' }),
    positionTable(page).getByRole('button').nth(1),
  ]) {
    await target.scrollIntoViewIfNeeded();
    expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  }
});
