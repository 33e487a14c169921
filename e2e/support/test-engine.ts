// Test support: the engine as the worker drives it, in a page or in Node, where there is no IndexedDB and no server: a stand-in brings the first, and fetch answers from the files of the repository.
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { Origins } from '../../src/lib/model-source.ts';
import type { Command, Unnumbered } from '../../src/protocol/commands.ts';
import type { EngineEvent, EventOf } from '../../src/protocol/events.ts';
import { DEFAULT_SETTINGS } from '../../src/sampling/settings.ts';
import { readBytes } from './read-bytes.ts';

const BASE = 'http://shipped.test/models/';
const ORIGINS: Origins = { shippedBase: BASE, hubHost: 'http://hub.test' };
const SHIPPED = { kind: 'shipped', id: 'nucleus-3m' } as const;

export const PROMPT = Uint32Array.of(300, 301, 302, 303);
export const LOAD = { type: 'load', source: SHIPPED, origins: ORIGINS, keep: false, refresh: false } as const;
export const generate = (max_new_tokens: number) =>
  ({
    type: 'generate',
    tokens: PROMPT,
    drawn: new Uint8Array(PROMPT.length),
    settings: { ...DEFAULT_SETTINGS, max_new_tokens, end_of_text: 'continue' },
    seed: 3,
  }) as const;

export interface TestEngine {
  /** What requests wait for. */
  gate: Promise<void>;
  /** No answer comes to requests for many bytes. */
  stalls: boolean;
  /** Devices that the engine opened, newest last: a test may destroy one. */
  readonly devices: GPUDevice[];
  /** All that the engine of this test has said. */
  readonly events: readonly EngineEvent[];
  /** Of the last command. */
  readonly run: number;
  /** Gives the command its number. */
  start(command: Unnumbered<Command>): number;
  cancel(run: number): void;
  /** Resolves at the first event, past or future, that passes. */
  seen(wanted: (event: EngineEvent) => boolean): Promise<void>;
  ended(run: number): Promise<void>;
  of(run: number): readonly EngineEvent[];
  /** Runs a command to its end, and checks that it ends once and with nothing after. */
  answer(command: Unnumbered<Command>): Promise<readonly EngineEvent[]>;
}

/** For the tests of one file: each has an engine of its own. */
export function testEngine(): TestEngine {
  const realFetch = globalThis.fetch;
  const { gpu } = navigator;
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  let engine: Engine;
  let events: EngineEvent[];
  let waiting: { readonly test: (event: EngineEvent) => boolean; readonly resolve: () => void }[];
  let run = 0;

  /** Answers `http://shipped.test/models/...` from public/models; all else is a server that is not there. */
  async function fetchFromFolder(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const { url, method, headers } = new Request(input, init);
    if (!url.startsWith('http://')) return realFetch(input, init);
    await self.gate;
    if (!url.startsWith(BASE))
      return url.startsWith('http://hub.test/') ? new Response('', { status: 404 }) : realFetch(input, init);
    const bytes = await readBytes(`public/models/${url.slice(BASE.length)}`).catch(() => null);
    if (bytes === null) return new Response('', { status: 404 });
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.get('range') ?? '');
    const [from, to] = range ? [Number(range[1]), range[2] ? Number(range[2]) + 1 : bytes.length] : [0, bytes.length];
    const part = bytes.slice(from, to);
    if (self.stalls && part.length > 1_000_000) await new Promise(() => {});
    const head: Record<string, string> = {
      'Content-Length': String(part.length),
      ETag: `"${bytes.length}"`,
      'Accept-Ranges': 'bytes',
    };
    if (range) head['Content-Range'] = `bytes ${from}-${from + part.length - 1}/${bytes.length}`;
    return new Response(method === 'HEAD' ? null : part, { status: range ? 206 : 200, headers: head });
  }

  const seen = (wanted: (event: EngineEvent) => boolean): Promise<void> => {
    if (events.some(wanted)) return Promise.resolve();
    return new Promise(resolve => waiting.push({ test: wanted, resolve }));
  };
  const self: TestEngine = {
    gate: Promise.resolve(),
    stalls: false,
    devices: [],
    get events() {
      return events;
    },
    get run() {
      return run;
    },
    start(command) {
      engine.handle({ ...command, run: ++run } as Command);
      return run;
    },
    cancel: id => engine.handle({ type: 'cancel', run: id }),
    seen,
    ended: id => seen(event => event.run === id && (event.type === 'done' || event.type === 'failed')),
    of: id => events.filter(event => event.run === id),
    async answer(command) {
      const id = self.start(command);
      await self.ended(id);
      const all = self.of(id);
      expect(all.filter(event => event.type === 'done' || event.type === 'failed')).toHaveLength(1);
      return all;
    },
  };

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
            self.devices.push(device);
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
    for (const device of self.devices.splice(0)) device.destroy();
  });
  return self;
}

export function last<T extends EngineEvent['type']>(all: readonly EngineEvent[], type: T): EventOf<T> {
  const event = all.at(-1);
  if (event?.type !== type) throw new Error(`the last event is ${JSON.stringify(event)}, not ${type}`);
  return event as EventOf<T>;
}

export const failure = (all: readonly EngineEvent[]) => last(all, 'failed').error.code;
