// A document beside a model of another vocabulary, which opens every text with a token: nothing of its own is lost by looking.
import { expect, test } from 'vitest';
import { ids, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { NucleusError } from '../../lib/error.ts';
import { shippedJson } from '../../tokenizer/texts.fixture.ts';
import { acts, exported, type } from './documents.fixture.ts';
import { readSaved } from './saved.ts';

const { visit, arrive } = visitsOf('held');

const OPENING = '<|endoftext|>';

/** The vocabulary that ships, and two words of it in each other's place, with an opening. */
function opens(): unknown {
  const json = structuredClone(shippedJson('tokenizer.json')) as {
    added_tokens: { id: number; content: string }[];
    model: { vocab: Record<string, number> };
    post_processor: unknown;
  };
  const { vocab } = json.model;
  const [a = 0, b = 0] = [vocab['Ġthe'], vocab['Ġand']];
  [vocab['Ġthe'], vocab['Ġand']] = [b, a];
  const id = json.added_tokens.find(({ content }) => content === OPENING)?.id ?? 0;
  const special = { SpecialToken: { id: OPENING, type_id: 0 } };
  json.post_processor = {
    type: 'TemplateProcessing',
    single: [special, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [special, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [OPENING]: { id: OPENING, ids: [id], tokens: [OPENING] } },
  };
  return json;
}

/** Pages of one browser; `other` says which model they load. */
function browser(): { readonly memory: Map<string, unknown>; other: boolean; readonly options: object } {
  const here = {
    memory: new Map<string, unknown>(),
    other: false,
    get options() {
      return {
        memory: here.memory,
        firstText: 'Once upon a time',
        get model() {
          return here.other ? { tokenizerJson: opens(), digest: 'f'.repeat(64) } : {};
        },
      };
    },
  };
  return here;
}

const loadAnother = (page: Page) => page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
const loadShipped = (page: Page) => page.model.getState().loadModel({ kind: 'shipped', id: 'nucleus-3m' });
const bare = (page: Page) =>
  page.document.getState().tokens.map(({ id, origin, draw }) => ({ id, origin, seed: draw?.seed }));
const recordOf = (memory: Map<string, unknown>, id: string) => readSaved(memory.get(`document:${id}`));

test('opened again, beside another model and back: its ids and draws are there, and its record never was another', async () => {
  const here = browser();
  const page = await visit(here.options);
  type(page, ' there');
  await page.generation.getState().run();
  page.document.getState().selectToken('end');
  const { id } = page.documents.getState();
  await acts(page).create({ text: 'Another', keep: true });
  await acts(page).open(id);
  const own = bare(page);
  await page.flush();
  here.other = true;
  await loadAnother(page);
  expect(text(page).startsWith(OPENING)).toBe(true);
  // A person has chosen it, and the one before is still stored.
  expect(page.documents.getState().notice).toBeNull();
  await page.flush();
  expect(recordOf(here.memory, id)?.tokens.map(token => token.id)).toEqual(own.map(token => token.id));
  page.settings.getState().change({ temperature: 0.25 });
  await acts(page).rename(id, 'Named');
  await acts(page).rename(id, 'Named twice');
  const there = recordOf(here.memory, id);
  expect(there).toMatchObject({ title: 'Named twice', tokensOf: null, settings: { temperature: 0.25 } });
  expect(there?.text).not.toContain(OPENING);
  here.other = false;
  await loadShipped(page);
  expect(bare(page)).toEqual(own);
  await page.flush();
  expect(recordOf(here.memory, id)).toMatchObject({ text: text(page), settings: { temperature: 0.25 } });
});

test('drawn in this visit, beside another model and back: its draws are there; a reload beside the other one loses none', async () => {
  const here = browser();
  const page = await visit(here.options);
  type(page, ' there');
  await page.generation.getState().run();
  const { id } = page.documents.getState();
  const own = bare(page);
  expect(own.some(({ seed }) => seed !== undefined)).toBe(true);
  here.other = true;
  await loadAnother(page);
  expect(text(page).startsWith(OPENING)).toBe(true);
  expect(page.documents.getState().notice).toBeNull();
  await page.flush();
  expect(recordOf(here.memory, id)?.tokens.map(token => token.id)).toEqual(own.map(token => token.id));
  here.other = false;
  await loadShipped(page);
  expect(bare(page)).toEqual(own);
  expect(page.document.getState().tokens.every(({ draw }) => draw?.outdated !== true)).toBe(true);
  // Changed beside the other one it is another text, of that model.
  here.other = true;
  await loadAnother(page);
  await page.flush();
  const reloaded = await visit(here.options);
  expect(recordOf(here.memory, id)?.tokens.map(token => token.id)).toEqual(own.map(token => token.id));
  type(reloaded, '!');
  await reloaded.flush();
  expect(recordOf(here.memory, id)?.text).toBe(text(reloaded));
});

test('other weights of the same vocabulary, and back: no draw is out of date', async () => {
  const here = browser();
  const page = await visit({ memory: here.memory });
  await page.generation.getState().run();
  const own = page.document.getState().tokens.map(({ id, draw }) => ({ id, draw }));
  await loadAnother(page);
  expect(page.document.getState().tokens.some(({ draw }) => draw?.outdated === true)).toBe(true);
  await loadShipped(page);
  expect(page.document.getState().tokens.map(({ id, draw }) => ({ id, draw }))).toEqual(own);
});

test('a long one keeps its record through two names', async () => {
  const here = browser();
  const page = await visit(here.options);
  page.document.getState().setText('Once there was a small dog and the cat. '.repeat(700));
  page.document.getState().finish();
  const { id } = page.documents.getState();
  await page.flush();
  const own = ids(page);
  expect(own.length).toBeGreaterThan(4096);
  here.other = true;
  const other = await visit(here.options);
  other.document.getState().finish();
  expect(text(other).startsWith(OPENING)).toBe(true);
  await acts(other).rename(id, 'One');
  await acts(other).rename(id, 'Two');
  expect(await tokensInFile(other, id)).toBe(own.length);
});

/** How many tokens a file of the document holds, as another browser reads it. */
async function tokensInFile(page: Page, id: string): Promise<number> {
  const elsewhere = await visit({ firstText: 'Elsewhere' });
  await acts(elsewhere).imported(await exported(page, [id]));
  const [listed] = await acts(elsewhere).list();
  await acts(elsewhere).open(listed?.id ?? '');
  elsewhere.document.getState().finish();
  expect(listed?.words).toContain('Once there');
  expect(elsewhere.documents.getState().title).toBe('Two');
  return elsewhere.document.getState().tokens.length;
}

test('what is typed before a model that opens its texts stands where it was typed', async () => {
  const here = browser();
  const blocked = new NucleusError('no_webgpu', 'none');
  const first = arrive({ ...here.options, memory: here.memory, blocked, firstText: '' });
  await first.start();
  first.document.getState().edit(0, 0, 'Hello');
  await first.flush();
  first.dispose();
  here.other = true;
  const second = arrive(here.options);
  const started = second.start();
  await new Promise(resolve => setImmediate(resolve));
  second.document.getState().edit(5, 5, '!');
  await started;
  expect(text(second)).toBe(`${OPENING}Hello!`);
});

test('settings that are changed where no model can run are kept', async () => {
  const here = browser();
  const first = await visit(here.options);
  type(first, ' there');
  await first.flush();
  first.dispose();
  const { options, memory } = here;
  const second = arrive({ ...options, memory, blocked: new NucleusError('no_webgpu', 'none') });
  await second.start();
  second.settings.getState().change({ temperature: 1.6 });
  await second.flush();
  second.dispose();
  const third = await visit(options);
  expect(third.settings.getState().settings.temperature).toBe(1.6);
});

test('one that is changed before the document is there is kept, too, beside another vocabulary', async () => {
  const here = browser();
  const first = await visit(here.options);
  type(first, ' there');
  await first.generation.getState().run();
  await first.flush();
  const { id } = first.documents.getState();
  first.dispose();
  here.other = true;
  const second = arrive(here.options);
  const started = second.start();
  second.settings.getState().change({ temperature: 0.25 });
  await started;
  await second.flush();
  second.settings.getState().change({ top_p: 0.5 });
  await second.flush();
  expect(recordOf(here.memory, id)?.settings).toMatchObject({ temperature: 0.25, top_p: 0.5 });
  expect(recordOf(here.memory, id)?.tokens.some(({ draw }) => draw !== undefined)).toBe(true);
});
