// Attention: the weights of the selected row on the text and in a table, the grid of heads by mouse and keys, the map with its progress and Stop.

import {
  expectPainted,
  grid,
  head,
  layer,
  legend,
  openAttention,
  sum,
  TEXT,
  view,
  weightsOf,
  weightTable,
} from '../support/attention.ts';
import { commandsOf, neverEnds, noteCommands, openPage, run, setCaret, setNumbers, tokensOf } from '../support/page.ts';
import { expect, type Locator, type Page, test } from '../support/tests.ts';

const LAYERS = 6;
const HEADS = 6;

const map = (page: Page): Locator => view(page).getByRole('grid', { name: /^Attention map/ });

test('nothing is asked before the view opens; the last token reads all, its weights sum to 1 and tint the text', {
  tag: '@engine',
}, async ({ page }) => {
  await noteCommands(page);
  await openPage(page);
  expect(await commandsOf(page)).not.toContain('attention');
  await openAttention(page);
  const tokens = await tokensOf(page);
  await expect(view(page).getByRole('heading', { level: 2 })).toContainText(
    `reads positions 0 to ${tokens.length - 1}`,
  );
  await expect(legend(page)).toHaveAccessibleName(
    `Tint: attention weights of position ${tokens.length - 1}, mean of all heads`,
  );
  const mean = await weightsOf(page);
  expect(mean).toHaveLength(tokens.length);
  expect(sum(mean)).toBeCloseTo(1, 5);
  await expect(weightTable(page).getByTestId('weight-sum')).toHaveText('100 %');
  await expectPainted(page, mean);
  // One head has weights of its own.
  await layer(page).selectOption('1');
  await head(page).selectOption('3');
  const own = await weightsOf(page);
  expect(own).not.toEqual(mean);
  expect(sum(own)).toBeCloseTo(1, 5);
  await expectPainted(page, own);
  // Another view: the tint is the probability again.
  await page.getByRole('tab', { name: 'Token', exact: true }).click();
  await expect(legend(page)).toHaveCount(0);
  await expect(page.getByRole('list', { name: /^Tint: Probability/ })).toBeVisible();
});

test('the selected token reads itself and what is before it; later tokens have no tint', async ({ page }) => {
  await openPage(page);
  await openAttention(page);
  await setCaret(page, TEXT.indexOf(' time') + 1);
  await expect(view(page).getByRole('heading', { level: 2 })).toContainText('time reads positions 0 to 3');
  const weights = await weightsOf(page);
  expect(weights).toHaveLength(4);
  expect(sum(weights)).toBeCloseTo(1, 5);
  await expectPainted(page, weights);
  await setCaret(page, 0);
  await expect(view(page).getByRole('heading', { level: 2 })).toContainText('Once reads itself');
  expect(await weightsOf(page)).toEqual([1]);
  // A token of the table leads to its own row.
  await setCaret(page, TEXT.length);
  await expect(view(page).getByRole('heading', { level: 2 })).toContainText('ball reads');
  await weightTable(page).getByRole('button', { name: 'space upon' }).click();
  await expect(view(page).getByRole('heading', { level: 2 })).toContainText('upon reads positions 0 to 1');
});

test('the grid of heads by keys and by mouse; a head under the mouse shows on the text', async ({ page }) => {
  await openPage(page);
  await openAttention(page);
  await expect(grid(page)).toHaveAttribute('aria-rowcount', String(LAYERS));
  await expect(grid(page)).toHaveAttribute('aria-colcount', String(HEADS + 1));
  await grid(page).focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  await expect(layer(page)).toHaveValue('1');
  await expect(head(page)).toHaveValue('2');
  const cell = grid(page).getByRole('gridcell', { selected: true });
  await expect(cell).toHaveAccessibleName(
    /^Layer 1, head 2, reads most .+ \(position \d+\), weight there .+, entropy /,
  );
  await page.keyboard.press('End');
  await expect(head(page)).toHaveValue('');
  await expect(legend(page)).toHaveAccessibleName(/layer 1, mean of its heads$/);

  const box = await grid(page).boundingBox();
  const text = async (): Promise<(number | null)[]> => (await tokensOf(page)).map(token => token.step);
  const before = await text();
  // The second cell of the last layer.
  await page.mouse.move((box?.x ?? 0) + 40 + 80, (box?.y ?? 0) + (box?.height ?? 0) - 12);
  await expect(legend(page)).toHaveAccessibleName(new RegExp(`layer ${LAYERS - 1}, head 1$`));
  await expect(head(page)).toHaveValue('');
  await page.mouse.move(5, 5);
  await expect(legend(page)).toHaveAccessibleName(/layer 1, mean of its heads$/);
  await expect.poll(text).toEqual(before);
  await page.mouse.click((box?.x ?? 0) + 40 + 80, (box?.y ?? 0) + (box?.height ?? 0) - 12);
  await expect(layer(page)).toHaveValue(String(LAYERS - 1));
  await expect(head(page)).toHaveValue('1');

  // The table beside has every head; its numbers are those of the weights.
  await view(page).getByRole('button', { name: 'Show as a table' }).click();
  const rows = view(page).getByRole('region', { name: 'Heads, table' }).locator('tbody tr');
  await expect(rows).toHaveCount(LAYERS * HEADS);
  const weightIn = (row: Locator) => row.locator('td').nth(2).getAttribute('title');
  await view(page).getByRole('button', { name: 'weight', exact: true }).click();
  const largest = await rows.evaluateAll(all => all.map(row => Number(row.querySelectorAll('td')[2]?.title)));
  expect(largest).toEqual([...largest].sort((a, b) => b - a));
  await rows.first().getByRole('button').click();
  await expect(rows.first()).toHaveAttribute('aria-current', 'true');
  expect(Math.max(...(await weightsOf(page)))).toBe(Number(await weightIn(rows.first())));
});

test('a run goes first; the row of the newest token comes after it', async ({ page }) => {
  await openPage(page);
  await neverEnds(page);
  await setNumbers(page, { Length: 6 });
  await openAttention(page);
  const before = (await tokensOf(page)).length;
  await run(page);
  const after = (await tokensOf(page)).length;
  expect(after).toBeGreaterThan(before);
  await expect(view(page).getByRole('heading', { level: 2 })).toContainText(`reads positions 0 to ${after - 1}`);
  const weights = await weightsOf(page);
  expect(weights).toHaveLength(after);
  expect(sum(weights)).toBeCloseTo(1, 5);
});

/** Tiles of maps after the first one wait; a cancel ends their run as the worker would. */
async function holdTiles(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const held = new Set<number>();
    const state = { hold: false };
    Object.assign(globalThis, { mapTiles: state });
    const { addEventListener, postMessage } = Worker.prototype;
    const first = new Map<number, Event>();
    const enders = new Map<number, (() => void)[]>();
    Worker.prototype.addEventListener = function (this: Worker, type: string, listener: never, ...rest: never[]) {
      const call: (event: unknown) => void = event => Reflect.apply(listener, this, [event]);
      const wrapped = (event: MessageEvent): void => {
        const said: { type: string; run: number; from?: number; rows?: number } = event.data;
        // Every listener hears of the first tile.
        if (state.hold && said.type === 'attention_map' && (first.get(said.run) ?? event) === event) {
          first.set(said.run, event);
          const error = { code: 'cancelled', message: 'cancelled', detail: {} };
          const end = () => call({ data: { type: 'failed', run: said.run, error } });
          enders.set(said.run, [...(enders.get(said.run) ?? []), end]);
          call(event);
          held.add(said.run);
        } else if (!held.has(said.run)) call(event);
      };
      Reflect.apply(addEventListener, this, [type, type === 'message' ? wrapped : listener, ...rest]);
    };
    Worker.prototype.postMessage = function (this: Worker, message: { type: string; run: number }, ...rest: never[]) {
      Reflect.apply(postMessage, this, [message, ...rest]);
      if (message.type === 'cancel' && held.has(message.run))
        setTimeout(() => enders.get(message.run)?.forEach(end => void end()), 0);
    };
  });
}

const setHold = (page: Page, hold: boolean): Promise<void> =>
  page.evaluate(value => void Object.assign(Reflect.get(globalThis, 'mapTiles'), { hold: value }), hold);

test('the map of a head: progress, Stop, the rest later; a cell tells who reads whom', { tag: '@engine' }, async ({
  page,
}) => {
  await holdTiles(page);
  await openPage(page);
  const long = `${TEXT}. `.repeat(3).trim();
  await openAttention(page, long);
  const T = (await tokensOf(page)).length;
  await setHold(page, true);
  await view(page).getByRole('tab', { name: 'Map' }).click();
  await view(page).getByRole('button', { name: 'Begin with layer 0' }).click();
  await layer(page).selectOption('2');
  await head(page).selectOption('4');
  const rest = view(page).getByRole('button', { name: 'Compute the rest' });
  const stop = view(page).getByRole('button', { name: 'Stop the map' });
  // On a slow machine the map asks before it begins, and again when its first tile tells that the rest would take long.
  const asks = view(page).getByRole('button', { name: /^Compute the (map|rest)$/ });
  const progress = view(page).getByRole('progressbar', { name: 'The map of attention' });
  const come = view(page).getByText(new RegExp(`^\\d+ of ${T} rows`));
  for (const first of [asks.or(stop), come]) {
    await expect(first.first()).toBeVisible();
    if (await asks.isVisible()) await asks.click();
  }
  await expect(progress).toBeVisible();
  await expect(come).toBeVisible();
  await stop.click();
  await expect(rest).toBeVisible();
  await setHold(page, false);
  await rest.click();
  await expect(view(page).getByText(`All ${T} rows.`)).toBeVisible();

  // The row of the last token is the one of the table.
  await map(page).focus();
  await page.keyboard.press('ControlOrMeta+End');
  const cell = map(page).getByRole('gridcell');
  await expect(cell).toHaveAccessibleName(/reads .* \(\d+\), weight /);
  const name = (await cell.getAttribute('aria-label')) ?? '';
  const own = Number(/\(([\d.e-]+)\)$/.exec(name)?.[1]);
  await page.keyboard.press('Home');
  await expect(cell).toHaveAccessibleName(/reads Once \(0\), weight /);
  const first = Number(/\(([\d.e-]+)\)$/.exec((await cell.getAttribute('aria-label')) ?? '')?.[1]);
  // What comes later is not read.
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  await expect(cell).toHaveAccessibleName(/weight none, it comes later$/);
  // Picking a row selects its token.
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.press('Enter');
  await expect(view(page).getByRole('heading', { level: 2 })).toContainText('Once reads itself');
  await expect(view(page).getByText(`All ${T} rows.`)).toBeVisible();
  await setCaret(page, long.length);
  await expect(view(page).getByRole('heading', { level: 2 })).toContainText(`0 to ${T - 1}`);
  await view(page).getByRole('tab', { name: 'Heads' }).click();
  const weights = await weightsOf(page);
  expect(own).toBeCloseTo(weights[T - 1] ?? 0, 5);
  expect(first).toBeCloseTo(weights[0] ?? 0, 5);
});
