// Progress says what is known and nothing else.
import { expect, test } from 'vitest';
import { progressWords, shareDone } from './phases.ts';

const start = { phase: 'list', bytes: 0, totalBytes: 0, fromCache: false, speed: null, secondsLeft: null } as const;

test('nothing is known at first', () => {
  expect(shareDone(start)).toBeNull();
  expect(progressWords(start, 'hub')).toEqual(['Looking at the files']);
});

test('bytes, speed and time', () => {
  const half = {
    ...start,
    phase: 'download',
    bytes: 274e6,
    totalBytes: 548e6,
    speed: 12.4e6,
    secondsLeft: 22,
  } as const;
  expect(shareDone(half)).toBe(0.5);
  expect(progressWords(half, 'hub')).toEqual(['Downloading', '274 MB of 548 MB', '12.4 MB/s', '22 s left']);
});

test('the cache is named', () => {
  expect(progressWords({ ...start, phase: 'upload', fromCache: true }, 'hub')[0]).toContain('cache');
});

test('opened files are read, not downloaded', () => {
  expect(progressWords({ ...start, phase: 'download' }, 'local')[0]).toBe('Reading from disk');
  expect(progressWords({ ...start, phase: 'download' }, 'shipped')[0]).toBe('Downloading');
});
