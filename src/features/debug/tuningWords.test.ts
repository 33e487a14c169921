// The sentence about tuning on a CPU, before measuring and after it.
import { expect, test } from 'vitest';
import { tuningWords } from './tuningWords.ts';

const team = (measured: boolean) => ({
  product: 'linear row 8x8 f32',
  threads: '8 threads for four outputs',
  measured,
});

test.each([
  [[], /^Not tuned: a CPU plays the GPU here/],
  [[team(false)], /^Not tuned for this GPU: .* measured when a model is next loaded/],
  [[team(true), team(false)], /^Tuned for this GPU: 1 of 2 products were measured/],
])('%j', (teams, words) => {
  expect(tuningWords(teams)).toMatch(words);
});
