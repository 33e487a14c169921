// Long use of one tab: runs, stops, branches, views, chat turns, other formats of the weights, another model, reloads. What it takes stays flat. Asked for with `SOAK=200`, the rounds.
import process from 'node:process';
import { VIEWS } from '../support/cuts.ts';
import { download, liveBytes, recordGpu, smallModel } from '../support/faults.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import {
  announced,
  closeDialog,
  modelButton,
  modelReady,
  neverEnds,
  openModels,
  openPage,
  openView,
  run,
  runButton,
  runFinished,
  setHub,
  setNumbers,
  setText,
  textArea,
  textOf,
} from '../support/page.ts';
import { type CDPSession, expect, type Page, engineTest as test } from '../support/tests.ts';

/** Rounds until everything was there once, both formats, too. */
const CYCLE = 4;
const ROUNDS = Math.max(2 * CYCLE, Number(process.env.SOAK ?? 0));
/** Another model is in use once in so many rounds. */
const OTHER_MODEL = 10;
const RELOADS = 5;

/** A round's edits that the browser itself can take back: it keeps a node of the field for each, up to 1,000, in a bare textarea, too. */
const UNDO_NODES = 2;

interface Taken {
  readonly gpuBytes: number;
  readonly listeners: number;
  readonly nodes: number;
  readonly heapBytes: number;
  /** Records in the browser's databases. */
  readonly records: number;
  /** Letters of the document that was written last. */
  readonly newest: number;
}

/** A round leaves a document and its place in the list. */
const ROUND_RECORDS = 2;

/** What lies in the browser's databases. */
function stored(page: Page): Promise<Pick<Taken, 'records' | 'newest'>> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => reject(request.error));
      });
    let [records, newest, changed] = [0, 0, 0];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const held = database.transaction(store).objectStore(store);
        const keys = await done(held.getAllKeys());
        records += keys.length;
        for (const key of keys.map(String).filter(each => each.startsWith('entry:'))) {
          const entry = await done<{ readonly changed: number }>(held.get(key));
          if (entry.changed < changed) continue;
          changed = entry.changed;
          newest = JSON.stringify(await done(held.get(key.replace('entry:', 'document:')))).length;
        }
      }
      database.close();
    }
    return { records, newest };
  });
}

/** What the tab holds once all that can be collected is. */
async function taken(page: Page, session: CDPSession): Promise<Taken> {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find(metric => metric.name === name)?.value ?? Number.NaN;
  return {
    gpuBytes: await liveBytes(page),
    listeners: of('JSEventListeners'),
    nodes: of('Nodes'),
    heapBytes: of('JSHeapUsedSize'),
    ...(await stored(page)),
  };
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

async function stopInTheMiddle(page: Page): Promise<void> {
  const before = await textOf(page);
  await setNumbers(page, { Length: 400 });
  await runButton(page).click();
  await expect.poll(async () => (await textOf(page)).length).toBeGreaterThan(before.length);
  // By key: whatever else is at work, and where the run has ended by itself meanwhile it does nothing.
  await page.keyboard.press('Escape');
  await modelReady(page);
  await setNumbers(page, { Length: 6 });
}

async function chatTurn(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Chat', exact: true }).click();
  const message = page.getByRole('textbox', { name: 'Message', exact: true });
  await message.fill('Who are you?');
  await message.press('Enter');
  await expect(page.getByRole('listitem', { name: 'Turn 2, Model' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeVisible();
  await modelReady(page);
}

async function otherFormat(page: Page, round: number): Promise<void> {
  const dialog = await openModels(page);
  const wanted = round % 2 === 0 ? /^int8 · / : /^f16 as stored · /;
  await dialog.getByRole('group', { name: 'Weights' }).getByText(wanted).click();
  await expect(page.getByRole('button', { name: /^Model: / })).toHaveAccessibleName(
    round % 2 === 0 ? /, int8 · / : /, f16 · /,
  );
  await closeDialog(dialog);
  await modelReady(page);
}

/** By name: an input of files is held by whoever puts files into it from outside, and so is the dialog around it. */
async function otherModel(page: Page): Promise<void> {
  await download(page, 'owner/small');
  await expect(modelButton(page)).not.toHaveAccessibleName(/^Model: nucleus-3m/);
  await modelReady(page);
  await run(page);
  const dialog = await openModels(page);
  await dialog.getByRole('button', { name: 'Load nucleus-3m', exact: true }).click();
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: nucleus-3m/);
  await modelReady(page);
}

async function oneRound(page: Page, round: number): Promise<void> {
  await page.getByRole('tab', { name: 'Token', exact: true }).click();
  await setText(page, `Once upon a time there was a small ${['boy', 'girl', 'fox', 'hen'][round % 4]}`);
  await run(page);
  await stopInTheMiddle(page);
  await textArea(page).press('Alt+ArrowLeft');
  await textArea(page).press('Alt+ArrowLeft');
  const standing = async () => `${await announced(page).textContent()}\n${await textOf(page)}`;
  const before = await standing();
  await page.getByRole('button', { name: 'From here' }).click();
  // What was said of the run before stands until this one begins.
  await expect.poll(standing).not.toBe(before);
  await runFinished(page);
  for (const view of VIEWS.toReversed()) {
    await openView(page, view);
  }
  await chatTurn(page);
  if (round % 2 === 1) await otherFormat(page, round >> 1);
  if (round % OTHER_MODEL === 2) await otherModel(page);
  await page.keyboard.press('Alt+n');
  await expect(textArea(page)).toHaveValue('');
}

let hub: HubServer;
test.beforeAll(async () => {
  hub = await startHubServer({ models: { 'owner/small': smallModel() } });
});
test.afterAll(() => hub.close());

test.use({ checksKernels: true });

test('rounds of everything take no more at their end than at their beginning', async ({ page }) => {
  test.skip(process.env.SOAK === undefined, 'long: SOAK=200 asks for it');
  test.setTimeout(300_000 + ROUNDS * 240_000);
  const complaints: string[] = [];
  page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.message));
  await setHub(page, hub.url);
  await recordGpu(page);
  await openPage(page);
  await setNumbers(page, { Length: 6 });
  await neverEnds(page);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const found: Taken[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await oneRound(page, round);
    found.push(await taken(page, session));
    console.log(round, JSON.stringify(found.at(-1)));
  }
  // The first rounds open what stays open: code of the views, buffers of the probes.
  const [before, after] = [found.slice(0, CYCLE), found.slice(-CYCLE)];
  const most = (of: readonly Taken[], what: keyof Taken): number => Math.max(...of.map(each => each[what]));
  // What a view or the check of the kernels borrows for a while comes and goes: what never goes shows in the least.
  const least = (of: readonly Taken[]): number => Math.min(...of.map(each => each.gpuBytes));
  expect(least(after)).toBeLessThanOrEqual(least(before));
  expect(most(after, 'listeners')).toBeLessThan(most(before, 'listeners') + 20);
  expect(most(after, 'nodes')).toBeLessThan(most(before, 'nodes') + 300 + UNDO_NODES * ROUNDS);
  expect((most(after, 'heapBytes') - most(before, 'heapBytes')) / (ROUNDS - CYCLE)).toBeLessThan(500_000);

  expect(most(after, 'records')).toBeLessThanOrEqual(most(before, 'records') + ROUND_RECORDS * ROUNDS);
  // How much a run has drawn when it is stopped is the machine's affair, so single documents say nothing.
  const some = Math.max(CYCLE, Math.floor(ROUNDS / 10));
  const letters = (of: readonly Taken[]): number => median(of.map(({ newest }) => newest));
  expect(letters(found.slice(-some))).toBeLessThan(1.5 * letters(found.slice(0, some)));

  const last = await stored(page);
  for (let reload = 0; reload < RELOADS; reload++) {
    await setText(page, `Kept over a reload, ${reload}`);
    await page.reload();
    await modelReady(page);
    await expect(textArea(page)).toHaveValue(`Kept over a reload, ${reload}`);
    await oneRound(page, 0);
  }
  expect((await stored(page)).records).toBeLessThanOrEqual(last.records + ROUND_RECORDS * RELOADS);
  expect(complaints).toEqual([]);
});
