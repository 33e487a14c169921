// The list shows the actual token, however unlikely; keys stop at both ends.
import { expect, test } from 'vitest';
import { listedIds, stepIndex } from './listed.ts';

const ranked = {
  ids: Uint32Array.of(4, 2, 0, 1, 3),
  vocabulary: 5,
  rankOf: (id: number) => [3, 4, 2, 5, 1][id] ?? 0,
  before: () => 0,
};

test('the likeliest, and the actual one behind them', () => {
  expect(listedIds(ranked, null, '', 2, null)).toEqual([4, 2]);
  expect(listedIds(ranked, null, '', 2, 2)).toEqual([4, 2]);
  expect(listedIds(ranked, null, '', 2, 3)).toEqual([4, 2, 3]);
  expect(listedIds(ranked, null, '', Number.MAX_SAFE_INTEGER, 3)).toEqual([4, 2, 0, 1, 3]);
});

test('a search gives what the tokenizer finds and the row knows', () => {
  const tokenizer = { search: (query: string) => (query === 'fox' ? [3, 9, 1] : []) };
  expect(listedIds(ranked, tokenizer, 'fox', 2, 0)).toEqual([3, 1]);
  expect(listedIds(ranked, tokenizer, 'cat', 2, 0)).toEqual([]);
});

test('keys walk and stop at the ends', () => {
  expect(stepIndex('ArrowDown', -1, 3)).toBe(0);
  expect(stepIndex('ArrowDown', 2, 3)).toBe(2);
  expect(stepIndex('ArrowUp', 0, 3)).toBe(0);
  expect(stepIndex('End', 0, 30)).toBe(29);
  expect(stepIndex('PageDown', 0, 30)).toBe(10);
  expect(stepIndex('a', 0, 30)).toBeNull();
  expect(stepIndex('ArrowDown', -1, 0)).toBeNull();
});
