// The line between two columns: never past what either side needs, by pointer or by key.
import { expect, test } from 'vitest';
import { fitted, widthByKey } from './split.ts';

const room = { least: 400, most: 1000 };

test('a width stays within its room, and a window too small leaves the column its least', () => {
  expect([-50, 399, 400, 700.4, 1000, 5000].map(width => fitted(width, room))).toEqual([
    400, 400, 400, 700, 1000, 1000,
  ]);
  expect(fitted(500, { least: 400, most: 300 })).toBe(400);
});

test('arrows move the line the way they point; Home and End go to its ends; Enter gives the width back', () => {
  expect(widthByKey('ArrowLeft', false, 500, room)).toBe(516);
  expect(widthByKey('ArrowRight', false, 500, room)).toBe(484);
  expect(widthByKey('ArrowRight', true, 500, room)).toBe(420);
  expect(widthByKey('ArrowRight', true, 420, room)).toBe(400);
  expect(widthByKey('Home', false, 500, room)).toBe(1000);
  expect(widthByKey('End', false, 500, room)).toBe(400);
  expect(widthByKey('Enter', false, 500, room)).toBeNull();
  expect(widthByKey('Tab', false, 500, room)).toBeUndefined();
});
