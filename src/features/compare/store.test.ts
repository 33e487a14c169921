// Columns on a scripted engine: what runs of their settings draw, models one after the other with the first given back, rows and their distances.
import { describe, expect, test } from 'vitest';
import { logitsAfter, until } from '../../../e2e/support/scripted-engine.ts';
import { ids, keptRecord, type Page, type PageOptions } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { defined } from '../../lib/assert.ts';
import type { ModelSource } from '../../lib/model-source.ts';
import { divergence } from '../../sampling/compare.ts';
import { rankRow } from '../../sampling/row.ts';
import { modelTag } from '../../stores/model/model.ts';
import { distanceAt, distinctWords, firstDifferences, meanLogprob } from './measures.ts';
import type { ColumnResult } from './types.ts';
import { distanceWords, setupWords, statusWords } from './words.ts';

// Nothing is computed in the background.
const { visit } = visitsOf('held');

const OTHER: ModelSource = { kind: 'hub', repo: 'a/b', revision: 'main' };

async function open(options: PageOptions = {}): Promise<Page> {
  const page = await visit(options);
  page.settings.getState().change({ max_new_tokens: 5, end_of_text: 'continue' });
  for (const [i, { id }] of compare(page).columns.entries()) {
    compare(page).takeSettings(id);
    compare(page).change(id, { seed: 70 + i });
  }
  return page;
}
const compare = (page: Page) => page.compare.getState();
const all = (page: Page): number[] => compare(page).columns.map(({ id }) => id);
const result = (page: Page, at: number): ColumnResult => defined(compare(page).columns[at]?.result, 'a result');
const drawn = (page: Page, at: number): number[] => result(page, at).tokens.map(({ id }) => id);
const states = (page: Page): string[] => compare(page).columns.map(({ status }) => status);

describe('a run of columns', () => {
  test('draws in each what a run with its settings and seed draws; the text stays', async () => {
    const page = await open();
    const before = ids(page);
    compare(page).change(2, { settings: { ...page.settings.getState().settings, temperature: 0 } });
    await compare(page).run(all(page));
    expect(states(page)).toEqual(['done', 'done']);
    expect(ids(page)).toEqual(before);
    for (const [at, { setup }] of compare(page).columns.entries()) {
      page.settings.getState().change(setup.settings);
      page.settings.getState().setSeed(String(setup.seed));
      await page.generation.getState().run();
      expect(ids(page).slice(before.length)).toEqual(drawn(page, at));
      page.document.getState().undo();
    }
    expect(compare(page).columns.map(statusWords)).toEqual(['5 tokens, length reached', '5 tokens, length reached']);
  });

  test('of one column alone leaves the other; a prompt of its own goes on from that', async () => {
    const page = await open();
    compare(page).change(2, { prompt: 'Something else' });
    await compare(page).run([2]);
    expect(states(page)).toEqual(['empty', 'done']);
    const { tokenizer } = page.document.getState();
    expect(result(page, 1).base.map(({ id }) => id)).toEqual([...defined(tokenizer, 'one').encode('Something else')]);
  });

  test('is stopped in the middle: what has come stays, and what had no turn is stopped', async () => {
    const page = await open();
    page.settings.getState().change({ max_new_tokens: 30 });
    for (const id of all(page)) compare(page).takeSettings(id);
    const done = compare(page).run(all(page));
    await until(() => (compare(page).columns[0]?.result?.tokens.length ?? 0) >= 2);
    compare(page).stop();
    await done;
    expect(states(page)).toEqual(['stopped', 'stopped']);
    expect(drawn(page, 0).length).toBeGreaterThanOrEqual(2);
    expect(compare(page)).toMatchObject({ working: 'no', error: null });
    // A run of the page takes its place, too.
    const again = compare(page).run(all(page));
    await until(() => (compare(page).columns[0]?.result?.tokens.length ?? 0) >= 1);
    await page.generation.getState().step();
    await again;
    expect(states(page)).toEqual(['stopped', 'stopped']);
  });

  test('that fails says so in its column, and the others go on', async () => {
    let refusing = true;
    const error = { code: 'prompt_too_long', message: 'too long', detail: { tokens: 9, limit: 4 } } as const;
    const page = await open({
      intercept: (command, say) => {
        if (command.type !== 'generate' || !refusing) return false;
        refusing = false;
        say({ type: 'failed', run: command.run, error });
        return true;
      },
    });
    await compare(page).run(all(page));
    expect(states(page)).toEqual(['failed', 'done']);
    expect(compare(page).columns[0]?.error?.code).toBe('prompt_too_long');
  });
});

describe('columns', () => {
  test('are added, duplicated and removed; the reference stays one of them', async () => {
    const page = await open();
    compare(page).duplicate(1);
    expect(all(page)).toEqual([1, 3, 2]);
    expect(compare(page).columns[1]?.setup).toEqual(compare(page).columns[0]?.setup);
    compare(page).add();
    compare(page).remove(1);
    expect(compare(page).reference).toBe(3);
    for (let i = 0; i < 9; i++) compare(page).add();
    expect(all(page)).toHaveLength(6);
    for (const id of all(page)) compare(page).remove(id);
    expect(all(page)).toHaveLength(1);
  });

  test('become a branch or a document', async () => {
    const page = await open();
    const before = ids(page);
    await compare(page).run([1]);
    compare(page).toBranch(1);
    expect(ids(page)).toEqual([...before, ...drawn(page, 0)]);
    page.document.getState().undo();
    expect(ids(page)).toEqual(before);
    const { id } = page.documents.getState();
    await compare(page).toDocument(1);
    expect(page.documents.getState().id).not.toBe(id);
    expect(ids(page)).toEqual([...before, ...drawn(page, 0)]);
  });

  test('of another document have nothing to show, and its branches are not those of this one', async () => {
    const page = await open();
    await compare(page).run([1]);
    compare(page).change(2, { branch: page.document.getState().branch, seed: 9 });
    await compare(page).look(1);
    const { setup } = defined(compare(page).columns[0], 'a column');
    await page.documents.getState().acts?.create({ text: 'Another text', keep: true });
    expect(compare(page)).toMatchObject({ place: null, working: 'no' });
    expect(states(page)).toEqual(['empty', 'empty']);
    expect(compare(page).columns[0]?.setup).toEqual(setup);
    expect(compare(page).columns[1]?.setup).toMatchObject({ branch: null, seed: 9 });
    // Those that are under way end with theirs.
    page.settings.getState().change({ max_new_tokens: 30 });
    for (const id of all(page)) compare(page).takeSettings(id);
    const done = compare(page).run(all(page));
    await until(() => (compare(page).columns[0]?.result?.tokens.length ?? 0) >= 2);
    await page.documents.getState().acts?.create({ text: 'A third one', keep: true });
    await done;
    expect(states(page)).toEqual(['empty', 'empty']);
    expect(compare(page).columns.map(({ result: each }) => each)).toEqual([null, null]);
  });

  test('go on where another tab has written the document and a copy takes its place', async () => {
    const memory = new Map<string, unknown>();
    const page = await open({ memory, tab: 'one' });
    await page.flush();
    const two = await open({ memory, tab: 'two' });
    expect(two.documents.getState().id).toBe(page.documents.getState().id);
    page.settings.getState().change({ max_new_tokens: 30 });
    for (const id of all(page)) compare(page).takeSettings(id);
    two.document.getState().edit(0, 0, 'In two: ');
    const done = compare(page).run(all(page));
    await until(() => (compare(page).columns[0]?.result?.tokens.length ?? 0) >= 2);
    await two.flush();
    await page.flush();
    expect(page.documents.getState().notice).toMatchObject({ kind: 'copied' });
    expect(page.documents.getState().id).not.toBe(two.documents.getState().id);
    await done;
    expect(states(page)).toEqual(['done', 'done']);
    expect(drawn(page, 1)).toHaveLength(30);
  });

  test('show branches from where they part, each token with its row', async () => {
    const page = await open();
    const length = ids(page).length;
    await page.generation.getState().run();
    const first = ids(page);
    page.document.getState().choose(length + 1, 65);
    await page.generation.getState().run();
    const branches = page.document.getState().branches;
    for (const id of all(page)) compare(page).change(id, { branch: branches[id - 1]?.id ?? null });
    await compare(page).run(all(page));
    expect(states(page)).toEqual(['done', 'done']);
    expect(drawn(page, 0)).toEqual(first.slice(length + 1));
    expect(result(page, 1).tokens[0]?.id).toBe(65);
    expect(compare(page).columns.map(({ result: each }) => each?.base.length)).toEqual([length + 1, length + 1]);
    const { stats, top } = defined(result(page, 1).tokens[1], 'a token');
    const row = rankRow(logitsAfter(Uint32Array.from([...first.slice(0, length + 1), 65])));
    expect(stats?.logZ).toBeCloseTo(row.logZ, 9);
    expect(top?.ids).toEqual(row.order.slice(0, 25));
  });
});

describe('models', () => {
  test('are asked for, loaded one after the other, and the first is given back with its text', async () => {
    const page = await open();
    await page.generation.getState().run();
    const { tokens } = page.document.getState();
    page.document.getState().choose(tokens.length - 1, 65);
    const { branches } = page.document.getState();
    const tag = modelTag(page.model.getState());
    compare(page).change(1, { model: OTHER });
    await compare(page).run(all(page));
    expect(compare(page).asking).toMatchObject({ models: ['a/b'], columns: [1, 2] });
    await compare(page).answer(false);
    expect(states(page)).toEqual(['empty', 'empty']);
    await compare(page).run(all(page));
    await compare(page).answer(true);
    expect(states(page)).toEqual(['done', 'done']);
    // The column of the model in use came first: it was loaded once again, at the end.
    const loads = page.worker.of('load').map(({ source }) => source.kind);
    expect(loads).toEqual(['shipped', 'hub', 'shipped']);
    expect(modelTag(page.model.getState())).toBe(tag);
    expect(page.document.getState().branches).toEqual(branches);
    expect(
      page.document
        .getState()
        .branches.flatMap(each => each.tokens)
        .some(({ draw }) => draw?.outdated),
    ).toBe(false);
    expect(result(page, 0).model.digest).not.toBe(result(page, 1).model.digest);
    // Its rows are parts now: the divergence is bounded, and exact where whole rows were kept.
    const parts = distanceAt(result(page, 0), result(page, 1), 0);
    expect(parts.kind === 'known' && parts.least < parts.most).toBe(true);
    compare(page).setKeepRows(true);
    await compare(page).run(all(page));
    await compare(page).answer(true);
    await compare(page).measure();
    const exact = distanceAt(result(page, 0), result(page, 1), 0);
    const [p, q] = [0, 1].map(at => rankRow(defined(result(page, at).rows.get(0), 'a row')));
    expect(exact).toMatchObject({
      kind: 'known',
      least: expect.closeTo(divergence(defined(p, 'p'), defined(q, 'q')), 9),
    });
    if (exact.kind === 'known' && parts.kind === 'known') expect(parts.least).toBeLessThanOrEqual(exact.least + 1e-6);
  });

  test('Stop leaves the way back to the first one alone', async () => {
    const page = await open();
    const tag = modelTag(page.model.getState());
    compare(page).change(2, { model: OTHER });
    await compare(page).run(all(page));
    const done = compare(page).answer(true);
    await until(() => compare(page).working === 'back');
    expect(page.model.getState().load.status).toBe('loading');
    compare(page).stop();
    expect(compare(page).working).toBe('back');
    await done;
    expect(modelTag(page.model.getState())).toBe(tag);
    expect(states(page)).toEqual(['done', 'done']);
  });

  test('another document that is opened meanwhile keeps its own settings and text', async () => {
    const page = await open();
    page.settings.getState().change({ logit_bias: [{ id: 5, bias: 3 }] });
    compare(page).change(2, { model: OTHER });
    await compare(page).run(all(page));
    const done = compare(page).answer(true);
    await until(() => compare(page).working === 'back');
    await page.documents.getState().acts?.create({ text: 'Another text', keep: true });
    page.settings.getState().change({ logit_bias: [] });
    await done;
    expect(page.document.getState().text).toBe('Another text');
    expect(page.settings.getState().settings.logit_bias).toEqual([]);
    expect(states(page)).toEqual(['empty', 'empty']);
  });

  test('leave the record of a document of a third one as it is', async () => {
    const memory = new Map<string, unknown>();
    const first = await open({ memory, firstText: 'Far away' });
    await first.generation.getState().run();
    await first.flush();
    const { key, record } = keptRecord(memory);
    memory.set(key, { ...Object(record), fingerprint: 'another', model: 'f'.repeat(64) });
    const kept = structuredClone(memory.get(key));
    const page = await visit({ memory });
    for (const { id } of compare(page).columns)
      compare(page).change(id, { settings: { ...page.settings.getState().settings, max_new_tokens: 3 } });
    compare(page).change(2, { model: OTHER });
    await compare(page).run(all(page));
    await compare(page).answer(true);
    expect(states(page)).toEqual(['done', 'done']);
    await page.flush();
    expect(memory.get(key)).toEqual(kept);
  });

  test('that cannot be had leave the first one in use', async () => {
    const page = await open({
      intercept: (command, say) => {
        if (command.type !== 'load' || command.source.kind !== 'hub') return false;
        say({ type: 'failed', run: command.run, error: { code: 'not_found', message: 'no', detail: {} } });
        return true;
      },
    });
    compare(page).change(2, { model: OTHER });
    await compare(page).run(all(page));
    await compare(page).answer(true);
    expect(states(page)).toEqual(['done', 'stopped']);
    expect(compare(page).error).toMatchObject({ code: 'not_found' });
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: { kind: 'shipped' } } });
  });
});

describe('distances', () => {
  test('are nothing where the same weights read the same ids, and exact from whole rows elsewhere', async () => {
    const page = await open();
    await compare(page).run(all(page));
    const [a, b] = [result(page, 0), result(page, 1)];
    expect(distanceAt(a, b, 0)).toEqual({ kind: 'known', least: 0, most: 0 });
    const [first = 0] = firstDifferences([a, b], 0);
    const behind = (first ?? 0) + 1;
    const parts = distanceAt(a, b, behind);
    expect(distanceWords(parts)).toContain('at least');
    await compare(page).look(behind);
    expect(compare(page)).toMatchObject({ place: behind, working: 'no' });
    const exact = distanceAt(result(page, 0), result(page, 1), behind);
    const rows = [a, b].map(({ base, tokens }) =>
      rankRow(logitsAfter(Uint32Array.from(base.concat(tokens.slice(0, behind)), ({ id }) => id))),
    );
    const expected = divergence(defined(rows[0], 'a'), defined(rows[1], 'b'));
    expect(exact).toMatchObject({
      kind: 'known',
      least: expect.closeTo(expected, 9),
      most: expect.closeTo(expected, 9),
    });
  });

  test('stay bounds where rows come in parts', async () => {
    const page = await open({
      intercept: (command, say) => {
        if (command.type !== 'row') return false;
        const { run, position, tokens } = command;
        const row = rankRow(logitsAfter(tokens.subarray(0, position + 1)));
        const logits = new Float32Array(row.logits.length).fill(Number.NEGATIVE_INFINITY);
        let outside = 1;
        for (const id of row.order.slice(0, 5)) {
          logits[id] = (row.logits[id] ?? 0) - row.logZ;
          outside -= Math.exp(logits[id]);
        }
        say({ type: 'row', run, position, logits, outside });
        say({ type: 'done', run });
        return true;
      },
    });
    await compare(page).run(all(page));
    await compare(page).look(4);
    expect(result(page, 0).rows.size).toBe(0);
    const parts = distanceAt(result(page, 0), result(page, 1), 4);
    expect(parts.kind === 'known' && parts.most).toBe(Number.POSITIVE_INFINITY);
    compare(page).change(1, { branch: page.document.getState().branch });
    await compare(page).run([1]);
    const [token] = result(page, 0).tokens;
    expect(token?.top?.ids.length).toBe(5);
  });

  test('are none between vocabularies, where texts are compared', async () => {
    const page = await open();
    compare(page).change(2, { seed: 70 });
    await compare(page).run(all(page));
    const [a, b] = [result(page, 0), result(page, 1)];
    expect(firstDifferences([a, b], 0)).toEqual([null, null]);
    const other = { ...b, tokenizer: Object.create(b.tokenizer, { fingerprint: { value: 'other' } }) };
    expect(distanceWords(distanceAt(a, other, 0))).toBe('not comparable: other vocabulary');
    expect(firstDifferences([a, other], 0)).toEqual([null, null]);
    expect(firstDifferences([a, { ...other, tokens: other.tokens.slice(1) }], 0)[0]).not.toBeNull();
    expect(distanceAt(a, b, 99)).toEqual({ kind: 'none' });
  });

  test('and what else is told of a column', async () => {
    const page = await open();
    await compare(page).run([1]);
    const logprobs = result(page, 0).tokens.map(({ stats }) => stats?.logprob ?? Number.NaN);
    expect(meanLogprob(result(page, 0))).toBeCloseTo(logprobs.reduce((sum, each) => sum + each, 0) / 5, 12);
    expect(meanLogprob({ tokens: [] })).toBeNull();
    expect(distinctWords('One fox, one Fox: one.')).toBe(4);
    expect(setupWords({ ...defined(compare(page).columns[0], 'a column').setup, prompt: 'x' }, '')).toContain(
      'own prompt',
    );
  });
});
