// The client against a scripted worker: one iterator per run, abort, crash, and the dropping of late events.
import { describe, expect, test } from 'vitest';
import { NucleusError } from '../lib/error.ts';
import type { EngineEvent } from '../protocol/events.ts';
import { type Client, createClient, type Request } from './client.ts';
import { adapter, cacheList, cacheVerify, prefill, row } from './requests.ts';
import { type Script, ScriptedWorker } from './scripted-worker.ts';

function setUp(script?: Script): { client: Client; workers: ScriptedWorker[] } {
  const workers: ScriptedWorker[] = [];
  const client = createClient(() => {
    const worker = new ScriptedWorker(script);
    workers.push(worker);
    return worker;
  });
  return { client, workers };
}

async function collect(client: Client, request: Request, signal?: AbortSignal): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of client.run(request, signal)) events.push(event);
  return events;
}

const ids = (...values: number[]): Uint32Array => Uint32Array.from(values);
const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0));
const prefilled = (run: number, computed: number): EngineEvent => ({
  type: 'prefilled',
  run,
  reused: 0,
  computed,
  ms: 1,
});

describe('client.run', () => {
  test('gives the events of its own run, in order, without done', async () => {
    const { client, workers } = setUp((command, say) => {
      say(prefilled(command.run + 1000, 9));
      for (const computed of [1, 2, 3]) say(prefilled(command.run, computed));
      say({ type: 'done', run: command.run });
      say(prefilled(command.run, 4));
    });
    const [one, two] = await Promise.all([
      collect(client, { type: 'prefill', tokens: ids(1) }),
      collect(client, { type: 'prefill', tokens: ids(2) }),
    ]);
    expect(one?.map(e => e.type === 'prefilled' && e.computed)).toEqual([1, 2, 3]);
    expect(two?.map(e => e.run)).toEqual([2, 2, 2]);
    expect(workers).toHaveLength(1);
    expect(client.epoch).toBe(1);
  });

  test('makes no worker before the first run', () => {
    const { client, workers } = setUp();
    expect(workers).toHaveLength(0);
    expect(client.epoch).toBe(0);
  });

  test('gives the events before a failure, then throws it with code and detail', async () => {
    const { client } = setUp((command, say) => {
      say(prefilled(command.run, 1));
      const error = { code: 'nan_logits', message: 'row 3', detail: { position: 3 } } as const;
      say({ type: 'failed', run: command.run, error });
    });
    const seen: EngineEvent[] = [];
    const failing = (async () => {
      for await (const event of client.run({ type: 'prefill', tokens: ids(1) })) seen.push(event);
    })();
    await expect(failing).rejects.toMatchObject({ name: 'NucleusError', code: 'nan_logits', detail: { position: 3 } });
    expect(seen).toHaveLength(1);
  });

  test('an abort sends cancel once and waits for the worker to confirm', async () => {
    const { client, workers } = setUp((command, say) => {
      if (command.type === 'cancel') {
        say(prefilled(command.run, 7));
        say({ type: 'done', run: command.run });
      }
    });
    const abort = new AbortController();
    const running = collect(client, { type: 'prefill', tokens: ids(1) }, abort.signal);
    await settled();
    abort.abort();
    expect(await running).toHaveLength(1);
    expect(workers[0]?.of('cancel')).toEqual([{ type: 'cancel', run: 1 }]);
  });

  test('an aborted signal sends nothing at all', async () => {
    const { client, workers } = setUp();
    await expect(collect(client, { type: 'adapter' }, AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(workers).toHaveLength(0);
  });

  test('an abort after the end sends nothing', async () => {
    const { client, workers } = setUp((command, say) => say({ type: 'done', run: command.run }));
    const abort = new AbortController();
    await collect(client, { type: 'adapter' }, abort.signal);
    abort.abort();
    expect(workers[0]?.of('cancel')).toEqual([]);
  });

  test('leaving the loop early cancels, and what comes later is dropped', async () => {
    const { client, workers } = setUp((command, say) => {
      if (command.type === 'prefill') for (let i = 0; i < 5; i++) say(prefilled(command.run, i));
    });
    for await (const _ of client.run({ type: 'prefill', tokens: ids(1) })) break;
    expect(workers[0]?.of('cancel')).toEqual([{ type: 'cancel', run: 1 }]);
    expect(() => workers[0]?.say(prefilled(1, 9))).not.toThrow();
  });

  test('a command that cannot be cloned rejects and leaves the worker usable', async () => {
    const { client } = setUp((command, say) => say({ type: 'done', run: command.run }));
    const bad = { type: 'cache_delete', key: (() => {}) as unknown as string } as const;
    await expect(collect(client, bad)).rejects.toMatchObject({ code: 'internal' });
    await expect(collect(client, { type: 'adapter' })).resolves.toEqual([]);
  });
});

describe('a worker that crashes', () => {
  test.each([
    ['error with words', (w: ScriptedWorker) => w.crash('boom'), /boom/],
    ['error without words', (w: ScriptedWorker) => w.crash(), /could not be loaded/],
    ['messageerror', (w: ScriptedWorker) => w.garble(), /could not be read/],
  ])('%s: every run fails with internal, the next one gets a fresh worker', async (_, fault, words) => {
    const { client, workers } = setUp((command, say) => {
      if (command.type === 'adapter') say({ type: 'done', run: command.run });
    });
    const pending = [1, 2].map(id => collect(client, { type: 'prefill', tokens: ids(id) }).catch((e: unknown) => e));
    await settled();
    const crashes: string[] = [];
    client.onCrash(error => crashes.push(error.code));
    const first = workers[0];
    expect(first).toBeDefined();
    if (first) fault(first);
    for (const error of await Promise.all(pending)) {
      expect(error).toBeInstanceOf(NucleusError);
      expect(error).toMatchObject({ code: 'internal', message: expect.stringMatching(words) });
    }
    expect(first?.terminated).toBe(true);
    expect(crashes).toEqual(['internal']);
    await collect(client, { type: 'adapter' });
    expect(workers).toHaveLength(2);
    expect(client.epoch).toBe(2);
  });

  test('late words of the old worker reach no run of the new one', async () => {
    const { client, workers } = setUp();
    const lost: string[] = [];
    client.onLost(event => lost.push(event.reason));
    const old = collect(client, { type: 'adapter' }).catch(() => {});
    await settled();
    client.restart();
    await old;
    const running = collect(client, { type: 'prefill', tokens: ids(1) });
    await settled();
    workers[0]?.say(prefilled(2, 99));
    workers[0]?.say({ type: 'lost', run: 0, device: 1, reason: 'unknown', message: 'late' });
    workers[0]?.crash('late');
    workers[1]?.say({ type: 'done', run: 2 });
    expect(await running).toEqual([]);
    expect(lost).toEqual([]);
  });

  test('restart fails runs with cancelled and terminates the worker', async () => {
    const { client, workers } = setUp();
    const running = collect(client, { type: 'adapter' });
    await settled();
    client.restart();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(workers[0]?.terminated).toBe(true);
  });
});

test('lost events go to the listeners until they unsubscribe', async () => {
  const { client, workers } = setUp((command, say) => say({ type: 'done', run: command.run }));
  const heard: string[] = [];
  const off = client.onLost(event => heard.push(event.reason));
  await collect(client, { type: 'adapter' });
  workers[0]?.say({ type: 'lost', run: 0, device: 1, reason: 'unknown', message: '' });
  off();
  workers[0]?.say({ type: 'lost', run: 0, device: 1, reason: 'destroyed', message: '' });
  expect(heard).toEqual(['unknown']);
});

describe('requests with one answer', () => {
  test('prefill and row give the logits and what they cost', async () => {
    const { client } = setUp((command, say) => {
      say(prefilled(command.run, 3));
      say({ type: 'row', run: command.run, position: 2, logits: Float32Array.of(1, 2) });
      say({ type: 'done', run: command.run });
    });
    expect([...(await row(client, ids(1, 2, 3), 2)).logits]).toEqual([1, 2]);
    expect((await prefill(client, ids(1, 2, 3))).prefilled?.computed).toBe(3);
  });

  test('an end without an answer is an error, and cancelled after an abort', async () => {
    const { client } = setUp((command, say) => say({ type: 'done', run: command.run }));
    await expect(adapter(client)).rejects.toMatchObject({ code: 'internal' });
    const { client: slow } = setUp((command, say) => {
      if (command.type === 'cancel') say({ type: 'done', run: command.run });
    });
    const abort = new AbortController();
    const waiting = cacheVerify(slow, 'hub/a/b@main', abort.signal);
    await settled();
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('cache_list gives models and usage', async () => {
    const { client } = setUp((command, say) => {
      say({ type: 'cache', run: command.run, models: [], usage: 12 });
      say({ type: 'done', run: command.run });
    });
    expect((await cacheList(client)).usage).toBe(12);
  });
});
