// The ramp as a table: its ends, its order, and how computed colours are read.
import { expect, test } from 'vitest';
import { readRgb, SHADES, shadeOf, shadesOf } from './heatColours.ts';

test('computed colours are read in the forms browsers give', () => {
  expect(readRgb('rgb(252, 246, 226)')).toEqual([252, 246, 226]);
  expect(readRgb('rgba(1, 2, 3, 0.5)')).toEqual([1, 2, 3]);
  expect(readRgb('color(srgb 1 0.5 0)')).toEqual([255, 128, 0]);
  expect(readRgb('')).toEqual([0, 0, 0]);
});

test('the ramp goes through its stops in even steps', () => {
  const stops = [
    [255, 255, 255],
    [200, 180, 100],
    [100, 80, 0],
  ] as const;
  const shades = shadesOf(stops);
  expect(shades).toHaveLength(SHADES);
  expect(shades[0]).toEqual(stops[0]);
  expect(shades.at(-1)).toEqual(stops[2]);
  for (let i = 1; i < SHADES; i++) expect(shades[i]![0]).toBeLessThanOrEqual(shades[i - 1]![0]);
});

test('shares outside the scale count as its ends', () => {
  expect([-1, 0, 0.5, 1, 7].map(shadeOf)).toEqual([0, 0, 128, 255, 255]);
});
