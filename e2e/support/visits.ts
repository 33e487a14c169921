// Test support: visits to pages on the scripted engine, each of which ends with its test.
import { afterEach, beforeEach, vi } from 'vitest';
import { makePage, type Page, type PageOptions, readyPage } from './scripted-page.ts';

interface Visits {
  /** A page whose default model is loaded. */
  readonly visit: (options?: PageOptions) => Promise<Page>;
  /** A page that the test starts itself. */
  readonly arrive: (options?: PageOptions) => Page;
}

/** For the tests of one file. With `held` timers time goes on when the test says so. */
export function visitsOf(timers: 'real' | 'held'): Visits {
  const pages: Page[] = [];
  const kept = (page: Page): Page => {
    pages.push(page);
    return page;
  };
  beforeEach(() => {
    if (timers === 'held') vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    for (const page of pages.splice(0)) page.dispose();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  return {
    visit: async options => kept(await readyPage(options)),
    arrive: options => kept(makePage(options)),
  };
}

/** A window says to a page what the test dispatches here, until globals are as they were. */
export function windowSays(events: EventTarget = new EventTarget()): EventTarget {
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
  return events;
}

/** A tab keeps in `kept` what a reload finds again, until globals are as they were. */
export function tabKeeps(kept: Map<string, string>): void {
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
}
