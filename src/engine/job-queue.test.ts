// The queue: one job at a time, in order, whatever became of the one before.
import { expect, test } from 'vitest';
import { JobQueue } from './job-queue.ts';

/** A promise, and what settles it. */
function gate(): { readonly promise: Promise<number>; readonly resolve: (value: number) => void } {
  let resolve: (value: number) => void = () => {};
  const promise = new Promise<number>(settle => {
    resolve = settle;
  });
  return { promise, resolve };
}

test('jobs run one after the other, in the order they were asked for', async () => {
  const queue = new JobQueue();
  const log: string[] = [];
  const gates = [0, 1, 2].map(gate);
  const jobs = gates.map(({ promise }, i) =>
    queue.run(async () => {
      log.push(`begin ${i}`);
      const result = await promise;
      log.push(`end ${i}`);
      return result;
    }),
  );
  gates[2]!.resolve(2);
  gates[1]!.resolve(1);
  await new Promise(resolve => setTimeout(resolve));
  expect(log).toEqual(['begin 0']);
  gates[0]!.resolve(0);
  expect(await Promise.all(jobs)).toEqual([0, 1, 2]);
  expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']);
});

test('a job that fails, at once or later, stops nothing behind it', async () => {
  const queue = new JobQueue();
  const failed = queue.run(async () => {
    throw new Error('first');
  });
  const thrown = queue.run(() => {
    throw new Error('second');
  });
  const fine = queue.run(async () => 'third');
  await expect(failed).rejects.toThrow('first');
  await expect(thrown).rejects.toThrow('second');
  expect(await fine).toBe('third');
});
