// Branches: forks leave the old text behind, switches bring it back at once and compute nothing twice, a tree grows by itself; undo goes over all of it.
import { complaints } from '../support/axe.ts';
import {
  branchRows,
  branchView,
  force,
  namesOf,
  nodes,
  openBranches,
  setGrowth,
  switchTo,
} from '../support/branches.ts';
import {
  candidateRow,
  candidatesOf,
  candidatesReady,
  neverEnds,
  openPage,
  redoButton,
  regenerateButton,
  run,
  runFinished,
  setCaret,
  setNumbers,
  step,
  textArea,
  textOf,
  tokenButton,
  tokensOf,
  undoButton,
} from '../support/page.ts';
import { expect, type Page, test } from '../support/tests.ts';

const PROMPT = 'Once upon a time there was a small';
/** At the beginning of ` small`. */
const INSIDE = PROMPT.length - 5;

/** A page with one finished run of `length` tokens behind the prompt. */
async function ranPage(page: Page, length = 4): Promise<string> {
  await openPage(page);
  await setNumbers(page, { Length: length });
  await neverEnds(page);
  await run(page);
  return textOf(page);
}

/** What the line at the foot says of the last run. */
async function cacheCounts(page: Page): Promise<{ reused: number; computed: number }> {
  const words = await page
    .getByLabel('Status', { exact: true })
    .getByText(/re-used/)
    .innerText();
  const [, reused, computed] = /([\d,]+) re-used, ([\d,]+) computed/.exec(words) ?? [];
  return { reused: Number(reused?.replaceAll(',', '')), computed: Number(computed?.replaceAll(',', '')) };
}

test('forced text is a branch; switch, rename and delete, with undo and redo over each', async ({ page }) => {
  const first = await ranPage(page);
  await openBranches(page);
  await expect.poll(() => namesOf(page)).toEqual(['Branch 1*']);
  await expect(nodes(page)).toHaveCount(1);
  await setCaret(page, INSIDE);
  await expect(branchView(page)).toContainText('in place of ·small');
  await force(page, ' purple cat');
  const second = 'Once upon a time there was a purple cat';
  await expect(textArea(page)).toHaveValue(second);
  await expect.poll(() => namesOf(page)).toEqual(['Branch 2*', 'Branch 1']);
  await expect(nodes(page)).toHaveCount(3);

  await switchTo(page, 'Branch 1');
  await expect(textArea(page)).toHaveValue(first);
  expect((await tokensOf(page)).slice(-4).every(token => token.origin === 'drawn' && token.step !== null)).toBe(true);
  // With the numbers it had, or with those that were computed again, where the row after its end is asked for first.
  await expect(branchView(page)).toContainText(/Branch 1( is back|: \d+ positions re-used)/);

  await branchView(page).getByRole('button', { name: 'Rename Branch 2' }).click();
  const field = branchView(page).getByRole('textbox', { name: 'Name of Branch 2' });
  await expect(field).toBeFocused();
  await field.fill('the purple one');
  await field.press('Enter');
  await expect.poll(() => namesOf(page)).toEqual(['the purple one', 'Branch 1*']);
  await expect(nodes(page).filter({ hasText: 'the purple one' })).toHaveCount(1);
  await expect(branchView(page).getByRole('button', { name: 'Switch to the purple one' })).toBeFocused();

  await branchView(page).getByRole('button', { name: 'Delete Branch 1' }).click();
  await expect.poll(() => namesOf(page)).toEqual(['the purple one*']);
  await expect(textArea(page)).toHaveValue(second);
  await expect(branchView(page).getByRole('button', { name: 'Delete the purple one' })).toBeDisabled();

  const back: [RegExp, string[], string][] = [
    [/deletion of a branch/, ['the purple one', 'Branch 1*'], first],
    [/renaming/, ['Branch 2', 'Branch 1*'], first],
    [/switch of branch/, ['Branch 2*', 'Branch 1'], second],
    [/forced text/, ['Branch 1*'], first],
  ];
  for (const [name, names, text] of back) {
    await expect(undoButton(page)).toHaveAccessibleName(name);
    await undoButton(page).click();
    await expect.poll(() => namesOf(page)).toEqual(names);
    await expect(textArea(page)).toHaveValue(text);
  }
  for (const [name] of back.toReversed()) {
    await expect(redoButton(page)).toHaveAccessibleName(name);
    await redoButton(page).click();
  }
  await expect.poll(() => namesOf(page)).toEqual(['the purple one*']);
});

test('another candidate and Regenerate leave what was there; going back computes nothing twice', async ({ page }) => {
  const first = await ranPage(page, 6);
  const length = (await tokensOf(page)).length;
  await setCaret(page, INSIDE);
  await candidatesReady(page);
  // Neither the token that stands there nor a likely one.
  const other = (await candidatesOf(page)).find(({ rank }) => rank === 6);
  await candidateRow(page, other?.id ?? -1).click();
  await page.getByRole('button', { name: /^Continue from here/ }).click();
  await runFinished(page);
  // The head that both share is re-used: one token is new.
  const fork = 7;
  expect(await cacheCounts(page)).toEqual({ reused: fork, computed: 1 });
  const second = await textOf(page);
  await regenerateButton(page).click();
  await runFinished(page);
  await openBranches(page);
  await expect.poll(() => namesOf(page)).toEqual(['Branch 3*', 'Branch 2', 'Branch 1']);

  await switchTo(page, 'Branch 1');
  await expect(textArea(page)).toHaveValue(first);
  await step(page);
  const counts = await cacheCounts(page);
  // The last token of a run is computed only when something comes after it.
  expect(counts.computed).toBeLessThanOrEqual(1);
  expect(counts.reused + counts.computed).toBe(length);
  await expect(branchView(page)).toContainText(/Branch 1: \d+ positions re-used[\s\S]*?, [01] computed\./);
  await switchTo(page, 'Branch 2');
  await expect(textArea(page)).toHaveValue(second);
  await undoButton(page).click();
  await expect.poll(() => namesOf(page)).toEqual(['Branch 3', 'Branch 2', 'Branch 1*']);
});

test('the tree is walked by keys: Enter switches, and selects in the active branch', async ({ page }) => {
  const first = await ranPage(page);
  await openBranches(page);
  await setCaret(page, INSIDE);
  await force(page, ' purple cat');
  await setCaret(page, INSIDE);
  await force(page, ' green cat');
  await expect(nodes(page)).toHaveCount(4);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  const tabbable = branchView(page).locator('[role="treeitem"][tabindex="0"]');
  await expect(tabbable).toHaveCount(1);
  await tabbable.focus();
  await expect.poll(focused).toContain('end of Branch 3, active');
  await page.keyboard.press('ArrowUp');
  await expect.poll(focused).toContain('end of Branch 2');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(focused).toContain('Once upon a time there was a');
  await page.keyboard.press('Enter');
  await expect.poll(() => textArea(page).evaluate(area => (area as HTMLTextAreaElement).selectionStart)).toBe(0);
  await page.keyboard.press('ArrowRight');
  await expect.poll(focused).toContain('end of Branch 3');
  await page.keyboard.press('Home');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect.poll(focused).toContain('end of Branch 1');
  await expect(page.getByTestId('node-facts')).toContainText(/before sampling \(\d\.\d+(e-\d+)?\)/);
  await page.keyboard.press('Enter');
  await expect(textArea(page)).toHaveValue(first);
  await expect.poll(focused).toContain('end of Branch 1, active');
  await expect(tabbable).toHaveCount(1);
});

test('a tree grows from the end and from a place; a grown path becomes a branch', { tag: '@engine' }, async ({
  page,
}) => {
  const first = await ranPage(page);
  await openBranches(page);
  await setGrowth(page, { Depth: 2, Children: 2, Floor: 0.001 });
  await branchView(page).getByRole('button', { name: 'Grow', exact: true }).click();
  await expect(branchView(page)).toContainText(/6 tokens have grown: \d+ rows computed, \d+ positions re-used/);
  const grown = nodes(page).and(page.locator('[data-grown="true"]'));
  await expect(grown).toHaveCount(6);
  await grown.nth(1).click();
  await expect(textArea(page)).not.toHaveValue(first);
  const longer = await tokensOf(page);
  expect(longer.slice(-2).map(token => token.origin)).toEqual(['chosen', 'chosen']);
  await expect(grown).toHaveCount(4);
  await expect.poll(() => namesOf(page)).toEqual(['Branch 1*']);
  await expect(undoButton(page)).toHaveAccessibleName(/grown branch/);
  // Its numbers come, and its sum with them.
  await expect(branchRows(page).first().locator('td').first()).not.toHaveText('–');

  await setCaret(page, INSIDE);
  await branchView(page).getByText('At position 7', { exact: true }).click();
  await setGrowth(page, { Depth: 1, Children: 3 });
  await branchView(page).getByRole('button', { name: 'Grow', exact: true }).click();
  await expect(branchView(page)).toContainText('3 tokens have grown');
  await grown.last().focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => namesOf(page)).toHaveLength(2);
  expect(await tokensOf(page)).toHaveLength(8);
  await branchView(page).getByRole('button', { name: 'Clear what has grown' }).click();
  await expect(grown).toHaveCount(0);
});

test('a growth is stopped, and keeps what has come', async ({ page }) => {
  // The command waits until the growth is stopped, so that it surely is under way then.
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    let held: unknown = null;
    Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
      const type = typeof message === 'object' && message !== null && 'type' in message ? message.type : '';
      if (type === 'grow') {
        held = message;
        return;
      }
      if (type === 'cancel' && held !== null) {
        Reflect.apply(postMessage, this, [held, ...rest]);
        held = null;
      }
      Reflect.apply(postMessage, this, [message, ...rest]);
    };
  });
  await openPage(page);
  await openBranches(page);
  await candidatesAway(page);
  await branchView(page).getByRole('button', { name: 'Grow', exact: true }).click();
  await expect(branchView(page).getByRole('progressbar', { name: 'Growing' })).toBeVisible();
  await branchView(page).getByRole('button', { name: 'Stop growing' }).click();
  await expect(branchView(page)).toContainText('Stopped.');
  await branchView(page).getByRole('button', { name: 'Clear what has grown' }).click();
  await run(page);
});

/** Waits until nothing is computed in the background. */
async function candidatesAway(page: Page): Promise<void> {
  await expect.poll(async () => (await tokensOf(page)).slice(1).filter(token => token.step === null).length).toBe(0);
}

test('a reload keeps the branches; the numbers of another one come when it is visited', async ({ page }) => {
  const first = await ranPage(page);
  await openBranches(page);
  await setCaret(page, INSIDE);
  await force(page, ' purple cat');
  await branchView(page).getByRole('button', { name: 'Rename Branch 1' }).click();
  await page.keyboard.type('the first');
  await page.keyboard.press('Enter');
  await expect.poll(() => namesOf(page)).toEqual(['Branch 2*', 'the first']);
  await page.reload();
  await expect(branchView(page)).toBeVisible();
  await expect.poll(() => namesOf(page)).toEqual(['Branch 2*', 'the first']);
  await switchTo(page, 'the first');
  await expect(textArea(page)).toHaveValue(first);
  expect((await tokensOf(page)).slice(-4).map(token => token.origin)).toEqual(new Array(4).fill('drawn'));
  await candidatesAway(page);
  await expect(branchRows(page).last().locator('td').first()).not.toHaveText('–');
});

test('axe finds nothing in either theme, with branches and with what has grown', async ({ page }) => {
  await ranPage(page);
  await openBranches(page);
  await setCaret(page, INSIDE);
  await force(page, ' purple cat');
  await setGrowth(page, { Depth: 2, Children: 2, Floor: 0.001 });
  await branchView(page).getByRole('button', { name: 'Grow', exact: true }).click();
  await expect(branchView(page)).toContainText(/[1-9] tokens have grown: /);
  await setCaret(page, 3);
  expect(await complaints(page)).toEqual([]);
});

test('on a phone the table comes first, and nothing scrolls sideways @phone', async ({ page }) => {
  await openPage(page);
  await setCaret(page, INSIDE);
  await tokenButton(page).tap();
  await page.getByRole('tab', { name: 'Branches', exact: true }).tap();
  await branchView(page).getByRole('textbox', { name: 'Text to force' }).fill(' purple cat');
  await branchView(page).getByRole('button', { name: 'Put it there' }).tap();
  await expect.poll(() => namesOf(page)).toEqual(['Branch 2*', 'Branch 1']);
  const table = await branchView(page).getByRole('table').boundingBox();
  const tree = await branchView(page).getByRole('tree').boundingBox();
  expect(table?.y ?? 0).toBeLessThan(tree?.y ?? 0);
  const wide = await branchView(page).evaluate(view => view.scrollWidth - view.clientWidth);
  expect(wide).toBe(0);
  for (const name of ['Switch to Branch 1', 'Rename Branch 1', 'Delete Branch 1', 'Grow']) {
    const box = await branchView(page).getByRole('button', { name, exact: true }).boundingBox();
    expect(box?.height, name).toBeGreaterThanOrEqual(44);
  }
  await branchView(page).getByRole('button', { name: 'Switch to Branch 1' }).tap();
  await expect(textArea(page)).toHaveValue(PROMPT);
});
