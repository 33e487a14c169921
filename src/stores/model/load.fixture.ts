// For tests of the load of a model: pages that end with their test, where a load stands, and a model of the Hub.
import { afterEach } from 'vitest';
import type { Page } from '../../../e2e/support/scripted-page.ts';

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});

/** The page, ended with the test that it is of. */
export const kept = <T extends Page>(page: T): T => {
  pages.push(page);
  return page;
};

export const load = (page: Page) => page.model.getState().load;

export const GPT2 = { kind: 'hub', repo: 'openai-community/gpt2', revision: 'main' } as const;
