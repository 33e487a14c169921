// Whole runs on the model that ships with the page: draws that repeat, and every way a run can end.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadGolden } from '../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { readBytes, readJson } from '../../e2e/support/read-bytes.ts';
import { NucleusError } from '../lib/error.ts';
import type { EngineEvent, FinishedEvent, TokenEvent } from '../protocol/events.ts';
import { DEFAULT_SETTINGS, type GenerationSettings } from '../sampling/settings.ts';
import { tokenBytesTable } from '../tokenizer/bytes.ts';
import { createTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';
import { type GenerateInput, generate } from './generate.ts';
import type { Vocabulary } from './growing.ts';

const FOLDER = 'public/models/nucleus-3m';
const V = 2_048;
const GREEDY = { ...DEFAULT_SETTINGS, temperature: 0, max_new_tokens: 12 };
const WARM = { ...DEFAULT_SETTINGS, temperature: 1, top_p: 1, top_k: 0, max_new_tokens: 12 };

let model: GpuModel;
let vocabulary: Vocabulary;
let tokenizer: Tokenizer;
beforeAll(async () => {
  const [config, tokenizerJson, tokenizerConfig, bytes] = await Promise.all([
    readJson(`${FOLDER}/config.json`),
    readJson(`${FOLDER}/tokenizer.json`),
    readJson(`${FOLDER}/tokenizer_config.json`),
    readBytes(`${FOLDER}/model.safetensors`),
  ]);
  model = await loadOnGpu(await openTestGpu(), config, { bytes });
  tokenizer = createTokenizer(tokenizerJson, tokenizerConfig, V);
  vocabulary = { bytes: tokenBytesTable(tokenizerJson, V), eosIds: [0] };
});
afterAll(() => model[Symbol.dispose]());

interface Ran {
  readonly events: EngineEvent[];
  readonly tokens: TokenEvent[];
  readonly ids: number[];
  readonly finished: FinishedEvent;
}

const RUN = 5;
async function runOf(
  tokens: Uint32Array,
  settings: GenerationSettings,
  more: Partial<GenerateInput> & { signal?: AbortSignal; vocabulary?: Vocabulary; session?: GpuModel['session'] } = {},
): Promise<Ran> {
  const { signal = new AbortController().signal, session = model.session, ...input } = more;
  const full = { run: RUN, tokens, drawn: new Uint8Array(tokens.length), settings, seed: 11, ...input };
  const events: EngineEvent[] = [];
  for await (const event of generate(session, more.vocabulary ?? vocabulary, full, signal)) events.push(event);
  const drawn = events.filter(event => event.type === 'token');
  const last = events.at(-1);
  if (last?.type !== 'finished') throw new Error('the last event is finished');
  return { events, tokens: drawn, ids: drawn.map(({ id }) => id), finished: last };
}

const textOf = (ids: readonly number[]) => {
  const bytes = ids.flatMap(id => [...(vocabulary.bytes[id] ?? [])]);
  return new TextDecoder().decode(Uint8Array.from(bytes));
};
const promptOf = (text: string) => Uint32Array.from(tokenizer.encode(text));
const prompt = () => promptOf('Once upon a time there was a small');

test('events come in order and every token carries its distribution', async () => {
  const { events, tokens, finished } = await runOf(prompt(), WARM);
  expect(events.map(e => e.type)).toEqual(['prefilled', ...tokens.map(() => 'token'), 'finished']);
  expect(events.every(e => e.run === RUN)).toBe(true);
  expect(finished).toMatchObject({ reason: 'length', stop: '', generated: 12 });
  const start = prompt().length;
  let text = prompt();
  for (const [i, token] of tokens.entries()) {
    expect(token.position).toBe(start + i);
    const row = await model.session.next(text);
    expect(token.logit).toBe(row[token.id]);
    expect(token.logZ).toBeCloseTo(Math.log(row.reduce((s, l) => s + Math.exp(l), 0)), 4);
    expect([...token.topLogits]).toEqual([...row].sort((a, b) => b - a).slice(0, 25));
    expect([...token.topIds].map(id => row[id])).toEqual([...token.topLogits]);
    expect(token.rank).toBe(1 + row.filter((l, id) => l > token.logit || (l === token.logit && id < token.id)).length);
    // Nothing is cut and the temperature is 1: before is after.
    expect(token.pAfter).toBeCloseTo(Math.exp(token.logit - token.logZ), 4);
    text = Uint32Array.from([...text, token.id]);
  }
});

describe('draws repeat', () => {
  test('greedy is the likeliest token each time, whatever the seed', async () => {
    const one = await runOf(prompt(), GREEDY);
    const other = await runOf(prompt(), GREEDY, { seed: 99 });
    expect(other.ids).toEqual(one.ids);
    expect(one.tokens.every(token => token.rank === 1 && token.pAfter === 1 && token.id === token.topIds[0])).toBe(
      true,
    );
  });

  test('one run, single steps and stop-and-go draw the same ids', async () => {
    const whole = await runOf(prompt(), WARM);
    for (const cuts of [
      [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
      [5, 1, 6],
    ]) {
      let text = prompt();
      let drawn = new Uint8Array(text.length);
      for (const max_new_tokens of cuts) {
        const { ids } = await runOf(text, { ...WARM, max_new_tokens }, { drawn });
        text = Uint32Array.from([...text, ...ids]);
        drawn = Uint8Array.from([...drawn, ...ids.map(() => 1)]);
      }
      expect([...text.subarray(prompt().length)]).toEqual(whole.ids);
    }
    const other = await runOf(prompt(), WARM, { seed: 12 });
    expect(other.ids).not.toEqual(whole.ids);
    expect(other.tokens[0]!.u).not.toBe(whole.tokens[0]!.u);
  });
});

describe('end of text', () => {
  const bias = (id: number) => [{ id, bias: 100 }];
  const forced = (end_of_text: GenerationSettings['end_of_text']): GenerationSettings => ({
    ...WARM,
    end_of_text,
    logit_bias: bias(0),
    max_new_tokens: 3,
  });

  test('stop: the token is not sent', async () => {
    const { ids, finished } = await runOf(prompt(), forced('stop'));
    expect(ids).toEqual([]);
    expect(finished).toMatchObject({ reason: 'end_of_text', generated: 0 });
  });

  test('continue: it is a token like any other', async () => {
    const { ids, finished } = await runOf(prompt(), forced('continue'));
    expect(ids).toEqual([0, 0, 0]);
    expect(finished.reason).toBe('length');
  });

  test('never: it is not drawn, however likely', async () => {
    const { ids } = await runOf(prompt(), forced('never'));
    expect(ids).toHaveLength(3);
    expect(ids).not.toContain(0);
  });

  test('past the end: ruled out of the first draw alone', async () => {
    const { ids, finished } = await runOf(prompt(), forced('stop'), { pastEnd: true });
    expect(ids).toHaveLength(1);
    expect(ids).not.toContain(0);
    expect(finished).toMatchObject({ reason: 'end_of_text', generated: 1 });
    const { ids: onward } = await runOf(prompt(), forced('continue'), { pastEnd: true });
    expect(onward.slice(1)).toEqual([0, 0]);
    expect(onward[0]).toBe(ids[0]);
  });
});

describe('stop strings', () => {
  test('a stop string within a token drops it and leaves a piece', async () => {
    const { ids } = await runOf(prompt(), GREEDY);
    // The first token, after some others, that ends in two letters which have not come before.
    const at = ids.findIndex((id, i) => {
      const word = textOf([id]);
      return i >= 2 && word.length > 2 && !textOf(ids.slice(0, i)).includes(word.slice(-2));
    });
    const word = textOf([ids[at]!]);
    const stop = word.slice(-2);
    const cut = await runOf(prompt(), { ...GREEDY, stop: [stop] });
    expect(at).toBeGreaterThan(1);
    expect(cut.ids).toEqual(ids.slice(0, at));
    expect(cut.finished).toMatchObject({ reason: 'stop_string', stop, generated: at + 1 });
    expect(new TextDecoder().decode(cut.finished.piece)).toBe(word.slice(0, -2));
  });

  test('over two tokens: the first was held back and is never sent', async () => {
    const { ids } = await runOf(prompt(), GREEDY);
    const stop = textOf(ids.slice(2, 4));
    const cut = await runOf(prompt(), { ...GREEDY, stop: [stop, 'never to be seen'] });
    expect(cut.ids).toEqual(ids.slice(0, 2));
    expect(cut.finished).toMatchObject({ reason: 'stop_string', stop, piece: new Uint8Array(), generated: 4 });
  });

  test('what was held back for a stop string that does not come is sent in the end', async () => {
    const { ids } = await runOf(prompt(), GREEDY);
    const held = await runOf(prompt(), { ...GREEDY, stop: [`${textOf(ids.slice(8))}~~~`] });
    expect(held.ids).toEqual(ids);
    expect(held.finished.reason).toBe('length');
  });
});

describe('tokens held back for a stop string when the run breaks off', () => {
  /** A run whose row after `rows` others fails, with all that it sends. */
  async function broken(rows: number, failure: NucleusError) {
    const { ids } = await runOf(prompt(), GREEDY);
    const settings = { ...GREEDY, stop: [`${textOf(ids)}~~~`] };
    const sent: EngineEvent[] = [];
    const { session, runner } = model;
    const draw = runner.draw.bind(runner);
    let left = rows;
    runner.draw = step => {
      const lent = draw(step);
      if (left-- > 0) return lent;
      const read = () => {
        lent.drop();
        return Promise.reject(failure);
      };
      return { ...lent, read };
    };
    const tokens = prompt();
    const input = { run: RUN, tokens, drawn: new Uint8Array(tokens.length), settings, seed: 1 };
    try {
      for await (const event of generate(session, vocabulary, input, new AbortController().signal)) sent.push(event);
      return { ids, sent, thrown: null };
    } catch (thrown) {
      return { ids, sent, thrown };
    } finally {
      Reflect.deleteProperty(runner, 'draw');
    }
  }

  test('they are sent before the failure', async () => {
    const failure = new NucleusError('device_lost', 'gone');
    const { ids, sent, thrown } = await broken(5, failure);
    expect(thrown).toBe(failure);
    expect(sent.map(({ type }) => type)).toEqual(['prefilled', ...Array.from({ length: 5 }, () => 'token')]);
    expect(sent.flatMap(event => (event.type === 'token' ? [event.id] : []))).toEqual(ids.slice(0, 5));
  });

  test('they are sent before the end by a cancel that a row threw', async () => {
    const { sent, thrown } = await broken(3, new NucleusError('cancelled', 'stopped'));
    expect(thrown).toBeNull();
    expect(sent.map(({ type }) => type)).toEqual(['prefilled', 'token', 'token', 'token', 'finished']);
    expect(sent.at(-1)).toMatchObject({ reason: 'cancelled', generated: 3 });
  });
});

describe('other ends', () => {
  test('a full context', async () => {
    const { n_ctx } = model.session.dims;
    const long = Uint32Array.from({ length: n_ctx - 3 }, (_, i) => 300 + (i % 50));
    const { ids, finished } = await runOf(long, { ...WARM, max_new_tokens: 50, end_of_text: 'continue' });
    expect(ids).toHaveLength(3);
    expect(finished.reason).toBe('context_full');
    const full = await runOf(Uint32Array.from([...long, ...ids]), WARM);
    expect(full.ids).toEqual([]);
    expect(full.finished.reason).toBe('context_full');
  });

  test('a cancel after some tokens', async () => {
    const controller = new AbortController();
    const seen: EngineEvent[] = [];
    const tokens = prompt();
    const input = { run: RUN, tokens, drawn: new Uint8Array(tokens.length), settings: WARM, seed: 1 };
    for await (const event of generate(model.session, vocabulary, input, controller.signal)) {
      seen.push(event);
      if (seen.filter(e => e.type === 'token').length === 3) controller.abort();
    }
    expect(seen.map(e => e.type)).toEqual(['prefilled', 'token', 'token', 'token', 'finished']);
    expect(seen.at(-1)).toMatchObject({ reason: 'cancelled', generated: 3 });
  });

  test('errors before anything runs', async () => {
    await expect(runOf(new Uint32Array(), WARM)).rejects.toMatchObject({ code: 'empty_prompt' });
    await expect(runOf(new Uint32Array(600), WARM)).rejects.toMatchObject({
      code: 'prompt_too_long',
      detail: { excess: 88 },
    });
    await expect(runOf(Uint32Array.of(V), WARM)).rejects.toMatchObject({ code: 'bad_token' });
    await expect(runOf(prompt(), { ...WARM, top_p: 7 })).rejects.toMatchObject({ code: 'bad_settings' });
  });
});

test('penalties look at the history: what was drawn, and for repetition what was typed', async () => {
  const tokens = prompt();
  const [first] = (await runOf(tokens, { ...GREEDY, max_new_tokens: 1 })).ids;
  const text = Uint32Array.from([...tokens, first!, ...tokens]);
  const again = (drawn: number[], change: Partial<GenerationSettings>) =>
    runOf(text, { ...WARM, max_new_tokens: 1, ...change }, { drawn: Uint8Array.from(drawn) });
  const none = text.length;
  const typed = new Array<number>(none).fill(0);
  const chosen = typed.with(tokens.length, 1);
  const p = async (drawn: number[], change: Partial<GenerationSettings>) => {
    const { tokens: events } = await again(drawn, { ...change, logit_bias: [{ id: first!, bias: 20 }] });
    expect(events[0]!.id).toBe(first);
    return events[0]!.pAfter;
  };
  const plain = await p(typed, {});
  expect(await p(typed, { presence_penalty: 2 })).toBe(plain);
  expect(await p(chosen, { presence_penalty: 2 })).toBeLessThan(plain);
  expect(await p(typed, { repetition_penalty: 1.5 })).toBeLessThan(plain);
});

test('logits that are no numbers end the run with nan_logits', async () => {
  const { config, weightsFile, tensors } = await loadGolden('gpt2-f32');
  const bytes = weightsFile.slice();
  const { begin } = [...tensors.values()].find(t => t.name.endsWith('ln_f.bias'))!;
  new DataView(bytes.buffer).setFloat32(begin, Number.NaN, true);
  using broken = await loadOnGpu(await openTestGpu(), config, { bytes });
  const failing = runOf(Uint32Array.of(1, 2, 3), WARM, {
    session: broken.session,
    vocabulary: { bytes: [], eosIds: [] },
  });
  await expect(failing).rejects.toMatchObject({ code: 'nan_logits' });
});
