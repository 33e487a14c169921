// The page where no model can run: the recorded run opens beside what a person has, every view has its numbers, and all else is refused in one sentence.
import { afterEach, describe, expect, test } from 'vitest';
import { makePage, type Page } from '../../e2e/support/scripted-page.ts';
import { openRecorded, showRecorded } from '../features/models/openRecorded.ts';
import { NucleusError } from '../lib/error.ts';
import type { RecordedRun, WireError } from '../protocol/events.ts';
import { messageFor } from '../stores/messages.ts';
import { FOLLOW_STEPS } from '../stores/view.ts';

const OWN = 'A text of my own, which nobody may write over.';
const BLOCKED = new NucleusError('no_webgpu', 'navigator.gpu is missing', {});
const pages: Page[] = [];
/** Views wait for the text to rest. */
const until = (what: () => boolean): Promise<void> => expect.poll(what, { timeout: 60_000 }).toBe(true);
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});

async function opened(): Promise<{ page: Page; run: RecordedRun }> {
  const page = makePage({ blocked: BLOCKED });
  pages.push(page);
  await page.start();
  page.document.getState().setText(OWN);
  await openRecorded(page);
  const { load } = page.model.getState();
  if (load.status !== 'ready' || load.model.recorded === undefined) throw new Error(JSON.stringify(load));
  return { page, run: load.model.recorded };
}

const selectedRow = (page: Page) => page.rows.getState().selected;

/** The sentence of an error that a recording gives. */
function refusal(error: WireError | undefined): string {
  expect(error?.code).toBe('not_recorded');
  return error === undefined ? '' : messageFor(error).text;
}

describe('the recorded run', () => {
  test('is a document of its own: text, draws and numbers are there, what a person wrote is kept', async () => {
    const { page, run } = await opened();
    const { tokens } = page.document.getState();
    expect(tokens.map(({ id }) => id)).toEqual(run.ids);
    expect(tokens.filter(({ origin }) => origin === 'drawn').length).toBe(run.ids.length - run.prompt);
    expect(page.workers.flatMap(({ posted }) => posted.filter(({ type }) => type !== 'cache_list'))).toEqual([]);
    await until(() =>
      page.document
        .getState()
        .tokens.slice(1)
        .every(({ stats }) => stats !== undefined),
    );
    for (const { origin, stats } of page.document.getState().tokens.slice(1)) {
      expect(stats?.logprob).toBeLessThan(0);
      if (origin === 'drawn') expect(stats?.rank).toBeLessThan(200);
    }
    const { acts } = page.documents.getState();
    const listed = (await acts?.list()) ?? [];
    const own = listed.find(({ words }) => words.startsWith('A text of my own'));
    if (own === undefined) throw new Error(JSON.stringify(listed));
    await acts?.open(own.id);
    expect(page.document.getState().text).toBe(OWN);
    // And back: no second copy.
    await showRecorded(page);
    expect(page.document.getState().tokens.map(({ id }) => id)).toEqual(run.ids);
    expect((await acts?.list())?.length).toBe(listed.length);
  });

  test('has no other recording stand in for it, however long it takes to come', async () => {
    const page = makePage({ blocked: BLOCKED });
    pages.push(page);
    await page.start();
    let waited = false;
    page.model.subscribe(() => {
      waited ||= [...page.waits].some(({ ms }) => ms === 1_500);
    });
    await openRecorded(page);
    expect(page.model.getState()).toMatchObject({ load: { status: 'ready' }, coming: null });
    expect(waited).toBe(false);
  });

  test('every place has its row, which the settings reshape', async () => {
    const { page, run } = await opened();
    for (const place of [1, run.prompt, run.ids.length - 1, 'end'] as const) {
      page.document.getState().selectToken(place);
      await until(() => selectedRow(page).status === 'ready' && selectedRow(page).place === place);
      const { settings } = page.settings.getState();
      const cold = page.rows.getState().distribution(place, { ...settings, temperature: 0.3 }, 1);
      const warm = page.rows.getState().distribution(place, { ...settings, temperature: 1.5 }, 1);
      expect(cold).not.toEqual(warm);
    }
  });

  test('lens, attention and picture of the model at every place', async () => {
    const { page, run } = await opened();
    page.lens.getState().see(0, run.ids.length);
    page.lens.getState().enter();
    page.attention.getState().enter();
    page.attention.getState().setPanel('map');
    page.attention.getState().choose({ layer: 1, head: 2 });
    page.flow.getState().enter();
    for (const place of [2, run.prompt + 1, 'end'] as const) {
      page.document.getState().selectToken(place);
      await until(() => page.lens.getState().probe.status === 'ready');
      await until(() => page.attention.getState().row?.ids.length === (place === 'end' ? run.ids.length : place + 1));
      await until(() => page.flow.getState().probe.status === 'ready');
    }
    await until(() => page.attention.getState().mapProbe.status === 'ready');
    const { layers, columns } = page.lens.getState();
    expect([layers, columns]).toEqual([7, run.ids.length]);
    expect(page.lens.getState().cell(6, columns - 1)?.topLogprob).toBeLessThan(0);
    const weights = page.attention.getState().row?.mean ?? [];
    expect([...weights].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 3);
  });

  test('ablation of a head at the end, a sweep at any place; several parts are refused', async () => {
    const { page, run } = await opened();
    const ablation = page.ablation;
    ablation.getState().enter();
    ablation.getState().toggle({ kind: 'head', layer: 2, head: 3 });
    await until(() => ablation.getState().probe.status === 'ready' && ablation.getState().comparison?.off.length === 1);
    expect(ablation.getState().comparison?.ablated.row).not.toEqual(ablation.getState().comparison?.plain.row);
    ablation.getState().toggle({ kind: 'mlp', layer: 5 });
    await until(() => ablation.getState().probe.status === 'failed');
    const { probe } = ablation.getState();
    expect(refusal(probe.status === 'failed' ? probe.error : undefined)).toMatch(/each head.* alone/);
    ablation.getState().reset();
    page.document.getState().selectToken(run.prompt);
    await until(() => ablation.getState().probe.status === 'ready' && ablation.getState().target !== null);
    await ablation.getState().runSweep();
    expect(ablation.getState().sweep?.swept.length).toBe(36);
  });

  test('every step of one token, the cost of repeating, a tree, and three searches', async () => {
    const { page, run } = await opened();
    page.follow.getState().enter();
    for (const step of FOLLOW_STEPS) {
      page.view.getState().setFollowStep(step);
      await until(() => page.follow.getState().probe.status === 'ready');
    }
    page.follow.getState().measure();
    await until(() => page.follow.getState().measuring.status === 'done');
    expect(page.follow.getState().measured?.lengths.length).toBeGreaterThan(2);
    await page.growth.getState().grow('end');
    expect(page.growth.getState().growth?.nodes.length).toBeGreaterThan(3);
    for (const kind of ['beam', 'contrastive', 'best_first'] as const) {
      page.search.getState().setKind(kind);
      await page.search.getState().start();
      expect(page.search.getState().error).toBeNull();
      expect(page.search.getState().findings[0]?.kind).toBe(kind);
    }
    expect(page.document.getState().tokens.length).toBe(run.ids.length);
  });

  test('what was not recorded is refused in one sentence, and a typed text is safe', async () => {
    const { page } = await opened();
    await page.generation.getState().run();
    const { status } = page.generation.getState();
    expect(refusal(status.kind === 'failed' ? status.error : undefined)).toMatch(/recording.*WebGPU/);
    const text = `${page.document.getState().text} And then I wrote this.`;
    page.document.getState().setText(text);
    page.document.getState().selectToken('end');
    await until(() => selectedRow(page).status === 'failed');
    const selected = selectedRow(page);
    expect(refusal(selected.status === 'failed' ? selected.error : undefined)).toContain('its own text alone');
    expect(page.document.getState().text).toBe(text);
  });
});
