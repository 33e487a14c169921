// Pinned tokens: which ones stay pinned.
import { describe, expect, test } from 'vitest';
import { V } from '../../../e2e/support/scripted-engine.ts';
import { keptRecord, type Page, type PageOptions } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { shippedJson } from '../../tokenizer/texts.fixture.ts';

const visits = visitsOf('held');
let page: Page;
const visit = async (options: PageOptions = {}): Promise<Page> => {
  page = await visits.visit(options);
  return page;
};

const pins = () => page.pins.getState();
const pinnedIds = () => pins().pins.map(pin => pin.id);
describe('which tokens', () => {
  test('at most eight, each with a look of its own that it keeps', async () => {
    await visit();
    for (let id = 10; id < 20; id++) pins().pin(id);
    expect(pinnedIds()).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
    expect(pins().pins.map(pin => pin.look)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    pins().unpin(12);
    pins().pin(10);
    expect(pins().pins.map(pin => pin.look)).toEqual([0, 1, 3, 4, 5, 6, 7]);
    pins().toggle(99);
    expect(pins().pins.at(-1)).toEqual({ id: 99, look: 2 });
    pins().toggle(99);
    expect(pinnedIds()).not.toContain(99);
    pins().clear();
    expect(pinnedIds()).toEqual([]);
  });

  test('only ids of the vocabulary', async () => {
    await visit();
    for (const id of [-1, V, 1.5, Number.NaN]) pins().pin(id);
    expect(pinnedIds()).toEqual([]);
  });

  test('a reload brings them back', async () => {
    const memory = new Map<string, unknown>();
    await visit({ memory });
    pins().pin(300);
    pins().pin(5);
    await page.flush();
    await visit({ memory });
    expect(pinnedIds()).toEqual([300, 5]);
    expect(pins().lost).toBe(0);
  });

  test('kept ones of another vocabulary are said to be lost, and so are biases', async () => {
    const memory = new Map<string, unknown>();
    await visit({ memory });
    pins().pin(300);
    page.settings.getState().change({ logit_bias: [{ id: 300, bias: 2 }] });
    await page.flush();
    await visit({ memory });
    expect(page.settings.getState()).toMatchObject({ settings: { logit_bias: [{ id: 300 }] }, lostBiases: 0 });
    const { key, record: stored } = keptRecord(memory);
    memory.set(key, { ...Object(stored), fingerprint: 'another', pins: { ids: [300, 7], fingerprint: 'another' } });
    await visit({ memory });
    expect(page.settings.getState()).toMatchObject({ settings: { logit_bias: [] }, lostBiases: 1 });
    expect(pinnedIds()).toEqual([]);
    expect(pins().lost).toBe(2);
    pins().dismissLost();
    expect(pins().lost).toBe(0);
  });

  test('another vocabulary: what is one token there too stays, under its new id', async () => {
    const json = structuredClone(shippedJson('tokenizer.json'));
    const { model } = json as { model: { vocab: Record<string, number>; merges: (string | [string, string])[] } };
    const [there, other, gone] = ['Ġthe', 'Ġand', 'Ġsmall'];
    const [a = 0, b = 0, c = 0] = [there, other, gone].map(token => model.vocab[token]);
    model.vocab[there ?? ''] = b;
    model.vocab[other ?? ''] = a;
    model.merges = model.merges.filter(
      merge => (Array.isArray(merge) ? merge.join('') : merge.replace(' ', '')) !== gone,
    );
    let swapped = false;
    await visit({
      get model() {
        return swapped ? { tokenizerJson: json, commit: 'other' } : {};
      },
    });
    for (const id of [a, c]) pins().pin(id);
    page.settings.getState().change({ logit_bias: [a, c].map(id => ({ id, bias: -100 })) });
    swapped = true;
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    expect(pins().pins).toEqual([{ id: b, look: 0 }]);
    expect(pins().lost).toBe(1);
    expect(page.settings.getState().settings.logit_bias).toEqual([{ id: b, bias: -100 }]);
    expect(page.settings.getState().lostBiases).toBe(1);
    page.settings.getState().dismissLost();
    expect(page.settings.getState().lostBiases).toBe(0);
  });
});
