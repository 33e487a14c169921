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
    vi.useRealTimers();
  });
  return {
    visit: async options => kept(await readyPage(options)),
    arrive: options => kept(makePage(options)),
  };
}
