// The work of a view: one at a time, interrupted and gone on with, stopped, failed, reset.
import { expect, test } from 'vitest';
import { NucleusError } from '../../lib/error.ts';
import type { Return } from './outliving.ts';
import { Scheduler } from './scheduler.ts';
import { IDLE_TASK, type TaskState, ViewTask, type ViewWork } from './view-task.ts';

const tick = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0));

/** A model that does not come back. */
const returning = (): Return => () => Promise.resolve(false);

function open(back: () => Return = returning) {
  const scheduler = new Scheduler();
  const states: TaskState[] = [];
  const task = new ViewTask({ scheduler, returning: back }, state => states.push(state));
  return { scheduler, task, states, last: () => states.at(-1) };
}

/** Work of `total` parts that keeps what is done, a part a tick. */
function parts(total: number, log: string[], name = 'work'): ViewWork {
  let done = 0;
  return async (signal, progress) => {
    log.push(`${name} from ${done}`);
    while (done < total) {
      await tick();
      if (signal.aborted) throw new NucleusError('cancelled', name);
      progress(++done);
    }
  };
}

/** A run that is under way until it is told to end. */
function runOf(scheduler: Scheduler): { run: Promise<void>; finish: () => void } {
  let finish = (): void => {};
  const end = new Promise<void>(resolve => {
    finish = resolve;
  });
  return { run: scheduler.start('run', () => end), finish };
}

test('progress and the end are told', async () => {
  const { task, states } = open();
  await task.run(3, parts(3, []));
  expect(states.map(({ status, done }) => `${status} ${done}`)).toEqual([
    'working 0',
    'working 1',
    'working 2',
    'working 3',
    'done 3',
  ]);
});

test('a row interrupts it; it goes on from what it had', async () => {
  const { scheduler, task, last } = open();
  const log: string[] = [];
  const running = task.run(5, parts(5, log));
  await tick();
  await tick();
  await scheduler.start('row', async () => void log.push('row'));
  await running;
  expect(log[0]).toBe('work from 0');
  expect(log[1]).toBe('row');
  expect(log[2]).toMatch(/^work from [1-4]$/);
  expect(log).toHaveLength(3);
  expect(last()?.status).toBe('done');
});

test('it waits behind a run and keeps its place when more rows come', async () => {
  const { scheduler, task, last } = open();
  const log: string[] = [];
  const { run, finish } = runOf(scheduler);
  const running = task.run(1, parts(1, log));
  const row = scheduler.start('row', async () => void log.push('row'));
  expect(scheduler.has('view')).toBe(true);
  finish();
  await Promise.all([run, row, running]);
  expect(log).toEqual(['row', 'work from 0']);
  expect(last()?.status).toBe('done');
});

test('two views share the scheduler, one after the other; a score waits', async () => {
  const scheduler = new Scheduler();
  const log: string[] = [];
  const first = new ViewTask({ scheduler, returning }, () => {}).run(2, parts(2, log, 'first'));
  const score = scheduler.start('score', async () => void log.push('score'));
  const second = new ViewTask({ scheduler, returning }, () => {}).run(2, parts(2, log, 'second'));
  await Promise.all([first, second, score]);
  expect(log).toEqual(['first from 0', 'second from 0', 'score']);
});

test('a newer piece takes the place of an older one, under way or waiting', async () => {
  const { task, states, last } = open();
  const log: string[] = [];
  const older = task.run(50, parts(50, log, 'older'));
  await tick();
  const newer = task.run(1, parts(1, log, 'newer'));
  await Promise.all([older, newer]);
  expect(log).toEqual(['older from 0', 'newer from 0']);
  expect(last()).toEqual({ status: 'done', done: 1, total: 1, error: null });
  expect(states.some(({ status }) => status === 'stopped')).toBe(false);
});

test('a person stops it, waiting or under way; cancelAll does too', async () => {
  const { scheduler, task, last } = open();
  const running = task.run(9, parts(9, []));
  await tick();
  task.stop();
  await running;
  expect(last()?.status).toBe('stopped');
  const { run, finish } = runOf(scheduler);
  const log: string[] = [];
  const waiting = task.run(9, parts(9, log));
  task.stop();
  await waiting;
  expect(last()?.status).toBe('stopped');
  const all = task.run(9, parts(9, log));
  scheduler.cancelAll();
  await all;
  expect(last()?.status).toBe('stopped');
  expect(log).toEqual([]);
  finish();
  await run;
});

test('a failure is kept as an error; reset forgets everything', async () => {
  const { task, last } = open();
  await task.run(1, () => Promise.reject(new NucleusError('out_of_memory', 'no room')));
  expect(last()).toMatchObject({ status: 'failed', error: { code: 'out_of_memory' } });
  const running = task.run(9, parts(9, []));
  await tick();
  task.reset();
  await running;
  expect(last()).toBe(IDLE_TASK);
});

/** Parts of which one fails as a lost device does, once. */
function struck(log: string[]): ViewWork {
  let done = 0;
  let left = 1;
  return async (_, progress) => {
    log.push(`from ${done}`);
    for (; done < 4; progress(++done)) if (done === 2 && left-- > 0) throw new NucleusError('device_lost', 'gone');
  };
}

test('work whose device went under it goes on once the model is back, and fails where it does not come', async () => {
  const log: string[] = [];
  let come = (_: boolean): void => {};
  const asked: unknown[] = [];
  const returns = () => (thrown: unknown) => {
    asked.push(thrown);
    return new Promise<boolean>(resolve => {
      come = resolve;
    });
  };
  const { task, last } = open(returns);
  const run = task.run(4, struck(log));
  await tick();
  expect(last()).toMatchObject({ status: 'working', done: 2 });
  come(true);
  await run;
  expect(last()).toMatchObject({ status: 'done', done: 4 });
  expect(log).toEqual(['from 0', 'from 2']);
  const other = task.run(4, struck(log));
  await tick();
  come(false);
  await other;
  expect(last()).toMatchObject({ status: 'failed', error: { code: 'device_lost' } });
  expect(asked).toHaveLength(2);
});

test('a person may stop it while it waits for its model', async () => {
  const { task, last } = open(
    () => (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new NucleusError('cancelled', 'stopped')));
      }),
  );
  const run = task.run(4, struck([]));
  await tick();
  task.stop();
  await run;
  expect(last()).toMatchObject({ status: 'stopped', done: 2 });
});

test('work that costs the device again and again without a part more done fails; one that gets on goes on', async () => {
  const { task, last } = open(() => () => Promise.resolve(true));
  let calls = 0;
  const lose = (): never => {
    calls++;
    throw new NucleusError('device_lost', 'gone');
  };
  await task.run(4, () => Promise.resolve().then(lose));
  expect(last()).toMatchObject({ status: 'failed', error: { code: 'device_lost' } });
  expect(calls).toBe(3);
  let done = 0;
  await task.run(4, async (_, progress) => {
    if (done === 4) return;
    progress(++done);
    lose();
  });
  expect(last()).toMatchObject({ status: 'done', done: 4 });
});
