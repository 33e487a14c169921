// Who is asked: the engine of the load that was asked for last; of a recording that stands in for a model, only until that model is here.
import { expect, test } from 'vitest';
import type { Command } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';
import type { Say } from '../protocol/runs.ts';
import { withOthers } from './routes.ts';
import { ScriptedWorker } from './scripted-worker.ts';

const SHIPPED = { kind: 'shipped', id: 'nucleus-3m' } as const;
const ORIGINS = { shippedBase: 'https://page.test/models/', hubHost: 'https://hub.test' };

function opened() {
  const worker = new ScriptedWorker();
  const asked: Command[] = [];
  let say: Say = () => {};
  const port = withOthers(() => worker, {
    server: () => Promise.reject(new Error('nobody asks a server')),
    recording: tell => {
      say = tell;
      return Promise.resolve({ receive: command => void asked.push(command), dispose: () => {} });
    },
  })();
  const heard: EngineEvent[] = [];
  port.addEventListener('message', ({ data }) => heard.push(data as EngineEvent));
  const load = (run: number, recorded?: 'meanwhile' | true): void => {
    const how = recorded === undefined ? {} : { recorded };
    port.postMessage({ type: 'load', run, source: SHIPPED, origins: ORIGINS, keep: true, refresh: false, ...how }, []);
  };
  const loaded = (run: number) => ({ type: 'loaded', run, model: {} }) as EngineEvent;
  const ask = (run: number): void => port.postMessage({ type: 'prefill', run, tokens: Uint32Array.of(1) }, []);
  return { port, worker, asked, heard, load, loaded, ask, recording: (event: EngineEvent) => say(event) };
}

test('a recording is asked until the model that it stands in for is here', async () => {
  const { worker, asked, load, loaded, ask, recording } = opened();
  load(1);
  load(2, 'meanwhile');
  await Promise.resolve();
  recording(loaded(2));
  ask(3);
  await Promise.resolve();
  expect(asked.map(({ run }) => run)).toEqual([2, 3]);
  worker.say(loaded(1));
  ask(4);
  expect(worker.posted.map(({ run }) => run)).toEqual([1, 4]);
});

test('a recording that comes after its model takes no place, and nobody hears of it', async () => {
  const { worker, heard, load, loaded, ask, recording } = opened();
  load(1);
  load(2, 'meanwhile');
  await Promise.resolve();
  worker.say(loaded(1));
  recording(loaded(2));
  ask(3);
  expect(worker.posted.map(({ run }) => run)).toEqual([1, 3]);
  expect(heard.map(({ type }) => type)).toEqual(['loaded']);
});

test.each(['loaded', 'failed'] as const)(
  'a recording that is asked for when its model has %s takes no place',
  async how => {
    const { worker, heard, load, loaded, ask, recording } = opened();
    load(1);
    const error = { code: 'network', message: 'cut', detail: {} } as const;
    worker.say(how === 'loaded' ? loaded(1) : { type: 'failed', run: 1, error });
    load(2, 'meanwhile');
    await Promise.resolve();
    recording(loaded(2));
    ask(3);
    expect(worker.posted.map(({ run }) => run)).toEqual([1, 3]);
    expect(heard.map(({ run }) => run)).toEqual([1]);
  },
);

test('a recording that a person opens takes the place of a model that comes late', async () => {
  const { worker, asked, load, loaded, ask, recording } = opened();
  load(1);
  load(2, true);
  await Promise.resolve();
  worker.say(loaded(1));
  recording(loaded(2));
  ask(3);
  await Promise.resolve();
  expect(asked.map(({ run }) => run)).toEqual([2, 3]);
});

test.each(['adapter', 'list_opened', 'cache_list'] as const)('whatever the model, %s is for the worker', async type => {
  const { worker, asked, load, loaded, recording, port } = opened();
  load(1, true);
  await Promise.resolve();
  recording(loaded(1));
  port.postMessage({ type, run: 2, files: [] }, []);
  await Promise.resolve();
  expect([worker.posted.map(({ run }) => run), asked.map(({ run }) => run)]).toEqual([[2], [1]]);
});
