// Means of attention weights: over heads of a layer, and over layers that have attention.
import { expect, test } from 'vitest';
import { attentionRow, choiceWithin, weightsOf } from './row.ts';

test('a layer without attention has no part in the mean over layers', () => {
  const ids = Uint32Array.of(5, 6);
  const [sharp, even, none] = [
    [1, 0, 1, 0],
    [0.5, 0.5, 0.5, 0.5],
    [0, 0, 0, 0],
  ];
  const row = attentionRow(
    ids,
    { layers: 3, heads: 2, attends: [0, 2] },
    Float32Array.from([sharp, none, even].flat()),
  );
  expect([...weightsOf(row, { layer: null, head: null })]).toEqual([0.75, 0.25]);
  expect([...weightsOf(row, { layer: 1, head: null })]).toEqual([0, 0]);
  expect([...weightsOf(row, { layer: 2, head: 1 })]).toEqual([0.5, 0.5]);
});

test('a choice stays in another model where its layer has attention, and the head', () => {
  const mixers = ['short_conv', 'attention', 'delta_rule'] as const;
  const all = { layer: null, head: null };
  const within = (layer: number | null, head: number | null) => choiceWithin({ layer, head }, mixers, 4);
  for (const kept of [all, { layer: 1, head: null }, { layer: 1, head: 3 }])
    expect(within(kept.layer, kept.head)).toEqual(kept);
  for (const [layer, head] of [
    [0, null],
    [2, 1],
    [1, 4],
    [3, 0],
  ] as const)
    expect(within(layer, head)).toEqual(all);
});
