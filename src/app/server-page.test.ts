// The page with a server as its engine, over a real connection: the same text, rows and draws as the engine in the tab, as far as the server shows them.
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Flavour, type ModelServer, type ModelServerOptions, serveModel } from '../../e2e/support/model-server.ts';
import { logitsAfter, V } from '../../e2e/support/scripted-engine.ts';
import { scriptedModel } from '../../e2e/support/scripted-model.ts';
import { makePage, type Page, readyPage, text } from '../../e2e/support/scripted-page.ts';
import tokenizerJson from '../../public/models/nucleus-3m/tokenizer.json' with { type: 'json' };
import tokenizerConfig from '../../public/models/nucleus-3m/tokenizer_config.json' with { type: 'json' };
import { lens } from '../client/probe-requests.ts';
import type { LoadedModel, WireError } from '../protocol/events.ts';
import { rankRow } from '../sampling/row.ts';
import { messageFor } from '../stores/messages.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';

const TEXT = 'Once upon a time there was a small';
const FLAVOURS: readonly Flavour[] = ['llamacpp', 'vllm', 'sglang', 'plain'];
const opened: { close(): Promise<void> | void; dispose?: () => void }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function served(flavour: Flavour, options: Partial<ModelServerOptions> = {}): Promise<ModelServer> {
  const server = await serveModel({ flavour, model: scriptedModel(), ...options });
  opened.push(server);
  return server;
}

async function connected(server: ModelServer, key?: string): Promise<{ page: Page; model: LoadedModel }> {
  const page = makePage({ firstText: TEXT });
  opened.push({ close: () => page.dispose() });
  await page.start();
  await page.model.getState().loadModel({ kind: 'server', address: server.url, model: '' }, key ? { key } : {});
  const { load, failure } = page.model.getState();
  if (load.status !== 'ready' || load.model.server === undefined) throw new Error(JSON.stringify(failure ?? load));
  return { page, model: load.model };
}

/** A real connection takes its time. */
const until = (what: () => boolean): Promise<void> => expect.poll(what, { timeout: 60_000 }).toBe(true);

const never = (): WireError => {
  throw new Error('nothing failed');
};

/** What the engine in the tab draws. */
let local: { ids: number[]; logprobs: number[]; pAfters: number[]; text: string };

function settle(page: Page): void {
  const { settings } = page;
  settings.getState().setSeed('77');
  settings.getState().change({ top_k: 3, temperature: 0.9, max_new_tokens: 12, repetition_penalty: 1.3 });
}

beforeAll(async () => {
  const page = await readyPage({ firstText: TEXT });
  settle(page);
  await page.generation.getState().run();
  const { tokens } = page.document.getState();
  const drawn = tokens.filter(token => token.origin === 'drawn');
  local = {
    ids: drawn.map(({ id }) => id),
    logprobs: drawn.map(({ stats }) => stats?.logprob ?? Number.NaN),
    pAfters: drawn.map(({ draw }) => draw?.pAfter ?? Number.NaN),
    text: text(page),
  };
  page.dispose();
});

describe.each(FLAVOURS)('%s', flavour => {
  test('is asked what it gives, and gives a row with the mass that it leaves out', async () => {
    const { page, model } = await connected(await served(flavour));
    const candidates = { llamacpp: 100, vllm: 20, sglang: 100, plain: 5 }[flavour];
    expect(model.server).toMatchObject({
      model: 'tiny/stories',
      software: flavour === 'plain' ? 'someone' : flavour,
      candidates,
      tokenizes: flavour !== 'plain',
      detokenizes: flavour !== 'plain',
      takesIds: flavour !== 'plain',
      ids: { llamacpp: 'all', vllm: 'all', sglang: 'written', plain: 'none' }[flavour],
      scores: { llamacpp: null, vllm: 'prompt_logprobs', sglang: 'echo', plain: 'echo' }[flavour],
      context: flavour === 'plain' ? null : 64,
      vocabulary: flavour === 'llamacpp' ? V : null,
    });
    await until(() => page.rows.getState().selected.status === 'ready');
    const { selected } = page.rows.getState();
    if (selected.status !== 'ready') throw new Error('no row');
    const { ranked } = selected.row;
    const { tokenizer } = page.document.getState();
    const prompt = createTokenizer(tokenizerJson, tokenizerConfig, V);
    const whole = rankRow(logitsAfter(prompt.encode(TEXT)));
    const shown = ranked.order.reduce((sum, id) => sum + Math.exp(ranked.logits[id] ?? 0), 0);
    expect(ranked.outside).toBeCloseTo(1 - shown, 5);
    expect(ranked.order.length).toBeGreaterThan(0.9 * candidates);
    // What it shows is what the model in the tab has, by its bytes.
    for (const [i, id] of ranked.order.entries()) {
      const own = whole.order[i] ?? 0;
      if (i < 5) expect(`${tokenizer?.bytes(id)}`).toBe(`${prompt.bytes(own)}`);
      if (i < 5) expect(ranked.logits[id]).toBeCloseTo((whole.logits[own] ?? 0) - whole.logZ, 4);
    }
    // The least that the entropy can be.
    expect(ranked.entropy).toBeLessThan(whole.entropy + 1e-4);
  });

  test('draws with settings and seeds of the page, again the same', async () => {
    const { page, model } = await connected(await served(flavour));
    settle(page);
    await page.generation.getState().run();
    expect(page.generation.getState().status).toMatchObject({ kind: 'finished', reason: 'length', generated: 12 });
    const drawn = page.document.getState().tokens.filter(token => token.origin === 'drawn');
    expect(drawn).toHaveLength(12);
    if (model.server?.ids === 'all') {
      expect(text(page)).toBe(local.text);
      expect(drawn.map(({ id }) => id)).toEqual(local.ids);
      for (const [i, { stats, draw }] of drawn.entries()) {
        expect(stats?.logprob).toBeCloseTo(local.logprobs[i] ?? Number.NaN, 4);
        expect(draw?.pAfter).toBeCloseTo(local.pAfters[i] ?? Number.NaN, 4);
      }
    }
    const first = text(page);
    page.document.getState().undo();
    expect(text(page)).toBe(TEXT);
    await page.generation.getState().run();
    expect(text(page)).toBe(first);
  });

  test('scores the text where it can', async () => {
    const { page, model } = await connected(await served(flavour));
    if (model.server?.scores === null) {
      await page.scores.getState().score();
      expect(page.scores.getState().task).toMatchObject({ status: 'failed', error: { code: 'not_given' } });
      return;
    }
    await until(() =>
      page.document
        .getState()
        .tokens.slice(1)
        .every(token => token.stats !== undefined),
    );
    const prompt = createTokenizer(tokenizerJson, tokenizerConfig, V).encode(TEXT);
    const wanted = Array.from(prompt, (id, i) => {
      const row = rankRow(logitsAfter(prompt.subarray(0, i)));
      return i === 0 ? 0 : (row.logits[id] ?? 0) - row.logZ;
    });
    const got = page.document
      .getState()
      .tokens.slice(1)
      .reduce((sum, { stats }) => sum + (stats?.logprob ?? 0), 0);
    // Words that are several tokens have the product of their probabilities; the first word has none.
    const firstWord = createTokenizer(tokenizerJson, tokenizerConfig, V).encode('Once').length;
    expect(got).toBeCloseTo(
      wanted.slice(firstWord).reduce((sum, each) => sum + each, 0),
      2,
    );
  });
});

test('typed text has the ids of the server while it rests and before a run, without a step of its own', async () => {
  const { page } = await connected(await served('vllm'));
  const { tokenizer, edit, selectToken } = page.document.getState();
  const own = createTokenizer(tokenizerJson, tokenizerConfig, V);
  const wanted = (of: string): number[] => [...own.encode(of)];
  const now = (): number[] => page.document.getState().tokens.map(({ id }) => id);
  const settled = (): Promise<void> => until(() => now().every(id => tokenizer?.later?.isPiece(id) === false));
  await settled();
  expect(now()).toEqual(wanted(TEXT));
  expect(page.document.getState().canUndo).toBeNull();
  // A letter makes the word under it a piece again, until the server says more; the caret stays.
  selectToken('end');
  edit(TEXT.length, TEXT.length, ' unbelievabl');
  edit(TEXT.length + 12, TEXT.length + 12, 'e 🐈');
  const { length } = text(page);
  expect(now().some(id => tokenizer?.later?.isPiece(id))).toBe(true);
  await settled();
  expect(now()).toEqual(wanted(text(page)));
  expect(page.document.getState().selection).toMatchObject({ start: length, end: length });
  // And a run waits for the ids.
  edit(length, length, ' indefatigable');
  settle(page);
  await page.generation.getState().step();
  const { tokens } = page.document.getState();
  expect(tokens.at(-1)).toMatchObject({ origin: 'drawn' });
  expect(now().slice(0, -1)).toEqual(wanted(`${TEXT} unbelievable 🐈 indefatigable`));
  page.document.getState().undo();
  page.document.getState().undo();
  await settled();
  expect(now()).toEqual(wanted(text(page)));
});

test.each(['llamacpp', 'vllm'] as const)('the name of a special token in a typed text: %s', async flavour => {
  const server = await served(flavour);
  const { page } = await connected(server);
  const { tokenizer, edit } = page.document.getState();
  const own = createTokenizer(tokenizerJson, tokenizerConfig, V);
  const now = (): number[] => page.document.getState().tokens.map(({ id }) => id);
  edit(0, TEXT.length, 'a<|endoftext|>');
  await until(() => now().every(id => tokenizer?.later?.isPiece(id) === false));
  // llama.cpp alone can be told that it is text.
  const ids = flavour === 'llamacpp' ? own.encode('a<|endoftext|>') : own.encodeWithSpecials('a<|endoftext|>');
  expect(now()).toEqual([...ids]);
});

test('with a key, and what a server does not give', async () => {
  const server = await served('llamacpp', { key: 'sk-very-secret' });
  const page = makePage({ firstText: TEXT });
  opened.push({ close: () => page.dispose() });
  await page.start();
  const { loadModel } = page.model.getState();
  const source = { kind: 'server', address: server.url, model: '' } as const;
  await loadModel(source);
  // The model before it stays in use.
  const { failure, load } = page.model.getState();
  expect(load.status).toBe('ready');
  expect(messageFor(failure?.error ?? never()).text).toContain('asks for a key');
  await loadModel(source, { key: 'sk-very-wrong' });
  expect(messageFor(page.model.getState().failure?.error ?? never()).text).toContain('does not take this key');
  await loadModel(source, { key: 'sk-very-secret' });
  expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { arch: 'server' } });
  await page.generation.getState().run();
  await page.flush();
  // Not in the stores, in what is kept, in what leaves.
  await page.share.getState().makeLink();
  const seen = JSON.stringify([
    page.model.getState(),
    page.document.getState().tokens,
    [...page.memory],
    page.share.getState(),
  ]);
  expect(seen).toContain('tiny/stories');
  expect(seen).not.toContain('sk-very');
  expect(JSON.stringify([...page.memory])).not.toContain(server.url);
  // A view of the inside.
  const asked = lens(page.work.client, { tokens: Uint32Array.of(1, 2), from: 0, to: 1, asked: 1 });
  await expect(asked.next()).rejects.toMatchObject({ code: 'not_given' });
  // And back to the model in the tab.
  await page.model.getState().loadDefault();
  expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { arch: 'gpt2' } });
  const before = server.asked.length;
  await page.generation.getState().run();
  expect(server.asked.length).toBe(before);
});
