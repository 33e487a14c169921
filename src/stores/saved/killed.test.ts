// A tab that dies at any request of any transaction: the database has what was there before it or after it, whole, and the next visit goes on.
import 'fake-indexeddb/auto';
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { expect, test, vi } from 'vitest';
import { type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import type { SavedStore } from './browser-store.ts';
import { acts, type } from './documents.fixture.ts';
import { Library } from './library.ts';
import { databaseRecords, type Records } from './records.ts';
import { readSaved } from './saved.ts';

const { visit } = visitsOf('real');

/** Dies with its `last` write: at the request of it, whose transaction the browser undoes; or once it is done, before the page hears of it. */
interface Death {
  readonly last: number;
  readonly how: 'at a request' | 'unheard';
}

/** Where a tab keeps things; after its death nothing answers it. */
class Tab {
  requests = 0;
  writes = 0;
  readonly died: Promise<void>;
  readonly #death: Death;
  #dead = false;
  #die = (): void => {};

  constructor(death: Death = { last: Number.POSITIVE_INFINITY, how: 'unheard' }) {
    this.#death = death;
    this.died = new Promise(resolve => {
      this.#die = () => {
        this.#dead = true;
        resolve();
      };
    });
  }

  /** Called for every put and delete. */
  requested(transaction: IDBTransaction): void {
    this.requests++;
    if (this.#death.how !== 'at a request' || this.requests !== this.#death.last) return;
    this.#die();
    transaction.abort();
  }

  get where(): SavedStore {
    const records = databaseRecords();
    const alive = async <T>(work: () => Promise<T>): Promise<T> => {
      const never = new Promise<never>(() => {});
      if (this.#dead) return never;
      const result = await work().catch((thrown: unknown) => {
        if (this.#dead) return never;
        throw thrown;
      });
      return this.#dead ? never : result;
    };
    const guarded: Records = {
      get: key => alive(() => records.get(key)),
      keys: () => alive(() => records.keys()),
      all: prefix => alive(() => records.all(prefix)),
      put: (entries, only) =>
        alive(async () => {
          const done = await records.put(entries, only);
          this.writes++;
          if (this.#death.how === 'unheard' && this.writes === this.#death.last) this.#die();
          return done;
        }),
    };
    return {
      records: guarded,
      tab: () => Promise.resolve({ id: 'tab', from: 'tab' }),
      // A tab that is killed says nothing before it goes.
      keepNow: () => {},
      kept: () => null,
      forgetKept: () => {},
      tell: () => {},
      hear: () => () => {},
    };
  }
}

const SENTENCE = 'Once upon a time there was a small dog. ';

/** What a person does, step by step; each is one thing to lose at most. */
const STEPS: readonly ((page: Page) => Promise<void>)[] = [
  async page => {
    type(page, ' and a fox');
    await page.flush();
  },
  async page => {
    const { tokens } = page.document.getState();
    page.document.getState().choose(tokens.length - 2, 100);
    await page.flush();
  },
  page => acts(page).rename(page.documents.getState().id, 'Foxes'),
  page => acts(page).duplicate(page.documents.getState().id),
  async page => {
    page.document.getState().setText(SENTENCE.repeat(600));
    await page.flush();
  },
  async page => {
    type(page, ' It grows.');
    await page.flush();
  },
  async page => {
    type(page, ' It grows again.');
    await page.flush();
  },
  async page => {
    page.document.getState().edit(0, 0, 'From the front: ');
    await page.flush();
  },
  async page => {
    type(page, ' And ends.');
    await page.flush();
  },
  page => acts(page).remove(page.documents.getState().id),
];

/** All that lies in the database: of each document what the list says, its title and the texts of its branches. Every one can be read. */
async function contents(): Promise<string> {
  const where = new Tab().where;
  const library = new Library(
    where,
    () => 'x',
    () => 0,
  );
  const found: string[] = [];
  for (const { id, title, words, tokens, branches } of await library.list()) {
    const saved = readSaved((await library.raw(id)).record);
    expect(saved, id).not.toBeNull();
    const texts = saved?.set?.branches.map(branch => branch.text) ?? [saved?.text];
    const listed = [title, words, tokens, branches];
    found.push(JSON.stringify([listed, saved?.title, saved?.tokens.length, texts]));
  }
  return found.sort().join('\n');
}

/** The steps, what `look` sees between them, and how many were done. */
async function live(
  tab: Tab,
  look: () => Promise<string> = () => Promise.resolve(''),
): Promise<{ readonly states: readonly string[]; readonly done: number }> {
  vi.stubGlobal('indexedDB', new IDBFactory());
  const [put, remove] = [IDBObjectStore.prototype.put, IDBObjectStore.prototype.delete];
  IDBObjectStore.prototype.put = function (...given) {
    const request = Reflect.apply(put, this, given);
    tab.requested(this.transaction);
    return request;
  };
  IDBObjectStore.prototype.delete = function (...given) {
    const request = Reflect.apply(remove, this, given);
    tab.requested(this.transaction);
    return request;
  };
  const states: string[] = [];
  let done = 0;
  try {
    const page = await visit({ saved: tab.where });
    states.push(await look());
    for (const step of STEPS) {
      const dead = await Promise.race([step(page).then(() => false), tab.died.then(() => true)]);
      if (dead) break;
      done++;
      states.push(await look());
    }
    page.dispose();
  } finally {
    IDBObjectStore.prototype.put = put;
    IDBObjectStore.prototype.delete = remove;
  }
  return { states, done };
}

test('nothing that was written is lost, nothing is half there, and the next visit goes on with it', async () => {
  const calm = new Tab();
  const { states, done } = await live(calm, contents);
  expect(done).toBe(STEPS.length);
  expect(new Set(states).size).toBeGreaterThanOrEqual(STEPS.length - 1);
  const deaths = [
    ...Array.from({ length: calm.requests }, (_, i): Death => ({ last: i + 1, how: 'at a request' })),
    ...Array.from({ length: calm.writes }, (_, i): Death => ({ last: i + 1, how: 'unheard' })),
  ];
  expect(deaths.length).toBeGreaterThan(40);
  for (const death of deaths) {
    const { done: before } = await live(new Tab(death));
    const there = await contents();
    expect([states[before], states[before + 1]], `${death.how} ${death.last}`).toContain(there);
    const again = await visit({ saved: new Tab().where });
    type(again, ' On.');
    await again.flush();
    expect(again.documents.getState().failed).toBe(false);
    expect(await contents(), `${death.how} ${death.last}`).toContain(JSON.stringify(text(again)).slice(1, -1));
    again.dispose();
  }
});
