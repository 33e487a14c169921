// The browser's own store through reloads: pages of two tabs that go at once, each with its text, and where a new tab begins.
import 'fake-indexeddb/auto';
import { afterEach, expect, test, vi } from 'vitest';
import { engineScript } from '../../e2e/support/scripted-engine.ts';
import { tabKeeps, windowSays } from '../../e2e/support/visits.ts';
import { createClient } from '../client/client.ts';
import { ScriptedWorker } from '../client/scripted-worker.ts';
import { browserStore } from '../stores/saved/browser-store.ts';
import { createPage, type Page } from './page.ts';

interface Tab {
  readonly kept: Map<string, string>;
  readonly pages: { readonly page: Page; readonly events: EventTarget }[];
}

const tabs: Tab[] = [];
const newTab = (): Tab => {
  const tab: Tab = { kept: new Map(), pages: [] };
  tabs.push(tab);
  return tab;
};
afterEach(() => {
  for (const { page } of tabs.splice(0).flatMap(tab => tab.pages)) page.dispose();
  vi.unstubAllGlobals();
});

/** What a page of this tab finds around it. */
function within(tab: Tab, events: EventTarget): void {
  vi.stubGlobal('navigator', {});
  windowSays(events);
  tabKeeps(tab.kept);
}

async function load(tab: Tab): Promise<Page> {
  const events = new EventTarget();
  within(tab, events);
  const page = createPage({
    origins: { shippedBase: 'https://page.test/models/', hubHost: 'https://hub.test' },
    firstText: 'Shown at first',
    client: createClient(() => new ScriptedWorker(engineScript({}))),
    saved: browserStore(),
    checkCapability: () => null,
    persist: () => {},
    requestFrame: callback => queueMicrotask(callback),
  });
  tab.pages.push({ page, events });
  await page.start();
  return page;
}

/** Writes, and goes in the same moment. */
async function writeAndReload(tab: Tab, written: string): Promise<Page> {
  const last = tab.pages.at(-1);
  if (last === undefined) throw new Error('the tab has no page');
  within(tab, last.events);
  last.page.document.getState().setText(written);
  last.events.dispatchEvent(new Event('pagehide'));
  last.events.dispatchEvent(new Event('visibilitychange'));
  return load(tab);
}

const text = (page: Page): string => page.document.getState().text;

test('two tabs keep their own texts over reloads, and a third begins with what was written last', async () => {
  const [first, second, third] = [newTab(), newTab(), newTab()];
  await load(first);
  await load(second);
  expect(text(await writeAndReload(first, 'Of the first tab'))).toBe('Of the first tab');
  expect(text(await writeAndReload(second, 'Of the second tab'))).toBe('Of the second tab');
  expect(text(await writeAndReload(first, 'Written last'))).toBe('Written last');
  expect(text(await load(second))).toBe('Of the second tab');
  expect(text(await load(third))).toBe('Written last');
});
