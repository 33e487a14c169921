// The way back after a run of columns: from models of its own alone, and over nothing that a person has done meanwhile.
import { describe, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import type { Page, PageOptions } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import type { ModelSource } from '../../lib/model-source.ts';
import { shippedJson } from '../../tokenizer/texts.fixture.ts';

const { visit } = visitsOf('held');

const OTHER: ModelSource = { kind: 'hub', repo: 'a/b', revision: 'main' };
const THIRD: ModelSource = { kind: 'hub', repo: 'c/d', revision: 'main' };
const WHOLE = { kind: 'hub', repo: 'e/f', revision: 'main' } as const;

const compare = (page: Page) => page.compare.getState();
const states = (page: Page): string[] => compare(page).columns.map(({ status }) => status);
const loads = (page: Page): string[] =>
  page.worker.of('load').map(({ source }) => (source.kind === 'hub' ? source.repo : source.kind));

/** Two columns long enough to act in the middle of them, the second on the model of `second`. */
async function open(second: ModelSource | null, options: PageOptions = {}): Promise<Page> {
  const page = await visit(options);
  page.settings.getState().change({ max_new_tokens: 30, end_of_text: 'continue' });
  for (const { id } of compare(page).columns) compare(page).takeSettings(id);
  compare(page).change(2, { model: second });
  return page;
}

/** A run of both, to the question and its yes. */
async function run(page: Page): Promise<void> {
  await compare(page).run([1, 2]);
  if (compare(page).asking !== null) await compare(page).answer(true);
}

/** The column of this place draws. */
const draws = (page: Page, at: number): Promise<void> =>
  until(() => (compare(page).columns[at]?.result?.tokens.length ?? 0) >= 2);

describe('a model', () => {
  test('that a person loads in the middle stays, where the run had loaded none', async () => {
    const page = await open(null);
    const done = run(page);
    await draws(page, 0);
    const loading = page.model.getState().loadModel(THIRD);
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
    expect(loads(page)).toEqual(['shipped', 'c/d']);
    expect(states(page)).toEqual(['stopped', 'stopped']);
    expect(compare(page).working).toBe('no');
  });

  test('that a person loads in the place of one of the run stays', async () => {
    const page = await open(OTHER);
    const done = run(page);
    await draws(page, 1);
    const loading = page.model.getState().loadModel(THIRD);
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
    expect(loads(page)).toEqual(['shipped', 'a/b', 'c/d']);
    expect(states(page)).toEqual(['done', 'stopped']);
  });

  test('that a person loads while one of the run is on its way stays', async () => {
    const page = await open(OTHER);
    const done = run(page);
    await until(() => page.model.getState().load.status === 'loading');
    const loading = page.model.getState().loadModel(THIRD);
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
    expect(loads(page)).toEqual(['shipped', 'a/b', 'c/d']);
  });

  test('that a person opens again with other keys and values stays so', async () => {
    const page = await open(null);
    const done = run(page);
    await draws(page, 0);
    const loading = page.model.getState().keepKv('f16');
    await Promise.all([done, loading]);
    expect(page.model.getState()).toMatchObject({ load: { status: 'ready' }, context: { kv: 'f16' } });
    expect(loads(page)).toEqual(['shipped', 'shipped']);
  });

  test.each(['person', 'tab'] as const)('stays let go by a %s, whoever had loaded it', async by => {
    for (const [second, at] of [[null, 0] as const, [OTHER, 1] as const]) {
      const page = await open(second);
      const done = run(page);
      await draws(page, at);
      page.model.getState().unload(by);
      await done;
      expect(page.model.getState()).toMatchObject({ load: { status: 'idle' }, letGo: { by } });
      expect(page.workers).toHaveLength(1);
    }
  });

  test('that a person loads goes on loading where the run is stopped before it has heard of it', async () => {
    const page = await open(null);
    const done = run(page);
    await draws(page, 0);
    const loading = page.model.getState().loadModel(THIRD);
    compare(page).stop();
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
  });

  test('of the run gives way to the first one where the run is stopped, also while it loads', async () => {
    for (const there of [false, true]) {
      const page = await open(OTHER);
      const done = run(page);
      await (there ? draws(page, 1) : until(() => page.model.getState().load.status === 'loading'));
      compare(page).stop();
      await done;
      expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: { kind: 'shipped' } } });
      expect(states(page)).toEqual(['done', 'stopped']);
    }
  });

  test('that a person loads on the way back stays', async () => {
    const page = await open(OTHER);
    const done = run(page);
    await until(() => compare(page).working === 'back');
    const loading = page.model.getState().loadModel(THIRD);
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
  });
});

const [END, OPENING, THE, AND, SMALL] = ['<|endoftext|>', '<s>', 'Ġthe', 'Ġand', 'Ġsmall'] as const;
const shipped = shippedJson('tokenizer.json') as {
  added_tokens: { id: number; content: string }[];
  model: { vocab: Record<string, number>; merges: (string | [string, string])[] };
  post_processor: unknown;
};
const [the = 0, and = 0, small = 0] = [THE, AND, SMALL].map(token => shipped.model.vocab[token]);

/** The vocabulary that ships with two words of it in each other's place, one that is no token unless it `has` all, and an opening. */
function anotherVocabulary(has = false): unknown {
  const json = structuredClone(shipped);
  const { [END]: id = 0, ...vocab } = json.model.vocab;
  json.model.vocab = { ...vocab, [OPENING]: id, [THE]: and, [AND]: the };
  json.added_tokens = json.added_tokens.map(token => (token.id === id ? { ...token, content: OPENING } : token));
  json.model.merges = json.model.merges.filter(merge => has || [merge].flat().join('').replace(' ', '') !== SMALL);
  const special = { SpecialToken: { id: OPENING, type_id: 0 } };
  json.post_processor = {
    type: 'TemplateProcessing',
    single: [special, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [special, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [OPENING]: { id: OPENING, ids: [id], tokens: [OPENING] } },
  };
  return json;
}

/** Models of the Hub have another vocabulary, and one of them has all words in it. */
function vocabularies(): PageOptions {
  let shown = {};
  const [another, whole] = [false, true].map(has => ({ tokenizerJson: anotherVocabulary(has) }));
  return {
    intercept: command => {
      if (command.type !== 'load') return false;
      shown = { ...(command.source.kind === 'hub' && (command.source.repo === WHOLE.repo ? whole : another)) };
      return false;
    },
    get model() {
      return shown;
    },
  };
}

describe('biases', () => {
  const biases = (page: Page) => page.settings.getState().settings.logit_bias;
  const change = (page: Page, logit_bias: ReturnType<typeof biases>): void =>
    page.settings.getState().change({ logit_bias });
  const BEFORE = [
    { id: the, bias: 2 },
    { id: small, bias: 3 },
    { id: and, bias: -4 },
  ];

  test('that nobody touched come back in the ids of the first model, also those that the other had no token for', async () => {
    const page = await open(OTHER, vocabularies());
    change(page, BEFORE);
    const done = run(page);
    await draws(page, 1);
    expect(biases(page)).toEqual([
      { id: and, bias: 2 },
      { id: the, bias: -4 },
    ]);
    await done;
    expect(biases(page)).toEqual(BEFORE);
  });

  test('taken off, changed and put on beside another vocabulary stay so, and what that took off comes back', async () => {
    const page = await open(OTHER, vocabularies());
    change(page, BEFORE);
    const done = run(page);
    await draws(page, 1);
    // The first is off, the last is another, and one is new.
    change(page, [
      { id: the, bias: 1 },
      { id: 300, bias: 5 },
    ]);
    await done;
    expect(biases(page)).toEqual([
      { id: small, bias: 3 },
      { id: and, bias: 1 },
      { id: 300, bias: 5 },
    ]);
  });

  test('taken off before another model has come, or on the way back, stay off', async () => {
    const page = await open(OTHER, vocabularies());
    change(page, BEFORE);
    const done = run(page);
    await draws(page, 0);
    change(
      page,
      BEFORE.filter(({ id }) => id !== small),
    );
    await until(() => compare(page).working === 'back');
    change(
      page,
      biases(page).filter(({ bias }) => bias !== 2),
    );
    await done;
    expect(biases(page)).toEqual([{ id: and, bias: -4 }]);
  });

  test('put on beside one vocabulary outlive a second one that lacks them', async () => {
    const page = await open(OTHER, vocabularies());
    compare(page).change(1, { model: WHOLE });
    const done = run(page);
    await draws(page, 0);
    change(page, [
      { id: small, bias: 6 },
      { id: and, bias: 7 },
    ]);
    await draws(page, 1);
    expect(biases(page)).toEqual([{ id: and, bias: 7 }]);
    await done;
    expect(biases(page)).toEqual([
      { id: small, bias: 6 },
      { id: the, bias: 7 },
    ]);
  });

  test('are as they were changed where the other model has the same vocabulary', async () => {
    const page = await open(OTHER);
    change(page, BEFORE);
    const done = run(page);
    await draws(page, 1);
    change(page, [{ id: 300, bias: 5 }]);
    await done;
    expect(biases(page)).toEqual([{ id: 300, bias: 5 }]);
  });
});

describe('the caret', () => {
  const caret = (page: Page) => page.document.getState().selection;

  test('that nobody moved stands where it stood, and what was drawn is there', async () => {
    const page = await open(OTHER, vocabularies());
    await page.generation.getState().run();
    const { tokens } = page.document.getState();
    page.document.getState().select(5, 9, 'start');
    await run(page);
    expect(caret(page)).toEqual({ start: 5, end: 9, focus: 'start' });
    expect(page.document.getState().tokens).toEqual(tokens);
  });

  test.each([
    ['typed', false],
    ['drawn', true],
  ] as const)(
    'that a person moved in a text that was %s stays there, whatever the other vocabulary opens it with',
    async (_, drawn) => {
      const page = await open(OTHER, vocabularies());
      if (drawn) await page.generation.getState().run();
      const { text, tokens } = page.document.getState();
      page.document.getState().select(2, 2);
      const done = run(page);
      await draws(page, 1);
      expect(page.document.getState().text).toBe(OPENING + text);
      page.document.getState().select(OPENING.length + 5, OPENING.length + 9, 'start');
      await done;
      expect(page.document.getState().text).toBe(text);
      expect(page.document.getState().tokens).toEqual(tokens);
      expect(caret(page)).toEqual({ start: 5, end: 9, focus: 'start' });
    },
  );

  test('that a person moved while the first model drew, or on the way back, stays there', async () => {
    for (const late of [false, true]) {
      const page = await open(OTHER, vocabularies());
      await page.generation.getState().run();
      const done = run(page);
      await (late ? until(() => compare(page).working === 'back') : draws(page, 0));
      const moved = late ? OPENING.length : 0;
      page.document.getState().select(moved + 3, moved + 3);
      await done;
      expect(caret(page)).toEqual({ start: 3, end: 3, focus: 'end' });
    }
  });
});
