// Children of a node: exact probabilities of the whole row, the floor, and which of equals comes first.
import { expect, test } from 'vitest';
import { pickChildren } from './grow.ts';

const row = Float32Array.from([0.25, 0.125, 0.25, 0.0625, 0.3125, 0], p => Math.log(p));

test('the likeliest come first, of equal ones the lower id', () => {
  expect(pickChildren(row, 0, 3, 0).map(({ id }) => id)).toEqual([4, 0, 2]);
  expect(pickChildren(row, 0, 99, 0).map(({ id }) => id)).toEqual([4, 0, 2, 1, 3]);
  expect(pickChildren(row, 0, 0, 0)).toEqual([]);
});

test('the floor is a probability of the whole row, and what is at it passes', () => {
  const exact = Float32Array.of(0, 0, 0, 0);
  expect(pickChildren(exact, Math.log(4), 9, 0.25).map(({ id }) => id)).toEqual([0, 1, 2, 3]);
  expect(pickChildren(exact, Math.log(4), 9, 0.2501)).toEqual([]);
  expect(pickChildren(row, 0, 99, 0.2).map(({ id }) => id)).toEqual([4, 0, 2]);
  // With another half of the mass elsewhere, every one is half as likely.
  expect(pickChildren(row, Math.log(2), 99, 0.13).map(({ id }) => id)).toEqual([4]);
});
