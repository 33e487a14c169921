// What the formats of nucleus-3m may cost.
import path from 'node:path';
import { expect, test } from 'vitest';
import { accuracies } from './formats.ts';

test('divergence from the checkpoint and bytes by format', async () => {
  const folder = path.resolve(import.meta.dirname, '../../public/models/nucleus-3m');
  const found = Object.fromEntries((await accuracies(folder, 48)).map(each => [each.format, each]));
  const { f32, f16, int8, int4 } = found;
  expect([f32?.kl, f16?.kl, f32?.same]).toEqual([0, 0, 1]);
  expect(int8?.kl).toBeGreaterThan(0);
  expect(int8?.kl).toBeLessThan(1e-3);
  expect(int4?.kl).toBeGreaterThan(int8?.kl ?? 0);
  expect(int4?.kl).toBeLessThan(5e-2);
  expect(int8?.bytes).toBeLessThan(0.28 * (f32?.bytes ?? 0));
  expect(int4?.bytes).toBeLessThan(0.19 * (f32?.bytes ?? 0));
});
