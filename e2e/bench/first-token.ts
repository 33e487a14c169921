// From navigation to the first generated token on the production build, as a person would see it, in a real Chromium.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright';
import { wholeBrowser } from '../tools/browser.ts';
import { type Timing, timingOf } from './timing.ts';

/** Milliseconds after the start of the navigation, but for `load`. */
interface Visit {
  /** Run could be pressed, and was, from inside the page. */
  readonly pressed: number;
  /** The text on the page grew. */
  readonly grown: number;
  /** From the load command to the worker to the model being ready. */
  readonly load: number;
  readonly fromCache: boolean;
}

export interface VisitTimings {
  readonly load: Timing | null;
  readonly pressed: Timing | null;
  readonly grown: Timing | null;
}

/** Cold visits each with a profile of their own; warm ones after a first visit to the same profile, in a browser that stays open. */
export async function measureVisits(url: string, rounds: number): Promise<{ cold: VisitTimings; warm: VisitTimings }> {
  const cold: Visit[] = [];
  const warm: Visit[] = [];
  for (let round = 0; round < rounds; round++) {
    await inNewProfile(async context => {
      const first = await visit(context, url);
      if (first.fromCache) throw new Error('an empty profile had the model in its cache');
      cold.push(first);
    });
  }
  await inNewProfile(async context => {
    await visit(context, url);
    for (let round = 0; round < rounds; round++) {
      const again = await visit(context, url);
      if (!again.fromCache) throw new Error('a second visit did not find the model in the cache');
      warm.push(again);
    }
  });
  return { cold: timings(cold), warm: timings(warm) };
}

function timings(visits: readonly Visit[]): VisitTimings {
  const of = (key: 'load' | 'pressed' | 'grown') => timingOf(visits.map(visit => visit[key]));
  return { load: of('load'), pressed: of('pressed'), grown: of('grown') };
}

async function inNewProfile(work: (context: BrowserContext) => Promise<void>): Promise<void> {
  const profile = await mkdtemp(path.join(tmpdir(), 'nucleus-profile-'));
  const context = await chromium.launchPersistentContext(profile, { ...wholeBrowser(), headless: true });
  try {
    await work(context);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** One navigation in a new tab. Run is pressed by the page itself as soon as it can be, so that no message between two processes counts. */
async function visit(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(url);
  const marks = await page.waitForFunction(
    () => {
      const found: unknown = Reflect.get(globalThis, 'benchMarks');
      if (typeof found !== 'object' || found === null) return null;
      return 'grown' in found && 'loaded' in found ? found : null;
    },
    undefined,
    { timeout: 60_000 },
  );
  const values = (await marks.jsonValue()) as Record<'asked' | 'loaded' | 'pressed' | 'grown' | 'fromCache', number>;
  await page.close();
  const { asked, loaded, pressed, grown, fromCache } = values;
  return { pressed, grown, load: loaded - asked, fromCache: fromCache === 1 };
}

/** Runs in the page before its own scripts: notes the load command, its answer, the press of Run and the growth of the text. */
function watch(): void {
  const marks: Record<string, number> = {};
  Object.assign(globalThis, { benchMarks: marks });
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: unknown[]) {
    if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'load') {
      marks.asked ??= performance.now();
      this.addEventListener('message', ({ data }: MessageEvent<{ type: string; model?: { fromCache: boolean } }>) => {
        if (data.type !== 'loaded') return;
        marks.fromCache ??= data.model?.fromCache ? 1 : 0;
        marks.loaded ??= performance.now();
      });
    }
    Reflect.apply(postMessage, this, [message, ...rest]);
  };
  let before = '';
  const timer = setInterval(() => {
    const text = document.querySelector('textarea');
    const button = [...document.querySelectorAll('button')].find(one => one.textContent?.trim().startsWith('Run'));
    if (marks.pressed === undefined && text && button && !button.disabled) {
      before = text.value;
      marks.pressed = performance.now();
      button.click();
    } else if (marks.pressed !== undefined && text && text.value.length > before.length) {
      marks.grown = performance.now();
      clearInterval(timer);
    }
  }, 2);
}
