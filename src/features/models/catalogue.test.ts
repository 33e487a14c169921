// The models on offer: each once, by names that the page itself would take; the search; and what does not fit.
import { expect, test } from 'vitest';
import { parseModelName } from '../../stores/model/model-name.ts';
import { DEFAULT_SOURCE } from '../../stores/model/sources.ts';
import { CATALOGUE, found, weightBytes } from './catalogue.ts';
import { tightness } from './room.ts';

test('it begins with the default and names each model once', () => {
  expect(CATALOGUE[0]?.source).toEqual(DEFAULT_SOURCE);
  expect(new Set(CATALOGUE.map(entry => entry.key)).size).toBe(CATALOGUE.length);
  for (const { source } of CATALOGUE)
    if (source.kind === 'hub') expect(parseModelName(`${source.repo}@${source.revision}`)).toEqual(source);
});

test('no download is smaller than the weights it brings', () => {
  for (const entry of CATALOGUE) {
    expect([entry.name, entry.bytes >= weightBytes(entry)]).toEqual([entry.name, true]);
    expect(entry.bytes).toBeLessThan(1.5 * weightBytes(entry));
    expect(entry.summary).toMatch(/^[A-Z].*\.$/);
  }
});

test.each([
  ['', CATALOGUE.length],
  ['qwen', 2],
  ['GATED', 2],
  ['smollm2 instruct', 2],
  ['eleutherai', 2],
  ['apache 135m', 2],
  ['nothing of the kind', 0],
])('a search for %j finds %i', (query, count) => {
  expect(found(CATALOGUE, query)).toHaveLength(count);
});

test('what does not fit says why', () => {
  const GB = 1e9;
  expect(tightness(6 * GB, { maxBufferSize: null, memory: null })).toBe('');
  expect(tightness(6 * GB, { maxBufferSize: 2 * GB, memory: null })).toBe('');
  expect(tightness(6 * GB, { maxBufferSize: GB, memory: null })).toMatch(/this adapter gives 1.0 GB at most/);
  expect(tightness(6 * GB, { maxBufferSize: 4 * GB, memory: 4 * GB })).toMatch(/this device has 4.0 GB of memory/);
});
