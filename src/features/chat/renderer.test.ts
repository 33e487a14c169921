// The worker of templates: it answers in order, what takes too long is ended with it, and what waits goes to the next one.
import { expect, test } from 'vitest';
import type { RenderRequest } from './render.ts';
import { createRenderer, MOST_MS, type TemplateWorker } from './renderer.ts';
import type { TemplateAnswer } from './template-worker.ts';

const request = (source: string): RenderRequest => ({ source, messages: [], variables: {}, now: 0 });

class FakeWorker implements TemplateWorker {
  readonly asked: string[] = [];
  terminated = false;
  #say: (answer: TemplateAnswer) => void = () => {};
  #fail: () => void = () => {};
  postMessage(requests: readonly RenderRequest[]): void {
    this.asked.push(...requests.map(({ source }) => source));
  }
  addEventListener(type: 'message' | 'error', listener: (event: MessageEvent<TemplateAnswer>) => void): void {
    if (type === 'message') this.#say = data => listener({ data } as MessageEvent<TemplateAnswer>);
    else this.#fail = listener as () => void;
  }
  terminate(): void {
    this.terminated = true;
  }
  ready(): void {
    this.#say({ type: 'ready' });
  }
  answer(text: string): void {
    this.#say({ type: 'rendered', rendered: [{ kind: 'text', text }] });
  }
  fail(): void {
    this.#fail();
  }
}

function renderer() {
  const workers: FakeWorker[] = [];
  const timers = new Set<{ ms: number; callback: () => void }>();
  const made = createRenderer(
    (ms, callback) => {
      const timer = { ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker;
    },
  );
  const worker = (): FakeWorker => workers.at(-1) as FakeWorker;
  return { ...made, workers, timers, worker };
}

test('one worker for all that is asked; the time of its loading does not count', async () => {
  const { render, worker, workers, timers } = renderer();
  const [first, second] = [render([request('a')]), render([request('b')])];
  expect(timers.size).toBe(0);
  worker().ready();
  expect([...timers].map(({ ms }) => ms)).toEqual([MOST_MS]);
  worker().answer('A');
  expect(await first).toEqual([{ kind: 'text', text: 'A' }]);
  worker().answer('B');
  expect(await second).toEqual([{ kind: 'text', text: 'B' }]);
  expect(worker().asked).toEqual(['a', 'b']);
  expect([workers.length, timers.size]).toEqual([1, 0]);
});

test('what never ends is ended, and the next goes to another worker', async () => {
  const { render, worker, workers, timers } = renderer();
  const [loop, next] = [render([request('loop')]), render([request('next')])];
  worker().ready();
  for (const { callback } of timers) callback();
  expect(await loop).toBeNull();
  expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
  // Whatever the old one still says.
  workers[0]?.answer('late');
  worker().ready();
  worker().answer('N');
  expect(await next).toEqual([{ kind: 'text', text: 'N' }]);
});

test('a worker that does not start is said, once', async () => {
  const { render, worker, dispose } = renderer();
  const asked = render([request('a')]);
  worker().fail();
  expect(await asked).toMatchObject([{ kind: 'failed' }]);
  dispose();
});
