// The formula of the cost against the model's own graph.
import { expect, test } from 'vitest';
import { gpt2 } from '../../model/architectures/gpt2.ts';
import { parseConfig } from '../../model/architectures/gpt2-config.ts';
import { workOf } from '../../model/ir/work.ts';
import { cachedNumbers, costAt, formatMs, spread } from './cost.ts';

const graph = gpt2(parseConfig({ model_type: 'gpt2' }));
const work = workOf(graph);
const ALL = Array.from({ length: 12 }, () => null);

test('GPT-2 small: 124 M multiply-adds with the weights, 18,432 more for each position', () => {
  const first = costAt(work, ALL, 0);
  expect(first).toEqual({
    weights: 123_532_032,
    attention: 18_432,
    cached: 123_550_464,
    uncached: 123_550_464,
  });
  const { n_layer, n_head, head_size } = graph.dims;
  expect(costAt(work, ALL, 1023).attention).toBe(2 * n_layer * n_head * head_size * 1024);
  expect(cachedNumbers(graph.dims, n_layer)).toBe(18_432);
});

test('without the cache it is all that came before, with one head', () => {
  let sum = 0;
  for (let position = 0; position < 50; position++) sum += costAt(work, ALL, position).cached - work.head;
  expect(costAt(work, ALL, 49).uncached).toBe(sum + work.head);
});

test('a layer with a window looks at no more than its window, at every step', () => {
  const windows = ALL.map((_, layer) => (layer % 2 === 0 ? 4 : null));
  const attention = (position: number) => costAt(work, windows, position).attention;
  expect(attention(2)).toBe(costAt(work, ALL, 2).attention);
  expect(attention(9)).toBe((work.attention / 12) * (6 * 4 + 6 * 10));
  let sum = 0;
  for (let position = 0; position < 10; position++) sum += costAt(work, windows, position).cached - work.head;
  expect(costAt(work, windows, 9).uncached).toBe(sum + work.head);
  expect(costAt({ ...work, attention: 0 }, [], 9).attention).toBe(0);
});

test('positions of a plot rise from the first to the last', () => {
  expect(spread(1024, 5)).toEqual([0, 256, 512, 767, 1023]);
  expect(spread(3, 100)).toEqual([0, 1, 2]);
  expect(spread(1, 100)).toEqual([0]);
});

test('times that are compared have one unit', () => {
  expect([0.5, 9.99, 14.31, 99.9, 1250].map(formatMs)).toEqual([
    '0.50 ms',
    '9.99 ms',
    '14.3 ms',
    '99.9 ms',
    '1,250 ms',
  ]);
  expect(formatMs(Number.NaN)).toBe('–');
});
