// Test support: components of the page as they stand for one moment of a scripted page, in Node: what is painted, without layout, effects or events.
import { createElement, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { vi } from 'vitest';
import { StoresContext } from '../../src/stores/react.ts';
import type { Page } from './scripted-page.ts';

/** A server's first markup is made of initial states; here it is the state of now that counts. */
function readNow(page: Page): void {
  for (const store of Object.values(page)) {
    if (typeof store === 'object' && store !== null && 'getInitialState' in store)
      store.getInitialState = store.getState;
  }
}

/** The markup of `element` on this page, as a window with a mouse has it. Effects do not run: what a view does when it opens is the test's to do. */
export function rendered(page: Page, element: ReactNode): string {
  readNow(page);
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
  try {
    return renderToStaticMarkup(createElement(StoresContext.Provider, { value: page }, element));
  } finally {
    vi.unstubAllGlobals();
  }
}

/** Every number that is told in six digits or more behind the point, but for the smallest, which are rounding. */
export function exactNumbers(markup: string): Set<string> {
  return new Set(markup.match(/-?\d+\.\d{6,}(?![\de])/g));
}
