// The format of the weights as the page offers and tells it: bytes, what it means, what does not fit; and that a choice is kept with its model.
import { createElement } from 'react';
import { afterEach, describe, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { FORMATS, until } from '../../../e2e/support/scripted-engine.ts';
import { loseDevice, makePage, type Page, type PageOptions, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { FormatChoice as Format, FormatNeeds } from '../../lib/weight-format.ts';
import { modelTag } from '../../stores/model/model.ts';
import { CurrentModel } from './CurrentModel.tsx';
import { FormatChoice } from './FormatChoice.tsx';
import { formatAmong, needsIn } from './formatWords.ts';
import { ModelButton } from './ModelButton.tsx';

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});
async function open(options: PageOptions = {}): Promise<Page> {
  const page = await readyPage(options);
  pages.push(page);
  return page;
}

const words = (markup: string): string => markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const choice = (page: Page, formats: readonly FormatNeeds[], value: Format): string =>
  words(rendered(page, createElement(FormatChoice, { formats, value, onChange: () => {} })));

describe('the choice', () => {
  test('every format with its bytes, and what the chosen one means', async () => {
    const page = await open();
    const shown = choice(page, FORMATS, 'int8');
    for (const label of ['f16 as stored · 200 MB', 'f32 · 400 MB', 'int8 · 110 MB', 'int4 · 70.0 MB'])
      expect(shown).toContain(label);
    expect(shown).toContain(
      'int8 keeps the likeliest token at 99.7 % of positions of a text as it knows them, and 98.9 % of a strange one; probabilities move by 0.000013 and 0.00013 nats',
    );
    expect(choice(page, FORMATS, 'int4')).toContain('99.2 % of positions');
    expect(choice(page, FORMATS, 'stored')).toContain('nothing is rounded');
    expect(shown).not.toContain('does not fit');
  });

  test('what does not fit is said and not offered', async () => {
    const formats = FORMATS.map(each => (each.weightBytes < 150e6 ? each : { ...each, reason: 'Too large.' }));
    const shown = choice(await open(), formats, 'int8');
    expect(shown).toContain(
      'In f16 as stored, f32 it does not fit this adapter. Too large. int8 is the largest that does.',
    );
    expect(shown).not.toContain('200 MB');
    expect(formatAmong(formats, 'stored', 'int8')).toBe('int8');
    expect(formatAmong(formats, 'int4', 'int8')).toBe('int4');
  });

  test('quantised files have one format, and nothing to choose', async () => {
    expect(
      choice(await open(), [{ format: 'stored', dtype: 'q4_k', weightBytes: 9, reason: '', heavy: false }], 'stored'),
    ).toBe('');
  });

  test('the memory that a model takes in another format', () => {
    const needs = { n_ctx: 64, slotLimit: 64, slotBytes: 8, baseBytes: 230e6 };
    expect(needsIn(needs, FORMATS, 'stored', 'int8')).toEqual({ ...needs, baseBytes: 140e6 });
    expect(needsIn(needs, FORMATS, 'stored', 'stored')).toEqual(needs);
  });
});

describe('the model in use', () => {
  test('another format is another model of the same name: its numbers, its tag, its words', async () => {
    const page = await open();
    await page.generation.getState().run();
    const tag = modelTag(page.model.getState());
    await page.model.getState().keepFormat('int8');
    expect(page.worker.of('load').map(({ format }) => format)).toEqual([undefined, 'int8']);
    expect(modelTag(page.model.getState())).toBe(`${tag}:int8`);
    expect(page.document.getState().tokens.at(-1)).toMatchObject({ origin: 'drawn', draw: { outdated: true } });
    expect(words(rendered(page, createElement(ModelButton)))).toContain('int8 ·');
    expect(words(rendered(page, createElement(CurrentModel)))).toContain('int8, ');
    await page.model.getState().keepFormat('stored');
    expect(modelTag(page.model.getState())).toBe(tag);
    expect(page.model.getState().formats).toEqual({});
  });

  test('is loaded as it was last, by name and after a lost device; another model as stored', async () => {
    const page = await open();
    await page.model.getState().keepFormat('int4');
    loseDevice(page);
    await until(() => page.worker.of('load').length === 3 && page.model.getState().load.status === 'ready');
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await page.model.getState().loadDefault();
    expect(page.worker.of('load').map(({ format }) => format)).toEqual([undefined, 'int4', 'int4', undefined, 'int4']);
  });

  test('opened files may be any, whatever was chosen for others of their name', async () => {
    const page = await open();
    const source = { kind: 'local', name: 'mine' } as const;
    await page.model.getState().loadModel(source, { files: [] });
    await page.model.getState().keepFormat('int8');
    await page.model.getState().loadModel(source, { files: [] });
    expect(page.worker.of('load').map(({ format }) => format)).toEqual([undefined, undefined, 'int8', undefined]);
  });

  test('the next visit has it in the same format, and draws of it as they were', async () => {
    const memory = new Map<string, unknown>();
    const page = await open({ memory });
    await page.model.getState().keepFormat('int8');
    await page.generation.getState().run();
    await page.flush();
    const next = makePage({ memory });
    pages.push(next);
    await next.start();
    expect(next.worker.of('load').map(({ format }) => format)).toEqual(['int8']);
    expect(next.document.getState().tokens.at(-1)).toMatchObject({ draw: { outdated: false } });
  });
});
