// How a long text feels: a paste of a megabyte, and keys in a long text, on the production build in a real Chromium.
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { wholeBrowser } from '../tools/browser.ts';
import { processorOf } from './processor.ts';
import { markdown, timingCell } from './table.ts';
import { type BenchText, TEXTS } from './texts.ts';
import { timingOf } from './timing.ts';

const PASTED_BYTES = 1_000_000;
/** A text of so many tokens is typed in. */
const TYPED_TOKENS = 100_000;

interface Task {
  /** Milliseconds on the clock, and of the processor. */
  readonly wall: number;
  readonly cpu: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string; readonly data?: { readonly isMainFrame?: boolean } };
}

/** Tasks of the page's main thread while `work` is done, the longest first. */
async function tasksOf(browser: Browser, page: Page, work: () => Promise<void>): Promise<Task[]> {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const threads = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const main = new Set(threads.map(({ pid, tid }) => `${pid}:${tid}`));
  return traceEvents
    .filter(({ name, pid, tid, dur }) => name === 'RunTask' && dur !== undefined && main.has(`${pid}:${tid}`))
    .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, cpu: tdur / 1000 }))
    .toSorted((a, b) => b.wall - a.wall);
}

const area = (page: Page) => page.getByRole('textbox', { name: 'Text', exact: true });

/** Resolves once what has been done is painted. */
const painted = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise<void>(resolve => requestAnimationFrame(() => setTimeout(resolve))));

async function counted(page: Page): Promise<number> {
  const status = page.getByLabel('Status');
  await page.waitForFunction(
    () => !document.querySelector('[aria-label="Status"]')?.textContent?.includes('counting'),
    undefined,
    {
      timeout: 120_000,
    },
  );
  const [, tokens = '0'] = /context\s*([\d,]+) \//.exec(await status.innerText()) ?? [];
  return Number(tokens.replaceAll(',', ''));
}

/** As one edit. `fill` would put in line by line, which takes a minute in Chromium itself. */
async function setText(page: Page, text: string): Promise<number> {
  await area(page).evaluate((element, words) => {
    if (!(element instanceof HTMLTextAreaElement)) return;
    element.value = words;
    element.setSelectionRange(words.length, words.length);
    element.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }, text);
  await painted(page);
  return counted(page);
}

interface Pasted {
  /** Milliseconds from the key to the frame that shows the text, and to all of its tokens. */
  readonly shown: number;
  readonly counted: number;
  readonly longest: Task;
  /** Of the processor, all tasks together. */
  readonly cpu: number;
  readonly tokens: number;
}

async function paste(browser: Browser, page: Page, text: string): Promise<Pasted> {
  await setText(page, 'A few words: ');
  await page.evaluate(words => navigator.clipboard.writeText(words), text);
  await area(page).focus();
  await page.keyboard.press('Control+End');
  await painted(page);
  let [shown, all, tokens] = [0, 0, 0];
  const tasks = await tasksOf(browser, page, async () => {
    const begin = performance.now();
    await page.keyboard.press('Control+V');
    await painted(page);
    shown = performance.now() - begin;
    tokens = await counted(page);
    all = performance.now() - begin;
    // What comes after: what a reload keeps, the rest of the layout.
    await page.waitForTimeout(2_000);
  });
  const cpu = tasks.reduce((sum, task) => sum + task.cpu, 0);
  return { shown, counted: all, longest: tasks[0] ?? { wall: 0, cpu: 0 }, cpu, tokens };
}

/** Milliseconds of a key until it is painted, and the processor's of the main thread. */
async function keys(page: Page, count: number): Promise<{ wall: number[]; cpu: number[] }> {
  const processor = await processorOf(page);
  const [wall, cpu]: [number[], number[]] = [[], []];
  for (let i = 0; i < count; i++) {
    const [begin, before] = [performance.now(), await processor.ms()];
    await page.keyboard.press('x');
    await painted(page);
    wall.push(performance.now() - begin);
    cpu.push((await processor.ms()) - before);
  }
  await processor.close();
  return { wall, cpu };
}

const ms = (value: number): string => value.toFixed(0);

async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('button', { name: 'Step', exact: true }).and(page.locator(':enabled')).waitFor();
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return page;
}

async function putCaret(page: Page, place: 'start' | 'middle' | 'end'): Promise<void> {
  await area(page).evaluate((element, at) => {
    if (!(element instanceof HTMLTextAreaElement)) return;
    const offset = { start: 0, middle: element.value.length >> 1, end: element.value.length }[at];
    element.blur();
    element.setSelectionRange(offset, offset);
    element.focus();
  }, place);
  // The text is scored and kept by now.
  await page.waitForTimeout(6_000);
  await keys(page, 2);
}

async function typedRows(context: BrowserContext, url: string, { name, make }: BenchText): Promise<string[][]> {
  const page = await openPage(context, url);
  const sample = make(PASTED_BYTES / 10);
  const all = await setText(page, sample);
  const whole = make(PASTED_BYTES * 1.2);
  const tokens = await setText(page, whole.slice(0, Math.ceil((sample.length * TYPED_TOKENS) / all)));
  const rows: string[][] = [];
  for (const place of ['end', 'middle', 'start'] as const) {
    await putCaret(page, place);
    const { wall, cpu } = await keys(page, 10);
    const [onClock, ofProcessor] = [wall, cpu].map(each => timingCell(timingOf(each), one => one, 0));
    rows.push([`${name}, ${place}`, String(tokens), onClock ?? '', ofProcessor ?? '']);
  }
  await page.close();
  return rows;
}

/** Prints both tables. */
export async function benchLongTexts(url: string, rounds: number): Promise<void> {
  const browser = await chromium.launch({ ...wholeBrowser(), headless: true });
  try {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const typed: string[][] = [];
    for (const text of TEXTS) for (const row of await typedRows(context, url, text)) typed.push(row);
    console.log(
      `${markdown(['a key in', 'tokens', 'until it is painted, ms', 'CPU of the main thread, ms'], typed)}\n`,
    );
    const pastes: string[][] = [];
    for (const { name, make } of TEXTS) {
      const page = await openPage(context, url);
      const text = make(PASTED_BYTES);
      for (let round = 0; round < rounds; round++) {
        const { shown, counted: all, longest, cpu, tokens } = await paste(browser, page, text);
        pastes.push([name, String(tokens), ms(shown), ms(all), ms(longest.wall), ms(longest.cpu), ms(cpu)]);
      }
      await page.close();
    }
    const head = [
      'paste of 1 MB',
      'tokens',
      'shown, ms',
      'counted, ms',
      'longest task, ms',
      'of it CPU, ms',
      'all tasks, CPU ms',
    ];
    console.log(markdown(head, pastes));
  } finally {
    await browser.close();
  }
}
