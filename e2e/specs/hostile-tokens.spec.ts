// A model whose tokens are markup, marks of direction, piles of marks and broken bytes, as a browser lays it out: each is text in its own place.
import { cutsOf, VIEWS } from '../support/cuts.ts';
import { openLocal, smallModel } from '../support/faults.ts';
import { hostileTokenizerJson } from '../support/hostile-tokens.ts';
import { inUse, openWithoutModel } from '../support/open-model.ts';
import { candidateGrid, candidatesReady, run, setNumbers, setText, textOf } from '../support/page.ts';
import { expect, type Page, engineTest as test } from '../support/tests.ts';

/** Places of the cells of each candidate in sight, in whole pixels: where they begin, how wide and how high they are. */
function cellPlaces(page: Page): Promise<string[]> {
  return candidateGrid(page).evaluate(grid =>
    [...grid.querySelectorAll('[id^="candidate-"]')].map(row =>
      [row, ...row.querySelectorAll('[role="gridcell"]')]
        .map(each => each.getBoundingClientRect())
        .map(({ left, width, height }) => [left, width, height].map(Math.round).join(' '))
        .join(', '),
    ),
  );
}

/** Cells and headings that are higher than four lines. */
function tooHigh(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[role="gridcell"], td, th, [role="tab"], h1, h2, h3')]
      .filter(each => each.checkVisibility() && each.querySelector('input, button, canvas, ul, p') === null)
      .filter(each => each.getBoundingClientRect().height > 110)
      .map(each => `${each.tagName} ${each.getBoundingClientRect().height} px: ${each.textContent?.slice(0, 40)}`),
  );
}

test('they run no code, turn no line around, cover nothing and make no row higher, in any view and in the title of the tab', async ({
  page,
}) => {
  const faults: string[] = [];
  page.on('pageerror', error => faults.push(error.message));
  page.on('dialog', dialog => void dialog.dismiss().then(() => faults.push('a dialog')));
  page.on('console', message => message.type() === 'error' && faults.push(message.text()));
  await page.setViewportSize({ width: 1440, height: 900 });
  await openWithoutModel(page);
  await openLocal(page, { ...smallModel(), 'tokenizer.json': JSON.stringify(hostileTokenizerJson()) });
  await inUse(page, 'model', /f32/);
  await expect(page.getByRole('dialog', { name: 'Models' })).toBeHidden();
  await setNumbers(page, { Length: 24, Temperature: 1.5 });
  await setText(page, '<script>hurt = 1</script>\u202egnp.exe');
  await run(page);
  expect((await textOf(page)).length).toBeGreaterThan(300);
  await candidatesReady(page);
  const places = await cellPlaces(page);
  expect(places.length).toBeGreaterThan(5);
  expect(new Set(places).size).toBe(1);
  const title = await page.title();
  expect(title).toMatch(/· Nucleus$/);
  expect(title).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  for (const view of VIEWS) {
    await page.getByRole('tab', { name: view, exact: true }).click();
    await expect(page.getByRole('tabpanel', { name: view, exact: true })).not.toBeEmpty();
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    await expect.poll(async () => [...(await cutsOf(page)), ...(await tooHigh(page))], view).toEqual([]);
  }
  expect(await page.evaluate(() => Reflect.get(globalThis, 'hurt'))).toBeUndefined();
  expect(faults).toEqual([]);
});
