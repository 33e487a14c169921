// Loads that quantise with several threads, as the engine runs them: however one ends, no thread outlives it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failure, generate, LOAD, last, testEngine } from '../../e2e/support/test-engine.ts';
import { threadCount } from '../gpu/quantise/thread.ts';

const engine = testEngine();
const INT4 = { ...LOAD, format: 'int4' } as const;

const RealWorker = globalThis.Worker;
const counts = { started: 0, alive: 0 };
/** Called once the first threads are started. */
let onStart = () => {};

beforeEach(() => {
  Object.assign(counts, { started: 0, alive: 0 });
  onStart = () => {};
});
afterEach(() => {
  globalThis.Worker = RealWorker;
});

function countWorkers(): void {
  globalThis.Worker = class extends RealWorker {
    #alive = true;

    constructor(script: string | URL, options?: WorkerOptions) {
      super(script, options);
      counts.started++;
      counts.alive++;
      if (counts.started === 1) queueMicrotask(onStart);
    }

    override terminate(): void {
      super.terminate();
      if (this.#alive) counts.alive--;
      this.#alive = false;
    }
  };
}

// Node has no such workers.
describe.runIf(threadCount() > 0)('threads of a load', () => {
  beforeEach(countWorkers);

  test('that succeeds', async () => {
    expect(last(await engine.answer(INT4), 'done').run).toBe(engine.run);
    expect(counts).toEqual({ started: threadCount(), alive: 0 });
    expect(last(await engine.answer(generate(2)), 'done').run).toBe(engine.run);
  });

  test('that is cancelled in the middle', async () => {
    onStart = () => engine.cancel(engine.run);
    expect(failure(await engine.answer(INT4))).toBe('cancelled');
    expect(counts).toEqual({ started: threadCount(), alive: 0 });
    onStart = () => {};
    expect(last(await engine.answer(INT4), 'done').run).toBe(engine.run);
    expect(counts.alive).toBe(0);
  });

  test('whose device is lost in the middle', async () => {
    onStart = () => engine.devices.at(-1)?.destroy();
    expect(failure(await engine.answer(INT4))).toBe('device_lost');
    expect(counts).toEqual({ started: threadCount(), alive: 0 });
  });
});
