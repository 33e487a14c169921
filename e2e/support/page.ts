// The page as the browser tests see it: by roles and names, as a person would, with no look into its code.
import { expect, type Locator, type Page } from '@playwright/test';

/** One token of the text as it is painted. */
export interface PaintedToken {
  readonly text: string;
  readonly origin: 'typed' | 'drawn' | 'chosen' | 'external';
  /** Step of the tint; null while the token has no numbers. */
  readonly step: number | null;
}

/** A row of the candidate list; probabilities are the full numbers, not the rounded words. */
export interface CandidateCells {
  readonly id: number;
  readonly rank: number;
  /** Before sampling. */
  readonly before: number;
  /** One for each column after sampling: its probability, or the words that say which step cut it. */
  readonly after: readonly (number | string)[];
}

/** Opens the page at `address` (the root when absent) and waits until its model can run. */
export async function openPage(page: Page, address = ''): Promise<void> {
  await page.goto(address);
  await modelReady(page);
}

/** Waits until a model is loaded and nothing runs. */
export async function modelReady(page: Page): Promise<void> {
  await expect(stepButton(page)).toBeEnabled();
}

/** Pixels by which the page is wider than its window. */
export function sidewaysOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

export function textArea(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Text', exact: true });
}

export async function textOf(page: Page): Promise<string> {
  return textArea(page).inputValue();
}

/** Replaces the whole text as one edit; the caret is at its end. */
export async function setText(page: Page, text: string): Promise<void> {
  await textArea(page).fill(text);
}

/** Puts the caret before the character at `offset`. */
export async function setCaret(page: Page, offset: number): Promise<void> {
  await textArea(page).focus();
  await textArea(page).evaluate((element, at) => {
    if (!(element instanceof HTMLTextAreaElement)) throw new Error('the text has no field');
    element.setSelectionRange(at, at);
    // The browser says so as well, but not before whoever asked goes on.
    document.dispatchEvent(new Event('selectionchange'));
  }, offset);
}

/** The painted tokens, in order; joined, their texts are the text, or the part of it in sight where it has thousands of tokens. */
export async function tokensOf(page: Page): Promise<PaintedToken[]> {
  const found = await page.getByTestId('overlay').evaluate(overlay =>
    [...overlay.querySelectorAll<HTMLElement>('[data-piece]')].map(span => ({
      text: span.textContent ?? '',
      origin: span.dataset.origin ?? 'typed',
      step: span.dataset.step === undefined ? null : Number(span.dataset.step),
    })),
  );
  return found.map(({ origin, ...token }) => ({
    ...token,
    origin: origin === 'drawn' || origin === 'chosen' || origin === 'external' ? origin : 'typed',
  }));
}

/** Tokens of the text, once all of it has them: the number in the status line. */
export async function countedTokens(page: Page): Promise<number> {
  const status = page.getByLabel('Status');
  await expect(status).toContainText(/context\s*[\d,]+ \//);
  const [, count = ''] = /context\s*([\d,]+) \//.exec(await status.innerText()) ?? [];
  return Number(count.replaceAll(',', ''));
}

export function runButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Run', exact: true });
}

/** Where there is no column beside the text: the token and what is expected there, as a button. */
export function tokenButton(page: Page): Locator {
  return page.getByRole('main').getByRole('button', { name: /What comes next|before sampling/ });
}

export function stopButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Stop', exact: true });
}

export function stepButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Step', exact: true });
}

export function regenerateButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Regenerate', exact: true });
}

/** Its name says what it takes back: `Undo run`. */
export function undoButton(page: Page): Locator {
  return page.getByRole('button', { name: /^Undo/ });
}

export function redoButton(page: Page): Locator {
  return page.getByRole('button', { name: /^Redo/ });
}

/** What the page last told a screen reader. */
export function announced(page: Page): Locator {
  return page.locator('[role="status"][aria-live="polite"]');
}

/** Waits for the end of a run, for the reason given. */
export async function runFinished(page: Page, reason: RegExp | string = ''): Promise<void> {
  await expect(announced(page)).toHaveText(/^Finished, /);
  await expect(announced(page)).toContainText(reason);
  await expect(runButton(page)).toBeEnabled();
}

/** Presses Run and waits for its end. */
export async function run(page: Page, reason?: RegExp | string): Promise<void> {
  await runButton(page).click();
  await runFinished(page, reason);
}

/** Presses Step and waits for its token. */
export async function step(page: Page): Promise<void> {
  await stepButton(page).click();
  await runFinished(page);
}

/** The number field of a control by its label, as in `Temperature`. */
export function numberField(page: Page, label: string): Locator {
  return page.getByRole('spinbutton', { name: `${label}, number`, exact: true });
}

/** Sets controls by their labels: `{ Length: 4, Temperature: 0 }`. */
export async function setNumbers(page: Page, values: Readonly<Record<string, number>>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    const field = numberField(page, label);
    await field.fill(String(value));
    await field.press('Enter');
    await expect(field).toHaveValue(String(value));
  }
}

/** From now on no run ends by the end-of-text token: with a free seed any draw may be one. */
export async function neverEnds(page: Page): Promise<void> {
  await page.getByRole('group', { name: 'End of text' }).getByText('Never draw it').click();
}

/** Types a seed, which locks it. */
export async function lockSeed(page: Page, seed: number): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Seed', exact: true });
  await field.fill(String(seed));
  await field.press('Enter');
  await expect(page.getByRole('button', { name: /^Unlock the seed/ })).toBeVisible();
}

export async function addStopString(page: Page, escaped: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'New stop string' });
  await field.fill(escaped);
  await field.press('Enter');
  await expect(page.getByRole('button', { name: `Remove the stop string ${escaped}`, exact: true })).toBeVisible();
}

/** The inspector. */
export function inspector(page: Page): Locator {
  return page.getByRole('region', { name: 'Token', exact: true });
}

export function candidateGrid(page: Page): Locator {
  return inspector(page).getByRole('grid', { name: 'Candidates' });
}

/** The row of a token id. Only rows in sight exist. */
export function candidateRow(page: Page, id: number): Locator {
  return candidateGrid(page).locator(`#candidate-${id}`);
}

/** Waits for what is computed. On a busy machine it would take so long that the page asks first: the button is pressed, which may go as it is reached for. */
export async function computed(
  asks: Locator,
  there: (within: { readonly timeout: number }) => Promise<void>,
): Promise<void> {
  const within = { timeout: 5000 };
  await expect(async () => {
    if (await asks.isVisible()) await asks.click(within);
    await there(within);
  }).toPass();
}

/** Every token of the text has its numbers, but for the first, which has none. */
export async function scored(page: Page): Promise<void> {
  const missing = async () => (await tokensOf(page)).slice(1).filter(({ step }) => step === null).length;
  await expect.poll(missing).toBe(0);
}

/** Waits for the distribution of the selected place: the rows of the first candidates. */
export async function candidatesReady(page: Page): Promise<void> {
  await expect(inspector(page)).not.toHaveAttribute('aria-busy', 'true');
  const first = candidateGrid(page).locator('[id^="candidate-"]').first();
  const asks = inspector(page).getByRole('button', { name: 'Compute the distribution' });
  await computed(asks, within => expect(first).toBeVisible(within));
}

/** The candidates in sight, top to bottom. */
export async function candidatesOf(page: Page): Promise<CandidateCells[]> {
  await candidatesReady(page);
  const rows = await candidateGrid(page).evaluate(grid =>
    [...grid.querySelectorAll<HTMLElement>('[id^="candidate-"]')].map(row => ({
      id: Number(row.id.slice('candidate-'.length)),
      at: Number(row.getAttribute('aria-rowindex')),
      cells: [...row.querySelectorAll<HTMLElement>('[role="gridcell"]')].map(cell => ({
        exact: cell.title,
        words: cell.textContent ?? '',
      })),
    })),
  );
  rows.sort((a, b) => a.at - b.at);
  return rows.map(({ id, cells: [rank, , before, ...after] }) => ({
    id,
    rank: Number(rank?.words.replaceAll(',', '')),
    before: Number(before?.exact),
    after: after.map(cell => (cell.exact === '' ? cell.words : Number(cell.exact))),
  }));
}

/** A number of the selected token by its term, as in `log-prob`: the words, and the full number where one stands behind them. */
export async function factOf(page: Page, term: string): Promise<{ readonly words: string; readonly exact: number }> {
  const value = inspector(page)
    .locator('dl > div')
    .filter({ has: page.getByRole('button', { name: term, exact: true }) })
    .locator('dd');
  await expect(value).toContainText(/\d/);
  await expect(inspector(page)).not.toHaveAttribute('aria-busy', 'true');
  return value.evaluate((element: HTMLElement) => {
    const exact = Number(element.getAttribute('title') ?? Number.NaN);
    return { words: element.innerText, exact };
  });
}

/** The button in the head of the page that names the model. */
export function modelButton(page: Page): Locator {
  return page.getByRole('button', { name: /^Model: / });
}

/** Opens the dialog of models and returns it. */
export async function openModels(page: Page): Promise<Locator> {
  await modelButton(page).click();
  const dialog = page.getByRole('dialog', { name: 'Models', exact: true });
  await expect(dialog).toBeVisible();
  return dialog;
}

export async function closeDialog(dialog: Locator): Promise<void> {
  await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(dialog).toBeHidden();
}

/** Before the page opens: the host that stands in for the Hub, a server on this machine. */
export async function setHub(page: Page, host: string): Promise<void> {
  await page.addInitScript(url => localStorage.setItem('nucleus.hub', url), host);
}

/** Before the page opens: notes the type of every command that the page sends to its worker. */
export async function noteCommands(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const noted: string[] = [];
    Object.assign(globalThis, { notedCommands: noted });
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
      const type = typeof message === 'object' && message !== null && 'type' in message ? message.type : message;
      noted.push(String(type));
      Reflect.apply(postMessage, this, [message, ...rest]);
    };
  });
}

/** The commands noted so far, in order. */
export async function commandsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const noted: unknown = Reflect.get(globalThis, 'notedCommands');
    // The check of the kernels comes by itself once the page is quiet, whatever a test does.
    return Array.isArray(noted) ? noted.map(String).filter(type => type !== 'self_test') : [];
  });
}

/** Every listed candidate: the grid is scrolled from top to bottom, since only rows in sight exist. */
export async function allCandidates(page: Page): Promise<CandidateCells[]> {
  await candidatesReady(page);
  const grid = candidateGrid(page);
  const rowAt = (index: number): Locator => grid.locator(`[role="row"][aria-rowindex="${index}"]`);
  // The first row is the head.
  const last = Number(await grid.getAttribute('aria-rowcount'));
  const found = new Map<number, CandidateCells>();
  const toTop = async (): Promise<void> => {
    await grid.evaluate(pane => pane.scrollTo({ top: 0 }));
    await expect(rowAt(2)).toBeAttached();
  };
  await toTop();
  for (;;) {
    for (const candidate of await candidatesOf(page)) found.set(candidate.id, candidate);
    if (found.size >= last - 1) {
      await toTop();
      return [...found.values()];
    }
    const next = found.size + 2;
    // The row above it exists, and with that at the top those below do, however late the page draws them.
    await rowAt(next - 1).evaluate(row => row.scrollIntoView({ block: 'start' }));
    await expect(rowAt(next)).toBeAttached();
  }
}

/** The row of all that is not listed: probabilities of its columns, as shown, between 0 and 1. */
export async function tailOf(page: Page): Promise<{ readonly count: number; readonly shares: readonly number[] }> {
  const cells = candidateGrid(page)
    .getByRole('row')
    .filter({ hasText: /^[\d,]+ more/ })
    .getByRole('gridcell');
  await expect(cells.first()).toBeAttached();
  const [, count, ...shares] = await cells.allInnerTexts();
  return {
    count: Number.parseInt(count?.replaceAll(',', '') ?? '', 10),
    shares: shares.map(shown => Number.parseFloat(shown.replace(/^[<>]\s*/, '')) / 100),
  };
}

/** Opens a view by its tab, and waits until it is there. */
export async function openView(page: Page, view: string): Promise<void> {
  await page.getByRole('tab', { name: view, exact: true }).click();
  await expect(page.getByRole('region', { name: view === 'Text' ? 'Whole text' : view, exact: true })).toBeVisible();
}
