// The engine as the worker drives it: every command ends once, by done or failed; a lost device fails what runs and is opened anew.
import { beforeEach, describe, expect, test } from 'vitest';
import { failure, generate, LOAD, last, PROMPT, testEngine } from '../../e2e/support/test-engine.ts';
import { NucleusError } from '../lib/error.ts';
import type { Command, Unnumbered } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';
import { lasting } from '../protocol/lasting.ts';
import { DEFAULT_SETTINGS } from '../sampling/settings.ts';
import { tokenBytesTable } from '../tokenizer/bytes.ts';

const engine = testEngine();

describe('without a model', () => {
  test('what needs one fails by name, and goes on failing', async () => {
    expect(failure(await engine.answer(generate(3)))).toBe('no_model');
    expect(failure(await engine.answer({ type: 'prefill', tokens: PROMPT }))).toBe('no_model');
    expect(failure(await engine.answer({ type: 'row', tokens: PROMPT, position: 1 }))).toBe('no_model');
    expect(failure(await engine.answer({ type: 'score', tokens: PROMPT, from: 1 }))).toBe('no_model');
  });

  test('the adapter describes itself', async () => {
    const [event] = await engine.answer({ type: 'adapter' });
    expect(event).toMatchObject({
      type: 'adapter',
      adapter: { kernels: expect.stringMatching(/barrier_free|workgroup|subgroup/) },
    });
  });

  test('a kernel that does not compile ends a load whose weights are still on their way; the next try compiles it anew', async () => {
    await engine.answer({ type: 'adapter' });
    const device = engine.devices.at(-1)!;
    const create = device.createComputePipelineAsync.bind(device);
    let failures = 0;
    device.createComputePipelineAsync = async descriptor => {
      if (failures++ === 0) throw new Error('planted');
      return create(descriptor);
    };
    engine.stalls = true;
    const refused = await engine.answer({ ...LOAD, refresh: true });
    engine.stalls = false;
    expect(failure(refused)).toBe('kernel_failed');
    expect(last(await engine.answer(LOAD), 'done').type).toBe('done');
    expect(engine.devices.at(-1)).toBe(device);
  });

  test('an unknown model fails and leaves the engine as it was', async () => {
    const all = await engine.answer({ ...LOAD, source: { kind: 'shipped', id: 'no-such-model' } });
    expect(['not_found', 'missing_file']).toContain(failure(all));
    expect(
      failure(await engine.answer({ ...LOAD, source: { kind: 'hub', repo: 'nobody/nothing', revision: 'main' } })),
    ).toBe('not_found');
    expect(failure(await engine.answer(generate(1)))).toBe('no_model');
  });

  test('a job that is cancelled while it waits never starts', async () => {
    const first = engine.start(LOAD);
    const second = engine.start({ type: 'score', tokens: PROMPT, from: 1 });
    engine.cancel(second);
    engine.cancel(first);
    engine.cancel(123_456); // of no run
    await Promise.all([engine.ended(first), engine.ended(second)]);
    expect(failure(engine.of(second))).toBe('cancelled');
    expect(failure(engine.of(first))).toBe('cancelled');
  });
});

describe('with the shipped model', () => {
  beforeEach(async () => {
    const all = await engine.answer(LOAD);
    expect(last(all, 'done').run).toBe(engine.run);
    const loaded = all.find(event => event.type === 'loaded');
    expect(loaded?.model).toMatchObject({
      key: 'shipped/nucleus-3m',
      dims: { n_layer: 6, vocab_size: 2_048 },
      dtype: 'f16',
    });
    const progress = all.filter(event => event.type === 'progress');
    expect(progress.at(-1)?.phase).toBe('ready');
    for (const [i, event] of progress.entries())
      expect(event.bytes).toBeGreaterThanOrEqual(progress[i - 1]?.bytes ?? 0);
  });

  test('prefill, row, generate and score agree with one another', async () => {
    const [prefilled, row] = await engine.answer({ type: 'prefill', tokens: PROMPT });
    expect(prefilled).toMatchObject({ type: 'prefilled', reused: 0, computed: 4 });
    const again = await engine.answer({ type: 'row', tokens: PROMPT, position: 3 });
    if (row?.type !== 'row' || again[1]?.type !== 'row') throw new Error('rows');
    expect(row.logits).toHaveLength(2_048);
    expect(again[1].logits).toEqual(row.logits);
    const ran = await engine.answer(generate(3));
    expect(ran.map(event => event.type)).toEqual(['prefilled', 'token', 'token', 'token', 'finished', 'done']);
    const [token] = ran.filter(event => event.type === 'token');
    expect(token!.logit).toBe(row.logits[token!.id]);
    const tokens = Uint32Array.from([...PROMPT, token!.id]);
    const [scored] = await engine.answer({ type: 'score', tokens, from: 4 });
    if (scored?.type !== 'scored') throw new Error('scored');
    expect(scored.from).toBe(4);
    expect(scored.logprobs[0]).toBeCloseTo(token!.logit - token!.logZ, 4);
    expect(scored.ranks[0]).toBe(token!.rank);
  });

  test('a bad request fails, and the next one runs', async () => {
    expect(failure(await engine.answer({ type: 'prefill', tokens: new Uint32Array() }))).toBe('empty_prompt');
    expect(failure(await engine.answer({ type: 'prefill', tokens: new Uint32Array(513) }))).toBe('prompt_too_long');
    expect(failure(await engine.answer({ type: 'prefill', tokens: Uint32Array.of(2_048) }))).toBe('bad_token');
    expect(last(await engine.answer(generate(1)), 'done').type).toBe('done');
  });

  test('a cancelled run finishes with its reason, and the one that waited behind it runs', async () => {
    const long = engine.start(generate(400));
    const behind = engine.start(generate(2));
    await engine.seen(event => event.run === long && event.type === 'token');
    engine.cancel(long);
    await Promise.all([engine.ended(long), engine.ended(behind)]);
    expect(engine.of(long).slice(-2)).toMatchObject([{ type: 'finished', reason: 'cancelled' }, { type: 'done' }]);
    const sent = engine.of(long).filter(event => event.type === 'token').length;
    expect(engine.of(long).at(-2)).toMatchObject({ generated: sent });
    expect(engine.of(behind).slice(-2)).toMatchObject([
      { type: 'finished', reason: 'length', generated: 2 },
      { type: 'done' },
    ]);
    // One after the other: nothing of the second before the first had ended.
    const firstOfSecond = engine.events.findIndex(event => event.run === behind);
    expect(engine.events.slice(firstOfSecond).some(event => event.run === long)).toBe(false);
  });

  test('a lost device takes no token along that was held back for a stop string', async () => {
    const settings = { ...DEFAULT_SETTINGS, temperature: 0, max_new_tokens: 12, end_of_text: 'continue' } as const;
    const plain = await engine.answer({ ...generate(12), settings });
    const ids = plain.flatMap(event => (event.type === 'token' ? [event.id] : []));
    const { tokenizerJson } = engine.events.find(event => event.type === 'loaded')!.model;
    const bytes = tokenBytesTable(tokenizerJson, 2_048);
    const text = new TextDecoder().decode(Uint8Array.from(ids.flatMap(id => [...bytes[id]!])));
    const device = engine.devices.at(-1)!;
    const submit = device.queue.submit.bind(device.queue);
    let steps = 0;
    Object.defineProperty(device.queue, 'submit', {
      value: (buffers: GPUCommandBuffer[]) => {
        submit(buffers);
        if (buffers.length > 0 && ++steps === 6) device.destroy();
      },
    });
    const all = await engine.answer({ ...generate(12), settings: { ...settings, stop: [`${text}~~~`] } });
    expect(failure(all)).toBe('device_lost');
    const sent = all.flatMap(event => (event.type === 'token' ? [event.id] : []));
    expect(sent.length).toBeGreaterThan(2);
    expect(sent).toEqual(ids.slice(0, sent.length));
  });

  test('a run goes on after the loss of its device to the ids of one that nothing befell', async () => {
    const settings = { ...DEFAULT_SETTINGS, temperature: 1.2, repetition_penalty: 1.3, mirostat_tau: 4 } as const;
    const command = {
      ...generate(10),
      settings: { ...settings, max_new_tokens: 10, end_of_text: 'continue' },
    } as const;
    const asked = { ...command, pAfter: Float64Array.from(command.tokens, () => Number.NaN), seed: 77 };
    const idsOf = (told: readonly EngineEvent[]) => told.flatMap(event => (event.type === 'token' ? [event.id] : []));
    const whole = idsOf(await engine.answer(asked));
    expect(whole).toHaveLength(10);
    const device = engine.devices.at(-1)!;
    let parts = 0;
    async function* ask(request: Unnumbered<Command>): AsyncIterableIterator<EngineEvent> {
      const part = engine.start(request);
      if (parts++ === 0) {
        await engine.seen(event => event.run === part && event.type === 'token');
        device.destroy();
      }
      await engine.ended(part);
      for (const event of engine.of(part)) {
        if (event.type === 'failed') throw new NucleusError(event.error.code, event.error.message);
        if (event.type !== 'done') yield event;
      }
    }
    const told: EngineEvent[] = [];
    const back = async (): Promise<boolean> =>
      last(await engine.answer({ ...LOAD, light: true }), 'done').type === 'done';
    for await (const event of lasting(asked, ask, back)) told.push(event);
    expect(parts).toBe(2);
    expect(idsOf(told)).toEqual(whole);
    expect(told.at(-1)).toMatchObject({ type: 'finished', reason: 'length', generated: 10 });
  });

  test('a lost device fails what runs, is told once, and the model loads again', async () => {
    const first = engine.start(generate(400));
    const behind = engine.start({ type: 'prefill', tokens: PROMPT });
    await engine.seen(event => event.run === first && event.type === 'token');
    engine.devices.at(-1)!.destroy();
    await Promise.all([engine.ended(first), engine.ended(behind)]);
    expect(failure(engine.of(first))).toBe('device_lost');
    expect(['no_model', 'device_lost']).toContain(failure(engine.of(behind)));
    expect(engine.events.filter(event => event.type === 'lost')).toMatchObject([{ run: 0, reason: 'destroyed' }]);
    expect(failure(await engine.answer(generate(1)))).toBe('no_model');
    // The loss names its device by number; the model that comes after it is on a later one.
    const gone = engine.events.find(event => event.type === 'lost')?.device ?? 0;
    expect(gone).toBeGreaterThan(0);
    const loads = await engine.answer(LOAD);
    expect(last(loads, 'done').type).toBe('done');
    expect(loads.find(event => event.type === 'loaded')?.model.device).toBe(gone + 1);
    expect(last(await engine.answer(generate(2)), 'done').type).toBe('done');
    expect(engine.events.filter(event => event.type === 'lost')).toHaveLength(1);
  });

  test('a load that lost its device while it waited for its files does nothing any more', async () => {
    let open = (): void => {};
    engine.gate = new Promise(resolve => {
      open = resolve;
    });
    const afresh = { ...LOAD, refresh: true };
    const first = engine.start(afresh);
    engine.devices.at(-1)!.destroy();
    await engine.ended(first);
    expect(failure(engine.of(first))).toBe('device_lost');
    const second = engine.start(afresh);
    open();
    await engine.ended(second);
    expect(last(engine.of(second), 'done').type).toBe('done');
    // By the end of a third load whatever the first one still does is done.
    expect(last(await engine.answer(afresh), 'done').type).toBe('done');
    expect(last(engine.of(first), 'failed').error.code).toBe('device_lost');
    expect(last(await engine.answer(generate(2)), 'done').type).toBe('done');
  });
});
