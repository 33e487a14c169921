// The engine as the worker drives it: every command ends once, by done or failed; a lost device fails what runs and is opened anew.
//
// In Node there is no IndexedDB and no server: a stand-in brings the first, and fetch answers from the files of the repository.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readBytes } from '../../e2e/support/read-bytes.ts';
import { NucleusError } from '../lib/error.ts';
import type { Origins } from '../lib/model-source.ts';
import type { Command } from '../protocol/commands.ts';
import type { EngineEvent, EventOf } from '../protocol/events.ts';
import { lasting } from '../protocol/lasting.ts';
import { DEFAULT_SETTINGS } from '../sampling/settings.ts';
import { tokenBytesTable } from '../tokenizer/bytes.ts';
import { Engine } from './engine.ts';

const BASE = 'http://shipped.test/models/';
const ORIGINS: Origins = { shippedBase: BASE, hubHost: 'http://hub.test' };
const SHIPPED = { kind: 'shipped', id: 'nucleus-3m' } as const;
const PROMPT = Uint32Array.of(300, 301, 302, 303);

const realFetch = globalThis.fetch;
/** What requests wait for. */
let gate: Promise<void> = Promise.resolve();
/** No answer comes to requests for many bytes. */
let stalls = false;
/** Answers `http://shipped.test/models/...` from public/models; all else is a server that is not there. */
async function fetchFromFolder(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { url, method, headers } = new Request(input, init);
  if (!url.startsWith('http://')) return realFetch(input, init);
  await gate;
  if (!url.startsWith(BASE))
    return url.startsWith('http://hub.test/') ? new Response('', { status: 404 }) : realFetch(input, init);
  const bytes = await readBytes(`public/models/${url.slice(BASE.length)}`).catch(() => null);
  if (bytes === null) return new Response('', { status: 404 });
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.get('range') ?? '');
  const [from, to] = range ? [Number(range[1]), range[2] ? Number(range[2]) + 1 : bytes.length] : [0, bytes.length];
  const part = bytes.slice(from, to);
  if (stalls && part.length > 1_000_000) await new Promise(() => {});
  const head: Record<string, string> = {
    'Content-Length': String(part.length),
    ETag: `"${bytes.length}"`,
    'Accept-Ranges': 'bytes',
  };
  if (range) head['Content-Range'] = `bytes ${from}-${from + part.length - 1}/${bytes.length}`;
  return new Response(method === 'HEAD' ? null : part, { status: range ? 206 : 200, headers: head });
}

/** Devices that the engine opened, newest last: a test may destroy one. */
const devices: GPUDevice[] = [];
const gpu = navigator.gpu;
const requestAdapter = gpu.requestAdapter.bind(gpu);

beforeAll(async () => {
  // @ts-expect-error the package has types for its main entry alone
  if (!('indexedDB' in globalThis)) await import('fake-indexeddb/auto');
  globalThis.fetch = fetchFromFolder;
  Object.defineProperty(gpu, 'requestAdapter', {
    configurable: true,
    value: async (options?: GPURequestAdapterOptions) => {
      const adapter = await requestAdapter(options);
      if (!adapter) return null;
      const requestDevice = adapter.requestDevice.bind(adapter);
      Object.defineProperty(adapter, 'requestDevice', {
        value: async (descriptor?: GPUDeviceDescriptor) => {
          const device = await requestDevice(descriptor);
          devices.push(device);
          return device;
        },
      });
      return adapter;
    },
  });
});
afterAll(() => {
  globalThis.fetch = realFetch;
  Reflect.deleteProperty(gpu, 'requestAdapter');
});

let engine: Engine;
let events: EngineEvent[];
let waiting: { readonly test: (event: EngineEvent) => boolean; readonly resolve: () => void }[];
let run = 0;

beforeEach(() => {
  // Lists of this test alone: the loss of an earlier test's device may be told only now.
  const own: EngineEvent[] = [];
  const ownWaiting: typeof waiting = [];
  [events, waiting] = [own, ownWaiting];
  engine = new Engine(event => {
    own.push(event);
    for (const { test: wanted, resolve } of ownWaiting) if (wanted(event)) resolve();
  });
});
afterEach(() => {
  for (const device of devices.splice(0)) device.destroy();
});

/** Resolves at the first event, past or future, that passes. */
function seen(wanted: (event: EngineEvent) => boolean): Promise<void> {
  if (events.some(wanted)) return Promise.resolve();
  return new Promise(resolve => waiting.push({ test: wanted, resolve }));
}
const ended = (id: number) => seen(event => event.run === id && (event.type === 'done' || event.type === 'failed'));
const of = (id: number) => events.filter(event => event.run === id);

type Unnumbered<T> = T extends { readonly run: number } ? Omit<T, 'run'> : never;

function start(command: Unnumbered<Command>): number {
  engine.handle({ ...command, run: ++run } as Command);
  return run;
}

/** Runs a command to its end, and checks that it ends once and with nothing after. */
async function answer(command: Unnumbered<Command>): Promise<EngineEvent[]> {
  const id = start(command);
  await ended(id);
  const all = of(id);
  expect(all.filter(event => event.type === 'done' || event.type === 'failed')).toHaveLength(1);
  return all;
}
function last<T extends EngineEvent['type']>(all: readonly EngineEvent[], type: T): EventOf<T> {
  const event = all.at(-1);
  if (event?.type !== type) throw new Error(`the last event is ${JSON.stringify(event)}, not ${type}`);
  return event as EventOf<T>;
}
const failure = (all: readonly EngineEvent[]) => last(all, 'failed').error.code;

const load = { type: 'load', source: SHIPPED, origins: ORIGINS, keep: false, refresh: false } as const;
const generate = (max_new_tokens: number) =>
  ({
    type: 'generate',
    tokens: PROMPT,
    drawn: new Uint8Array(PROMPT.length),
    settings: { ...DEFAULT_SETTINGS, max_new_tokens, end_of_text: 'continue' },
    seed: 3,
  }) as const;

describe('without a model', () => {
  test('what needs one fails by name, and goes on failing', async () => {
    expect(failure(await answer(generate(3)))).toBe('no_model');
    expect(failure(await answer({ type: 'prefill', tokens: PROMPT }))).toBe('no_model');
    expect(failure(await answer({ type: 'row', tokens: PROMPT, position: 1 }))).toBe('no_model');
    expect(failure(await answer({ type: 'score', tokens: PROMPT, from: 1 }))).toBe('no_model');
  });

  test('the adapter describes itself', async () => {
    const [event] = await answer({ type: 'adapter' });
    expect(event).toMatchObject({
      type: 'adapter',
      adapter: { kernels: expect.stringMatching(/barrier_free|workgroup|subgroup/) },
    });
  });

  test('a kernel that does not compile ends a load whose weights are still on their way; the next try compiles it anew', async () => {
    await answer({ type: 'adapter' });
    const device = devices.at(-1)!;
    const create = device.createComputePipelineAsync.bind(device);
    let failures = 0;
    device.createComputePipelineAsync = async descriptor => {
      if (failures++ === 0) throw new Error('planted');
      return create(descriptor);
    };
    stalls = true;
    const refused = await answer({ ...load, refresh: true });
    stalls = false;
    expect(failure(refused)).toBe('kernel_failed');
    expect(last(await answer(load), 'done').type).toBe('done');
    expect(devices.at(-1)).toBe(device);
  });

  test('an unknown model fails and leaves the engine as it was', async () => {
    const all = await answer({ ...load, source: { kind: 'shipped', id: 'no-such-model' } });
    expect(['not_found', 'missing_file']).toContain(failure(all));
    expect(failure(await answer({ ...load, source: { kind: 'hub', repo: 'nobody/nothing', revision: 'main' } }))).toBe(
      'not_found',
    );
    expect(failure(await answer(generate(1)))).toBe('no_model');
  });

  test('a job that is cancelled while it waits never starts', async () => {
    const first = start(load);
    const second = start({ type: 'score', tokens: PROMPT, from: 1 });
    engine.handle({ type: 'cancel', run: second });
    engine.handle({ type: 'cancel', run: first });
    engine.handle({ type: 'cancel', run: 123_456 }); // of no run
    await Promise.all([ended(first), ended(second)]);
    expect(failure(of(second))).toBe('cancelled');
    expect(failure(of(first))).toBe('cancelled');
  });
});

describe('with the shipped model', () => {
  beforeEach(async () => {
    const all = await answer(load);
    expect(last(all, 'done').run).toBe(run);
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
    const [prefilled, row] = await answer({ type: 'prefill', tokens: PROMPT });
    expect(prefilled).toMatchObject({ type: 'prefilled', reused: 0, computed: 4 });
    const again = await answer({ type: 'row', tokens: PROMPT, position: 3 });
    if (row?.type !== 'row' || again[1]?.type !== 'row') throw new Error('rows');
    expect(row.logits).toHaveLength(2_048);
    expect(again[1].logits).toEqual(row.logits);
    const ran = await answer(generate(3));
    expect(ran.map(event => event.type)).toEqual(['prefilled', 'token', 'token', 'token', 'finished', 'done']);
    const [token] = ran.filter(event => event.type === 'token');
    expect(token!.logit).toBe(row.logits[token!.id]);
    const tokens = Uint32Array.from([...PROMPT, token!.id]);
    const [scored] = await answer({ type: 'score', tokens, from: 4 });
    if (scored?.type !== 'scored') throw new Error('scored');
    expect(scored.from).toBe(4);
    expect(scored.logprobs[0]).toBeCloseTo(token!.logit - token!.logZ, 4);
    expect(scored.ranks[0]).toBe(token!.rank);
  });

  test('a bad request fails, and the next one runs', async () => {
    expect(failure(await answer({ type: 'prefill', tokens: new Uint32Array() }))).toBe('empty_prompt');
    expect(failure(await answer({ type: 'prefill', tokens: new Uint32Array(513) }))).toBe('prompt_too_long');
    expect(failure(await answer({ type: 'prefill', tokens: Uint32Array.of(2_048) }))).toBe('bad_token');
    expect(last(await answer(generate(1)), 'done').type).toBe('done');
  });

  test('a cancelled run finishes with its reason, and the one that waited behind it runs', async () => {
    const long = start(generate(400));
    const behind = start(generate(2));
    await seen(event => event.run === long && event.type === 'token');
    engine.handle({ type: 'cancel', run: long });
    await Promise.all([ended(long), ended(behind)]);
    expect(of(long).slice(-2)).toMatchObject([{ type: 'finished', reason: 'cancelled' }, { type: 'done' }]);
    const sent = of(long).filter(event => event.type === 'token').length;
    expect(of(long).at(-2)).toMatchObject({ generated: sent });
    expect(of(behind).slice(-2)).toMatchObject([
      { type: 'finished', reason: 'length', generated: 2 },
      { type: 'done' },
    ]);
    // One after the other: nothing of the second before the first had ended.
    const firstOfSecond = events.findIndex(event => event.run === behind);
    expect(events.slice(firstOfSecond).some(event => event.run === long)).toBe(false);
  });

  test('a lost device takes no token along that was held back for a stop string', async () => {
    const settings = { ...DEFAULT_SETTINGS, temperature: 0, max_new_tokens: 12, end_of_text: 'continue' } as const;
    const plain = await answer({ ...generate(12), settings });
    const ids = plain.flatMap(event => (event.type === 'token' ? [event.id] : []));
    const { tokenizerJson } = events.find(event => event.type === 'loaded')!.model;
    const bytes = tokenBytesTable(tokenizerJson, 2_048);
    const text = new TextDecoder().decode(Uint8Array.from(ids.flatMap(id => [...bytes[id]!])));
    const device = devices.at(-1)!;
    const submit = device.queue.submit.bind(device.queue);
    let steps = 0;
    Object.defineProperty(device.queue, 'submit', {
      value: (buffers: GPUCommandBuffer[]) => {
        submit(buffers);
        if (buffers.length > 0 && ++steps === 6) device.destroy();
      },
    });
    const all = await answer({ ...generate(12), settings: { ...settings, stop: [`${text}~~~`] } });
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
    const whole = idsOf(await answer(asked));
    expect(whole).toHaveLength(10);
    const device = devices.at(-1)!;
    let parts = 0;
    async function* ask(request: Unnumbered<Command>): AsyncIterableIterator<EngineEvent> {
      const part = start(request);
      if (parts++ === 0) {
        await seen(event => event.run === part && event.type === 'token');
        device.destroy();
      }
      await ended(part);
      for (const event of of(part)) {
        if (event.type === 'failed') throw new NucleusError(event.error.code, event.error.message);
        if (event.type !== 'done') yield event;
      }
    }
    const told: EngineEvent[] = [];
    const back = async (): Promise<boolean> => last(await answer({ ...load, light: true }), 'done').type === 'done';
    for await (const event of lasting(asked, ask, back)) told.push(event);
    expect(parts).toBe(2);
    expect(idsOf(told)).toEqual(whole);
    expect(told.at(-1)).toMatchObject({ type: 'finished', reason: 'length', generated: 10 });
  });

  test('a lost device fails what runs, is told once, and the model loads again', async () => {
    const first = start(generate(400));
    const behind = start({ type: 'prefill', tokens: PROMPT });
    await seen(event => event.run === first && event.type === 'token');
    devices.at(-1)!.destroy();
    await Promise.all([ended(first), ended(behind)]);
    expect(failure(of(first))).toBe('device_lost');
    expect(['no_model', 'device_lost']).toContain(failure(of(behind)));
    expect(events.filter(event => event.type === 'lost')).toMatchObject([{ run: 0, reason: 'destroyed' }]);
    expect(failure(await answer(generate(1)))).toBe('no_model');
    // The loss names its device by number; the model that comes after it is on a later one.
    const gone = events.find(event => event.type === 'lost')?.device ?? 0;
    expect(gone).toBeGreaterThan(0);
    const loads = await answer(load);
    expect(last(loads, 'done').type).toBe('done');
    expect(loads.find(event => event.type === 'loaded')?.model.device).toBe(gone + 1);
    expect(last(await answer(generate(2)), 'done').type).toBe('done');
    expect(events.filter(event => event.type === 'lost')).toHaveLength(1);
  });

  test('a load that lost its device while it waited for its files does nothing any more', async () => {
    let open = (): void => {};
    gate = new Promise(resolve => {
      open = resolve;
    });
    const afresh = { ...load, refresh: true };
    const first = start(afresh);
    devices.at(-1)!.destroy();
    await ended(first);
    expect(failure(of(first))).toBe('device_lost');
    const second = start(afresh);
    open();
    await ended(second);
    expect(last(of(second), 'done').type).toBe('done');
    // By the end of a third load whatever the first one still does is done.
    expect(last(await answer(afresh), 'done').type).toBe('done');
    expect(last(of(first), 'failed').error.code).toBe('device_lost');
    expect(last(await answer(generate(2)), 'done').type).toBe('done');
  });
});
