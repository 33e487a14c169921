// Tabs of one browser and their large models: who is asked, who lets go, and that a tab which is gone or asleep is believed no longer than it is there.
import { afterEach, describe, expect, test } from 'vitest';
import { turn, until } from '../../../e2e/support/scripted-engine.ts';
import { makePage, type Page, type PageOptions, text } from '../../../e2e/support/scripted-page.ts';
import { browserOfTabs, type Tab } from '../../../e2e/support/tab-lines.ts';
import { openFiles } from './opening.ts';
import { SMALL_MODEL } from './other-tabs.ts';

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});

const GPT2 = { kind: 'hub', repo: 'openai-community/gpt2', revision: 'main' } as const;
const QWEN = { kind: 'hub', repo: 'Qwen/Qwen3-0.6B', revision: 'main' } as const;
const LARGE = { model: { gpuBytes: SMALL_MODEL + 1 } } as const;

function open(tab: Tab, options: PageOptions = LARGE): Page {
  const page = makePage({ ...options, tabLine: tab });
  pages.push(page);
  return page;
}

const asks = (page: Page) => page.model.getState().elsewhere;
const load = (page: Page) => page.model.getState().load.status;

/** A tab with a large model, and another one that is about to load one. */
async function twoTabs() {
  const tab = browserOfTabs();
  const [firstTab, secondTab] = [tab(), tab()];
  const [first, second] = [open(firstTab, { ...LARGE, firstText: 'The text of the first' }), open(secondTab)];
  await first.model.getState().loadModel(GPT2);
  const loading = second.model.getState().loadModel(QWEN);
  await until(() => asks(second) !== null);
  return { tab, firstTab, secondTab, first, second, loading };
}

/** Whatever is on its way between tabs has come. */
async function rest(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn();
}

describe('loads of one tab at once', () => {
  test('hold the model once, and free it with the model', async () => {
    const tab = browserOfTabs();
    const [one, other] = [open(tab()), open(tab())];
    const loads = [GPT2, QWEN].map(source => one.model.getState().loadModel(source));
    await expect.poll(() => load(one)).toBe('ready');
    await Promise.all(loads);
    one.model.getState().unload('person');
    await rest();
    void other.model.getState().loadModel(GPT2);
    await expect.poll(() => load(other)).toBe('ready');
    expect(asks(other)).toBeNull();
  });

  test('that are given up before their turn hold nothing', async () => {
    const tab = browserOfTabs();
    const [one, other] = [open(tab()), open(tab())];
    const loading = one.model.getState().loadModel(GPT2);
    one.model.getState().unload('person');
    await loading;
    await rest();
    void other.model.getState().loadModel(GPT2);
    await expect.poll(() => load(other)).toBe('ready');
    expect(asks(other)).toBeNull();
  });
});

describe('a large model in another tab', () => {
  test('is named by model and document, and nothing is asked of the worker before an answer', async () => {
    const { first, second } = await twoTabs();
    await until(() => asks(second)?.model !== null);
    expect(asks(second)).toMatchObject({ model: 'hub/openai-community/gpt2@main', title: 'The text of the first' });
    expect(second.workers).toHaveLength(0);
    expect([load(first), load(second)]).toEqual(['ready', 'loading']);
  });

  test('taken over: it is let go there, its worker with it, and the text stays; back again the same way', async () => {
    const { first, second, loading } = await twoTabs();
    asks(second)?.takeOver();
    await loading;
    expect([load(first), load(second)]).toEqual(['idle', 'ready']);
    expect(first.worker.terminated).toBe(true);
    expect(first.model.getState().letGo).toEqual({ source: GPT2, by: 'tab' });
    expect(text(first)).toBe('The text of the first');
    expect(asks(second)).toBeNull();
    const back = first.model.getState().retry();
    await until(() => asks(first) !== null);
    asks(first)?.takeOver();
    await back;
    expect([load(first), load(second)]).toEqual(['ready', 'idle']);
  });

  test('loaded here too: both are there, and a third tab asks about both', async () => {
    const { tab, first, second, loading } = await twoTabs();
    asks(second)?.loadHere();
    await loading;
    expect([load(first), load(second)]).toEqual(['ready', 'ready']);
    const third = open(tab());
    const last = third.model.getState().loadModel(GPT2);
    await until(() => asks(third) !== null);
    expect(asks(third)?.others).toHaveLength(2);
    asks(third)?.takeOver();
    await last;
    expect([load(first), load(second), load(third)]).toEqual(['idle', 'idle', 'ready']);
  });

  test('cancelled: nothing is loaded, and the other tab keeps its model', async () => {
    const { first, second, loading } = await twoTabs();
    second.model.getState().cancelLoad();
    await loading;
    expect([load(first), load(second), asks(second)]).toEqual(['ready', 'idle', null]);
  });

  test('let go there by itself: the question goes, and the load goes on', async () => {
    const { first, second, loading } = await twoTabs();
    first.model.getState().unload('person');
    await loading;
    expect(load(second)).toBe('ready');
    expect(first.model.getState().letGo?.by).toBe('person');
  });

  test('one that replaces a large one here asks nobody; a small one in its place frees the lock', async () => {
    const tab = browserOfTabs();
    let bytes = SMALL_MODEL + 1;
    const model = Object.defineProperty({ gpuBytes: 0 }, 'gpuBytes', { get: () => bytes, enumerable: true });
    const page = open(tab(), { model });
    await page.model.getState().loadModel(GPT2);
    await page.model.getState().loadModel(QWEN);
    expect(load(page)).toBe('ready');
    bytes = SMALL_MODEL;
    await page.model.getState().loadModel(GPT2);
    const other = open(tab());
    await other.model.getState().loadModel(GPT2);
    expect(load(other)).toBe('ready');
  });
});

describe('nobody is asked', () => {
  test('for the model that ships, in any number of tabs', async () => {
    const tab = browserOfTabs();
    const all = [open(tab(), {}), open(tab(), {}), open(tab(), {})];
    await Promise.all(all.map(page => page.start()));
    expect(all.map(load)).toEqual(['ready', 'ready', 'ready']);
  });

  test('beside a large model, for one that is known to be small', async () => {
    const { tab } = await twoTabs();
    const third = open(tab(), { model: { gpuBytes: SMALL_MODEL } });
    await openFiles(third, [new File(['small'], 'model.safetensors')], false);
    expect(load(third)).toBe('ready');
  });
});

describe('a tab that is gone or asleep', () => {
  test('died: it holds nothing any more', async () => {
    const { firstTab, second, loading } = await twoTabs();
    firstTab.die();
    await loading;
    expect(load(second)).toBe('ready');
  });

  test('asked to let go and asleep: the other loads beside it, and it keeps its model when it wakes', async () => {
    const { firstTab, first, second, loading } = await twoTabs();
    firstTab.freeze();
    asks(second)?.takeOver();
    await rest();
    expect(asks(second)).toMatchObject({ taking: true });
    asks(second)?.loadHere();
    await loading;
    firstTab.wake();
    await rest();
    expect([load(first), load(second)]).toEqual(['ready', 'ready']);
  });

  test('asked to let go and asleep: it does when it wakes, where that is still wanted', async () => {
    const { firstTab, first, second, loading } = await twoTabs();
    firstTab.freeze();
    asks(second)?.takeOver();
    await rest();
    firstTab.wake();
    await loading;
    expect([load(first), load(second)]).toEqual(['idle', 'ready']);
  });

  test('two that begin at the same time: one loads, the other asks', async () => {
    const tab = browserOfTabs();
    const both = [open(tab()), open(tab())];
    const loads = both.map(page => page.model.getState().loadModel(GPT2));
    await until(() => both.some(page => asks(page) !== null));
    await rest();
    expect(both.filter(page => asks(page) !== null)).toHaveLength(1);
    for (const page of both) asks(page)?.loadHere();
    await Promise.all(loads);
    expect(both.map(load)).toEqual(['ready', 'ready']);
  });
});
