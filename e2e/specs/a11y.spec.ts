// Axe finds nothing in either theme, and a whole story works by keyboard with the focus always in sight.

import { complaints } from '../support/axe.ts';
import { VIEWS } from '../support/cuts.ts';
import { beforeWorker, says, smallModel, without } from '../support/faults.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { lookAt } from '../support/open-model.ts';
import {
  candidateGrid,
  candidatesReady,
  modelReady,
  openModels,
  openPage,
  openView,
  run,
  runButton,
  runFinished,
  setHub,
  setNumbers,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

let hub: HubServer;
test.beforeAll(async () => {
  hub = await startHubServer({
    models: { 'owner/small': smallModel(), 'owner/empty': without(smallModel(), 'config.json') },
  });
});
test.afterAll(() => hub.close());

test.describe('axe, both themes', () => {
  test('the page at rest, after a run, with a candidate selected', async ({ page }) => {
    await openPage(page);
    await candidatesReady(page);
    expect(await complaints(page)).toEqual([]);
    await setNumbers(page, { Length: 6 });
    await run(page);
    await candidatesReady(page);
    expect(await complaints(page)).toEqual([]);
    await candidateGrid(page).locator('[id^="candidate-"]').nth(1).click();
    await expect(page.getByRole('button', { name: /^Continue from here/ })).toBeVisible();
    expect(await complaints(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Sampling steps' }).click();
    expect(await complaints(page)).toEqual([]);
  });

  test('the dialogs of models and of keys, the settings with everything on, an error of a model', {
    tag: '@engine',
  }, async ({ page }) => {
    await setHub(page, hub.url);
    await openPage(page);
    await lookAt(page, 'owner/small');
    await expect(page.getByRole('button', { name: /^Download/ })).toBeVisible();
    expect(await complaints(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keys' }).click();
    expect(await complaints(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await setNumbers(page, { Temperature: 0, 'Top-k': 5 });
    const stop = page.getByRole('textbox', { name: 'New stop string' });
    await stop.fill('the end');
    await stop.press('Enter');
    expect(await complaints(page)).toEqual([]);
    await lookAt(page, 'owner/empty');
    await says(page, /config\.json is missing/);
    expect(await complaints(page)).toEqual([]);
  });

  test('no adapter', { tag: '@engine' }, async ({ page }) => {
    await beforeWorker(page, () => Object.assign(GPU.prototype, { requestAdapter: async () => null }));
    await page.goto('');
    await says(page, /no graphics adapter/);
    expect(await complaints(page)).toEqual([]);
  });
});

/** The focused element, and whether a person sees that it has the focus: an outline or a ring. */
async function focusSeen(page: Page): Promise<{ name: string; seen: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return { name: 'nothing', seen: false };
    const rings = [element, element.parentElement ?? element].some(each => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
      return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
    });
    const { width, height } = element.getBoundingClientRect();
    // The text has its caret.
    const seen = element.tagName === 'TEXTAREA' || (rings && width > 0 && height > 0);
    return {
      name: `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 30)}`,
      seen,
    };
  });
}

test('Tab goes round the whole page with the focus always in sight', async ({ page }) => {
  await openPage(page);
  await candidatesReady(page);
  const names: string[] = [];
  const unseen: string[] = [];
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    const { name, seen } = await focusSeen(page);
    if (name === 'nothing') break;
    names.push(name);
    if (!seen) unseen.push(name);
  }
  expect(unseen).toEqual([]);
  expect(names.length).toBeGreaterThan(20);
  expect(names.length).toBeLessThan(120);
  for (const needed of [/^TEXTAREA Text/, /Run/, /^DIV Candidates/, /Temperature/]) {
    expect(names).toContainEqual(expect.stringMatching(needed));
  }
});

test('a whole story by keyboard: run, walk tokens, choose a candidate, continue, undo', async ({ page }) => {
  await openPage(page);
  await textArea(page).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('There was a small');
  await setNumbersByKeyboard(page, 'Length', '4');
  await textArea(page).focus();
  await page.keyboard.press('ControlOrMeta+Enter');
  await runFinished(page);
  const ran = await textOf(page);
  expect(ran.startsWith('There was a small')).toBe(true);
  expect(ran.length).toBeGreaterThan('There was a small'.length);

  await page.keyboard.press('Alt+ArrowLeft');
  await page.keyboard.press('Alt+ArrowLeft');
  await candidatesReady(page);
  // From the text onwards with Tab to the list.
  await tabTo(page, /^DIV Candidates/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(candidateGrid(page).locator('[aria-selected="true"]')).toHaveCount(1);
  expect((await focusSeen(page)).seen).toBe(true);
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await tokensOf(page)).some(token => token.origin === 'chosen')).toBe(true);
  await runFinished(page);
  const chosen = await textOf(page);
  expect(chosen).not.toBe(ran);
  expect.soft((await focusSeen(page)).name, 'the focus after a candidate was chosen').not.toBe('nothing');

  await page.keyboard.press('ControlOrMeta+z');
  await expect(textArea(page)).toHaveValue(ran);
  await page.keyboard.press('ControlOrMeta+Shift+z');
  await expect(textArea(page)).toHaveValue(chosen);
});

/** Elements that had the focus since the last look, as numbers that stay theirs. */
async function noteFocus(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const numbers = new Map<EventTarget, number>();
    const focused: number[] = [];
    Object.assign(globalThis, { focused });
    document.addEventListener('focusin', ({ target }) => {
      if (target === null) return;
      if (!numbers.has(target)) numbers.set(target, numbers.size);
      focused.push(numbers.get(target) ?? -1);
    });
  });
  return () => page.evaluate(() => ((globalThis as unknown as { focused: number[] }).focused ?? []).splice(0));
}

async function press(page: Page, key: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await page.keyboard.press(key);
}

/** All Tab stops from here until the first of them comes again. */
async function once(page: Page, focused: () => Promise<number[]>): Promise<number[]> {
  const stops: number[] = [];
  while (stops.length < 200 && !stops.includes(stops[0] ?? -1, 1)) {
    await press(page, 'Tab', 8);
    stops.push(...(await focused()));
  }
  return stops;
}

test('F6 goes from part to part, and every control is fewer than 20 Tab stops behind one of them', async ({ page }) => {
  await openPage(page);
  await page.getByText('More steps').click();
  const focused = await noteFocus(page);
  const far: string[] = [];
  for (const name of VIEWS) {
    await openView(page, name);
    await expect(page.getByRole('tabpanel').locator('button').first()).toBeVisible();
    await expect(page.getByRole('tabpanel').locator('[aria-busy="true"]')).toHaveCount(0);
    await focused();
    await press(page, 'F6', 24);
    const parts = await focused();
    expect(new Set(parts).size).toBeGreaterThan(4);
    expect(new Set(parts).size).toBeLessThan(24);
    let stops = 0;
    for (const stop of await once(page, focused)) {
      stops = parts.includes(stop) ? 0 : stops + 1;
      if (stops >= 20) far.push(`${name}: ${stop}`);
    }
    // Backwards it comes to the same places.
    await textArea(page).focus();
    await page.keyboard.press('F6');
    await page.keyboard.press('Shift+F6');
    await expect(textArea(page)).toBeFocused();
  }
  expect(far).toEqual([]);
});

async function tabTo(page: Page, name: RegExp): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Tab');
        return (await focusSeen(page)).name;
      },
      { intervals: [1] },
    )
    .toMatch(name);
}

async function setNumbersByKeyboard(page: Page, label: string, value: string): Promise<void> {
  await tabTo(page, new RegExp(`^INPUT ${label}, number`));
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(value);
  await page.keyboard.press('Enter');
}

test('dialogs take the focus and give it back', async ({ page }) => {
  await openPage(page);
  for (const [opener, title] of [
    [/^Model: /, 'Models'],
    [/^Keys$/, 'Keys'],
  ] as const) {
    const button = page.getByRole('button', { name: opener });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: title, exact: true });
    await expect(dialog).toBeVisible();
    expect(await dialog.evaluate(element => element.contains(document.activeElement))).toBe(true);
    // Tab never leaves it for the page behind.
    for (let i = 0; i < 25; i++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('.shell') ?? null)).toBeNull();
    }
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button).toBeFocused();
  }
  await openModels(page);
  await page.keyboard.press('ControlOrMeta+Enter');
  await page.keyboard.press('Escape');
  await modelReady(page);
  await expect(runButton(page)).toBeEnabled();
});
