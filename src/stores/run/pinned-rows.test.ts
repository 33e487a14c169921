// What is kept of pinned rows over edits, and what is asked for.
import { expect, test } from 'vitest';
import { PinnedRows } from './pinned-rows.ts';

const ids = (...list: number[]) => Uint32Array.from(list);
/** Rows [from, to) of some pins: 100 * row + pin. */
const rows = (pins: number[], from: number, to: number) =>
  Float32Array.from(Array.from({ length: to - from }, (_, i) => pins.map(pin => 100 * (from + i) + pin)).flat());

function filled(text: Uint32Array, pins: number[]): PinnedRows {
  const kept = new PinnedRows();
  kept.follow(text);
  for (const missing of kept.missing(pins, text.length))
    kept.put(missing, text, rows([...missing.pins], missing.from, missing.to));
  return kept;
}

test('rows are missing until they are put', () => {
  const kept = new PinnedRows();
  kept.follow(ids(1, 2, 3));
  expect(kept.missing([5, 6], 3)).toEqual([{ pins: ids(5, 6), from: 0, to: 3 }]);
  kept.put({ pins: ids(5, 6), from: 0, to: 2 }, ids(1, 2, 3), rows([5, 6], 0, 2));
  expect(kept.missing([5, 6, 7], 3)).toEqual([
    { pins: ids(5, 6), from: 2, to: 3 },
    { pins: ids(7), from: 0, to: 3 },
  ]);
  expect([...(kept.all().get(6) ?? [])]).toEqual([6, 106]);
});

test('an edit keeps the rows of the beginning that stays', () => {
  const kept = filled(ids(1, 2, 3, 4), [5]);
  expect(kept.follow(ids(1, 2, 3, 4, 9))).toBe(false);
  expect(kept.missing([5], 5)).toEqual([{ pins: ids(5), from: 4, to: 5 }]);
  expect(kept.follow(ids(1, 2, 8, 4, 9))).toBe(true);
  expect([...(kept.all().get(5) ?? [])]).toEqual([5, 105]);
  expect(kept.follow(ids())).toBe(true);
  expect(kept.missing([5], 0)).toEqual([]);
});

test('an answer about a text that is no longer there is dropped', () => {
  const kept = new PinnedRows();
  kept.follow(ids(1, 2, 3));
  const [missing] = kept.missing([5], 3);
  if (!missing) throw new Error('nothing is missing');
  kept.follow(ids(1, 9, 3));
  kept.put(missing, ids(1, 2, 3), rows([5], 0, 3));
  expect(kept.all().get(5)).toBeUndefined();
});

test('what is taken off is forgotten, the others keep their reference', () => {
  const kept = filled(ids(1, 2), [5, 6]);
  const before = kept.all().get(6);
  kept.keep([6]);
  expect([...kept.all().keys()]).toEqual([6]);
  expect(kept.all().get(6)).toBe(before);
  kept.clear();
  expect(kept.all().size).toBe(0);
});
