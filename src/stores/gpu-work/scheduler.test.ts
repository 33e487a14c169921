// One piece of GPU work at a time, in the order of its urgency.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NucleusError } from '../../lib/error.ts';
import { Scheduler, type WorkKind } from './scheduler.ts';

const tick = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0));

/** Work that ends when told to or when aborted. */
function piece(log: string[], name: string): { work: (signal: AbortSignal) => Promise<string>; finish: () => void } {
  let finish = (): void => {};
  const work = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      log.push(`begin ${name}`);
      finish = () => resolve(name);
      signal.addEventListener('abort', () => {
        log.push(`abort ${name}`);
        setTimeout(() => reject(new NucleusError('cancelled', name)), 0);
      });
    });
  return { work, finish: () => finish() };
}

test('a run cancels a score under way and begins only when that has ended', async () => {
  const scheduler = new Scheduler();
  const log: string[] = [];
  const score = scheduler.start('score', piece(log, 'score').work).catch((e: NucleusError) => e.code);
  const run = piece(log, 'run');
  const running = scheduler.start('run', run.work);
  expect(log).toEqual(['begin score', 'abort score']);
  expect(await score).toBe('cancelled');
  await tick();
  expect(log).toEqual(['begin score', 'abort score', 'begin run']);
  run.finish();
  expect(await running).toBe('run');
});

test('a row waits for a run; a newer row takes its place before it began', async () => {
  const scheduler = new Scheduler();
  const log: string[] = [];
  const run = piece(log, 'run');
  const running = scheduler.start('run', run.work);
  const first = scheduler.start('row', piece(log, 'row 1').work).catch((e: NucleusError) => e.code);
  const second = piece(log, 'row 2');
  const rowed = scheduler.start('row', second.work);
  expect(await first).toBe('cancelled');
  expect(log).toEqual(['begin run']);
  run.finish();
  await running;
  await tick();
  second.finish();
  expect(await rowed).toBe('row 2');
  expect(log).toEqual(['begin run', 'begin row 2']);
});

test('work that throws leaves the scheduler free', async () => {
  const scheduler = new Scheduler();
  await expect(scheduler.start('row', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(scheduler.start('score', () => Promise.resolve(1))).resolves.toBe(1);
});

test('any mix of work: never two at once, every promise settles, the last of the highest rank is done', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<Exclude<WorkKind, 'view'>>('run', 'row', 'score'), { minLength: 1, maxLength: 12 }),
      async kinds => {
        const scheduler = new Scheduler();
        let active = 0;
        let most = 0;
        const results = kinds.map(kind =>
          scheduler
            .start(kind, async signal => {
              most = Math.max(most, ++active);
              await Promise.resolve();
              await Promise.resolve();
              active--;
              if (signal.aborted) throw new NucleusError('cancelled', kind);
              return 'done';
            })
            .catch((e: NucleusError) => e.code),
        );
        const ends = await Promise.all(results);
        expect(most).toBe(1);
        for (const kind of ['run', 'row', 'score'] as const) {
          const last = kinds.lastIndexOf(kind);
          const later = kinds.slice(last + 1);
          const urgentLater = kind === 'score' ? later.length > 0 : kind === 'row' ? later.includes('run') : false;
          if (last >= 0 && !urgentLater) expect(ends[last]).toBe('done');
          kinds.forEach((k, i) => {
            if (k === kind && i < last) expect(ends[i]).toBe('cancelled');
          });
        }
      },
    ),
  );
});

test('whoever watches hears of every change of what is under way or waits', async () => {
  const scheduler = new Scheduler();
  const seen: boolean[] = [];
  const end = scheduler.watch(() => {
    const now = scheduler.has('run');
    if (seen.at(-1) !== now) seen.push(now);
  });
  const score = piece([], 'score');
  const scored = scheduler.start('score', score.work).catch((e: NucleusError) => e.code);
  expect(seen).toEqual([false]);
  const run = piece([], 'run');
  const running = scheduler.start('run', run.work);
  expect(seen).toEqual([false, true]);
  await scored;
  await tick();
  run.finish();
  await running;
  await tick();
  expect(seen).toEqual([false, true, false]);
  // One that waits is called off before it began.
  void scheduler.start('row', piece([], 'row').work).catch(() => {});
  const waits = scheduler.start('run', piece([], 'waits').work).catch((e: NucleusError) => e.code);
  expect(seen.at(-1)).toBe(true);
  scheduler.cancel('run');
  expect(await waits).toBe('cancelled');
  expect(seen).toEqual([false, true, false, true, false]);
  end();
  scheduler.cancelAll();
  void scheduler.start('run', () => Promise.resolve());
  expect(seen).toHaveLength(5);
});
