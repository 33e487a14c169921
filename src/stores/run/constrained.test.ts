// Constrained runs on the page: what is drawn, how it ends, what the inspector lays over it, and what an edit in the middle changes.
import { expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { Constraint } from '../../sampling/steps/constraint.ts';
import { isRunning } from './generation-types.ts';
import { pass, watchedRows } from './rows.fixture.ts';

let page: Page;
const { selected, drawnAt, sent } = watchedRows(() => page);

const YES_NO: Constraint = { kind: 'choices', text: ' yes, of course\n no, thank you' };

/** Runs to the end; what it wrote. */
async function run(steps: 'run' | 'step' = 'run'): Promise<string> {
  const before = page.document.getState().text;
  await page.generation.getState()[steps]();
  return page.document.getState().text.slice(before.length);
}

const reason = (): unknown => page.generation.getState().status;

test('a run writes a choice and ends with it; every distribution is that of its draw and sums to one', async () => {
  page = await readyPage();
  page.settings.getState().change({ constraint: YES_NO, temperature: 1.2, top_p: 1 });
  const prompt = ids(page).length;
  expect([' yes, of course', ' no, thank you']).toContain(await run());
  expect(reason()).toMatchObject({ kind: 'finished', reason: 'constraint_complete' });
  for (let place = prompt; place < ids(page).length; place++) {
    const { id, draw, made } = await drawnAt(place);
    expect(made?.pAfter(id)).toBeCloseTo(draw.pAfter, 12);
    const total = Array.from(made?.kept ?? [], each => made?.pAfter(each) ?? 0).reduce((a, b) => a + b, 0);
    expect(total).toBeCloseTo(1, 12);
    const step = made?.steps.find(({ name }) => name === 'constraint');
    expect(step?.massRemoved).toBeGreaterThan(0.2);
    expect(step?.told).toBe(
      place === prompt ? 'begins here' : `${place - prompt} ${place - prompt === 1 ? 'token' : 'tokens'} in`,
    );
  }
  const again = ids(page);
  expect(await run()).toBe('');
  expect(reason()).toMatchObject({ kind: 'finished', reason: 'constraint_complete', generated: 0 });
  expect(ids(page)).toEqual(again);
});

test('steps, and a run that is stopped and goes on, write what one run does; regenerate keeps to it', async () => {
  page = await readyPage();
  page.settings.getState().change({ constraint: YES_NO, temperature: 2, top_p: 1 });
  page.settings.getState().lockSeed(5);
  const { text } = page.document.getState();
  const whole = await run();
  page.document.getState().edit(0, page.document.getState().text.length, text);
  await until(() => !isRunning(page.generation.getState().status));
  let stepped = '';
  for (let i = 0; i < 60 && stepped !== whole; i++) stepped += await run('step');
  expect(stepped).toBe(whole);
  page.settings.getState().unlockSeed();
  await page.generation.getState().regenerate();
  expect(page.document.getState().text.startsWith(text)).toBe(true);
});

test('an edit within what was drawn counts for what follows, and text behind a whole choice begins it anew', async () => {
  page = await readyPage();
  page.settings.getState().change({ constraint: { kind: 'regex', text: '[ab]{6}[xy]' }, top_p: 1, max_new_tokens: 3 });
  const { text } = page.document.getState();
  const first = await run();
  expect(first).toMatch(/^[ab]+$/);
  const end = page.document.getState().text.length;
  page.document.getState().edit(end, end, 'a');
  page.settings.getState().change({ max_new_tokens: 20 });
  const rest = await run();
  expect(`${first}a${rest}`).toMatch(/^[ab]{6}[xy]$/);
  const { text: whole } = page.document.getState();
  page.document.getState().edit(whole.length, whole.length, '! ');
  expect(await run()).toMatch(/^[ab]{6}[xy]$/);
  expect(page.document.getState().text.startsWith(text)).toBe(true);
});

test('the inspector fetches a mask once for a place, and sliders send nothing', async () => {
  page = await readyPage();
  page.settings.getState().change({ constraint: YES_NO, top_p: 1 });
  await pass(1000);
  await until(() => selected().status === 'ready');
  const masks = (): number => page.worker.of('mask').length;
  const before = [masks(), sent('prefill')];
  expect(before[0]).toBe(1);
  page.settings.getState().change({ temperature: 0.3 });
  await pass(1000);
  const { settings } = page.settings.getState();
  expect(
    page.rows
      .getState()
      .distribution('end', settings, null)
      ?.steps.find(({ name }) => name === 'constraint'),
  ).toMatchObject({
    active: true,
    told: 'begins here',
  });
  expect([masks(), sent('prefill')]).toEqual(before);
});

test('a constraint that cannot be read fails the run and the place, each with its words', async () => {
  page = await readyPage();
  page.settings.getState().change({ constraint: { kind: 'json_schema', text: '{"multipleOf": 2}' } });
  await run();
  expect(reason()).toMatchObject({
    kind: 'failed',
    error: { code: 'bad_constraint', detail: { where: 'at #/multipleOf' } },
  });
  await pass(1000);
  await until(() => selected().status === 'failed');
  expect(selected()).toMatchObject({ status: 'failed', error: { code: 'bad_constraint' } });
  page.settings.getState().change({ constraint: { kind: 'none', text: '' } });
  await pass(1000);
  await until(() => selected().status === 'ready');
});
