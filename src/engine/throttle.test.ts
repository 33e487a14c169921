// Events let through at most so often; the last one always arrives.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Throttle } from './throttle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the first at once, then the newest after each pause, the last even when nothing follows', () => {
  const seen: number[] = [];
  const throttle = new Throttle<number>(50, value => seen.push(value));
  for (let i = 1; i <= 5; i++) throttle.push(i);
  expect(seen).toEqual([1]);
  vi.advanceTimersByTime(50);
  expect(seen).toEqual([1, 5]);
  throttle.push(6);
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([1, 5, 6]);
  throttle.push(7);
  expect(seen).toEqual([1, 5, 6, 7]);
});

test('a flush sends what waits and leaves no timer', () => {
  const seen: number[] = [];
  const throttle = new Throttle<number>(50, value => seen.push(value));
  throttle.push(1);
  throttle.push(2);
  throttle.flush();
  expect(seen).toEqual([1, 2]);
  expect(vi.getTimerCount()).toBe(0);
});
