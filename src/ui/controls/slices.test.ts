// Long work in slices: one at once, others later, ended early.
import { expect, test } from 'vitest';
import { inSlices } from './slices.ts';

/** A clock on which every step takes 5 ms; later slices wait in a list. */
function clock() {
  const waiting: (() => void)[] = [];
  let now = 0;
  return {
    waiting,
    pass: (ms: number) => {
      now += ms;
    },
    clock: {
      now: () => now,
      next: (callback: () => void) => {
        waiting.push(callback);
        return () => void waiting.splice(waiting.indexOf(callback), 1);
      },
    },
  };
}

test('a slice ends when its time is over, the next one goes on', () => {
  const { waiting, pass, clock: time } = clock();
  const log: number[] = [];
  const steps = (function* () {
    for (let i = 0; i < 7; i++) {
      pass(5);
      log.push(i);
      yield;
    }
  })();
  inSlices(steps, time, 12);
  expect(log).toEqual([0, 1, 2]);
  waiting.shift()?.();
  expect(log).toEqual([0, 1, 2, 3, 4, 5]);
  waiting.shift()?.();
  expect(log).toHaveLength(7);
  expect(waiting).toEqual([]);
});

test('what was called off does not go on', () => {
  const { waiting, pass, clock: time } = clock();
  const steps = (function* () {
    for (;;) {
      pass(5);
      yield;
    }
  })();
  inSlices(steps, time, 12)();
  expect(waiting).toEqual([]);
});
