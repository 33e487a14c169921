// A limit on time in a tab that is frozen while it runs: what came due asleep is waited for again.
import { expect, test } from 'vitest';
import { limit } from './limit.ts';
import { within } from './within.ts';

/** A clock and its timers: `pass` lets time pass awake, `sleep` without any timer until the end, when all that came due go off. */
function world() {
  let now = 0;
  const waits = new Set<{ readonly due: number; readonly callback: () => void }>();
  const goOff = (): void => {
    for (const wait of [...waits].filter(({ due }) => due <= now)) if (waits.delete(wait)) wait.callback();
  };
  return {
    now: () => now,
    later: (ms: number, callback: () => void) => {
      const wait = { due: now + ms, callback };
      waits.add(wait);
      return () => void waits.delete(wait);
    },
    pass: (ms: number) => {
      for (let i = 0; i < ms; i++) {
        now += 1;
        goOff();
      }
    },
    sleep: (ms: number) => {
      now += ms;
      goOff();
    },
    waiting: () => waits.size,
  };
}

test('awake, it is over after its time, once', () => {
  const clock = world();
  let count = 0;
  limit(30_000, () => count++, clock);
  clock.pass(29_999);
  expect(count).toBe(0);
  clock.pass(1);
  expect(count).toBe(1);
  clock.pass(60_000);
  expect(count).toBe(1);
});

test.each([1000, 10_000, 30_000])('asleep when %i ms were over: it waits all of it again', ms => {
  const clock = world();
  let over = false;
  limit(ms, () => (over = true), clock);
  clock.pass(ms / 2);
  clock.sleep(3_600_000);
  expect(over).toBe(false);
  clock.sleep(3_600_000);
  clock.pass(ms - 1);
  expect(over).toBe(false);
  clock.pass(1);
  expect(over).toBe(true);
});

test('a machine that is a little late is not asleep', () => {
  const clock = world();
  let over = false;
  limit(30_000, () => (over = true), clock);
  clock.sleep(32_000);
  expect(over).toBe(true);
});

test('called off before and after a sleep, nothing is left', () => {
  const clock = world();
  let over = false;
  limit(1000, () => (over = true), clock)();
  const callOff = limit(1000, () => (over = true), clock);
  clock.sleep(60_000);
  callOff();
  clock.pass(5000);
  expect(over).toBe(false);
  expect(clock.waiting()).toBe(0);
});

test('what came while it slept is the answer', async () => {
  const clock = world();
  let resolve = (_: string): void => {};
  const promise = new Promise<string>(done => {
    resolve = done;
  });
  const answer = within(5000, promise, () => new Error('late'), clock);
  clock.sleep(60_000);
  resolve('here');
  expect(await answer).toBe('here');
  await new Promise(rest => setImmediate(rest));
  expect(clock.waiting()).toBe(0);
  const none = within(5000, new Promise(() => {}), () => new Error('late'), clock);
  clock.pass(5000);
  await expect(none).rejects.toThrow('late');
});
