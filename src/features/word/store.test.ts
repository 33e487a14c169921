// The card of a token: what it knows, what it asks for and when, and when it goes away.
import { expect, test } from 'vitest';
import { logitsAfter, turn, until, V } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { rankRow } from '../../sampling/row.ts';
import { pass, watchedRows } from '../../stores/run/rows.fixture.ts';
import { cardStore } from './store.ts';

let page: Page;
const { sent } = watchedRows(() => page);
const card = () => cardStore.of(page).getState();
const BOXES = [{ left: 0, top: 0, width: 10, height: 10 }];
const show = (place: number | 'end'): void => card().show({ place, by: 'pointer', boxes: BOXES });

test('asks for the row of a place once, and says the numbers that it gives', async () => {
  page = await readyPage();
  await pass(1000);
  show(3);
  expect(card()).toMatchObject({ asked: { kind: 'coming' } });
  await until(() => card().facts(3).lack === null);
  const row = rankRow(logitsAfter(Uint32Array.from(ids(page).slice(0, 3))));
  const { ranked, probability, rank } = card().facts(3);
  expect(Array.from(ranked?.ids.subarray(0, 5) ?? [])).toEqual(Array.from(row.order.subarray(0, 5)));
  const id = ids(page)[3] ?? 0;
  expect(probability).toBeCloseTo(Math.exp((row.logits[id] ?? 0) - row.logZ), 9);
  expect(rank).toBe(row.order.indexOf(id) + 1);
  expect(card().asked.kind).toBe('nothing');
  const [before, prefills] = [sent('row'), sent('prefill')];
  card().hide();
  show(3);
  await pass(500);
  expect([sent('row'), sent('prefill'), card().asked.kind]).toEqual([before, prefills, 'nothing']);
  // The selected token and its row are as they were.
  expect(page.document.getState().selected).toBe('end');
  expect(page.rows.getState().selected).toMatchObject({ status: 'ready', place: 'end' });
});

test('a drawn token has its candidates with it; the first has none', async () => {
  page = await readyPage({ model: { eosIds: [] } });
  await pass(1000);
  const first = ids(page).length;
  await page.generation.getState().step();
  const asked = sent('row') + sent('prefill');
  show(first);
  expect(card().facts(first)).toMatchObject({ lack: null, ranked: { vocabulary: V } });
  show(0);
  expect(card().facts(0).lack).toBe('first');
  expect(card().asked.kind).toBe('nothing');
  expect(sent('row') + sent('prefill')).toBe(asked);
});

test('is never in the way of a run: it asks when that has ended, and stays while the run only adds', async () => {
  const hold = { on: false };
  let goOn = (): void => {};
  const gate = new Promise<void>(resolve => {
    goOn = resolve;
  });
  page = await readyPage({ model: { eosIds: [] }, turn: () => (hold.on ? gate : turn()) });
  await pass(1000);
  hold.on = true;
  const run = page.generation.getState().run();
  await pass(10);
  const before = sent('row');
  show(2);
  expect(card().asked.kind).toBe('behind');
  expect(sent('row')).toBe(before);
  hold.on = false;
  goOn();
  await run;
  await until(() => card().facts(2).lack === null);
  expect(card().shown?.place).toBe(2);
  expect(sent('row')).toBe(before + 1);
});

test('what takes long is asked for by a person', async () => {
  page = await readyPage({ model: { parameters: 1e12 } });
  await pass(1000);
  const before = sent('row') + sent('prefill');
  show(4);
  expect(card().asked).toMatchObject({ kind: 'costly' });
  expect(sent('row') + sent('prefill')).toBe(before);
  await card().ask();
  expect(card().facts(4).lack).toBeNull();
});

test('an edit, another branch, a dialog and another model close it', async () => {
  page = await readyPage();
  await pass(1000);
  const acts = [
    () => page.document.getState().edit(text(page).length, text(page).length, ' fox'),
    () => page.document.getState().choose(3, 5),
    () => page.document.getState().undo(),
    () => page.view.getState().open('keys'),
  ];
  for (const act of acts) {
    show(2);
    act();
    expect(card().shown).toBeNull();
  }
});
