// A tab that the browser freezes, and one that it discards: text, branches and the run go on as if nothing had been.

import process from 'node:process';
import { openBareTab } from '../support/bare-tab.ts';
import { force, namesOf, openBranches, switchTo } from '../support/branches.ts';
import { alertsOf, WRITTEN, write } from '../support/faults.ts';
import { neverEnds, openPage, run, setCaret, setNumbers, textArea, textOf } from '../support/page.ts';
import { engineTest, expect, test } from '../support/tests.ts';

const ANNOUNCED = `document.querySelector('[role="status"][aria-live="polite"]').textContent`;
const TEXT = "document.querySelector('textarea').value";
const button = (name: string) =>
  `[...document.querySelectorAll('button')].find(each => each.querySelector('span')?.textContent === '${name}')`;
const press = (name: string) => `${button(name)}.click()`;
/** In place of the whole text, as a person would. */
const type = (text: string) =>
  `document.querySelector('textarea').select(), document.execCommand('insertText', false, ${JSON.stringify(text)})`;
const can = (name: string) => `${button(name)}?.disabled === false`;

engineTest(
  'frozen in the middle of a run: it goes on when it wakes, and nothing is reported',
  async ({ browser, page }) => {
    const tab = await openBareTab(browser, process.env.E2E_ROOT_URL ?? '');
    await expect.poll(() => tab.value(can('Run'))).toBe(true);
    await tab.value("document.addEventListener('freeze', () => document.documentElement.classList.add('frozen'))");
    const before = await tab.value<string>(TEXT);
    await tab.value(press('Run'));
    await expect.poll(async () => (await tab.value<string>(TEXT)).length).toBeGreaterThan(before.length);
    await tab.freeze();
    // As long as a visit takes.
    await openPage(page);
    await tab.wake();
    expect(await tab.value("document.documentElement.classList.contains('frozen')")).toBe(true);
    await expect.poll(() => tab.value(can('Run'))).toBe(true);
    const said = await tab.value<string>(ANNOUNCED);
    expect(said).toMatch(/^Finished, /);
    expect(await tab.value("document.querySelectorAll('[role=alert]').length")).toBe(0);
    expect(await tab.value<string>('document.body.innerText')).not.toMatch(/was lost|crashed|opened again/);
    // The run may have ended with the model's own end: a step goes on from the beginning.
    await tab.value(type(before));
    await expect.poll(() => tab.value(TEXT)).toBe(before);
    await expect.poll(() => tab.value(can('Step'))).toBe(true);
    await tab.value(press('Step'));
    await expect.poll(async () => (await tab.value<string>(TEXT)).length).toBeGreaterThan(before.length);
    await tab.close();
  },
);

test('discarded: the tab that takes its place has text, branches and a way on', async ({ context }) => {
  const [page, beside] = [await context.newPage(), await context.newPage()];
  await openPage(page);
  await write(page);
  await setNumbers(page, { Length: 2 });
  await neverEnds(page);
  await openBranches(page);
  await setCaret(page, 8);
  await force(page, ' and more');
  await expect.poll(() => namesOf(page)).toEqual(['Branch 2*', 'Branch 1']);
  const text = await textOf(page);
  // All of it is stored once another tab begins with it.
  await expect(async () => {
    await beside.goto('');
    await expect(textArea(beside)).toHaveValue(text, { timeout: 5000 });
  }).toPass();
  await beside.close();
  // As a discard: no event, no last write.
  const session = await context.newCDPSession(page);
  const gone = page.waitForEvent('crash');
  session.send('Page.crash').catch(() => {});
  await gone;
  const next = await context.newPage();
  await openPage(next);
  await expect(textArea(next)).toHaveValue(text);
  await openBranches(next);
  await expect.poll(() => namesOf(next)).toEqual(['Branch 2*', 'Branch 1']);
  await switchTo(next, 'Branch 1');
  expect(await alertsOf(next)).toEqual([]);
  await run(next);
  expect((await textOf(next)).startsWith(WRITTEN)).toBe(true);
});
