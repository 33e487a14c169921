// Requests that reach the service worker: which it answers, and from where.
import { expect, test } from 'vitest';
import { wayOf } from './routing.ts';

test('own files by the routes, from the caches alone once the network is off, and after a look at the record where nothing is known yet', () => {
  expect(wayOf(false, true)).toBe('routes');
  expect(wayOf(true, true)).toBe('caches');
  expect(wayOf(null, true)).toBe('record');
});

test('other origins are left to the browser, also by a worker that has just woken, and refused while the network is off', () => {
  expect(wayOf(false, false)).toBe('browser');
  expect(wayOf(null, false)).toBe('browser');
  expect(wayOf(true, false)).toBe('caches');
});
