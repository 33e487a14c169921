// What an error tells, beside its code.
import { expect, test } from 'vitest';
import { fromWire, NucleusError, toWire, withDetail } from './error.ts';

test('what is known outside stands beside the own detail of an error, and what is thrown otherwise gets a code', () => {
  expect(withDetail({ position: 3 }, () => 7)).toBe(7);
  const thrown = (error: unknown) => () =>
    withDetail({ position: 3 }, () => {
      throw error;
    });
  expect(thrown(new NucleusError('nan_logits', 'no number', { id: 5, position: 1 }))).toThrow(
    expect.objectContaining({ code: 'nan_logits', message: 'no number', detail: { id: 5, position: 3 } }),
  );
  expect(thrown(new TypeError('odd'))).toThrow(
    expect.objectContaining({ code: 'internal', message: 'odd', detail: { position: 3 } }),
  );
});

test('a part of the program that does not come is told from a fault, in every browser', () => {
  for (const words of [
    'Failed to fetch dynamically imported module: https://a.example/assets/b.js',
    'error loading dynamically imported module: https://a.example/assets/b.js',
    'Importing a module script failed.',
  ])
    expect(toWire(new TypeError(words)).code).toBe('missing_part');
  expect(toWire(new TypeError('Failed to fetch')).code).toBe('internal');
});

test('an error that is cloned on its way is the same error behind it', () => {
  const thrown = new NucleusError('nan_logits', 'no number', { id: 5 });
  const arrived = fromWire(structuredClone(toWire(thrown)));
  expect(arrived).toBeInstanceOf(NucleusError);
  expect(arrived).toMatchObject({ code: 'nan_logits', message: 'no number', detail: { id: 5 } });
  expect(toWire('odd')).toEqual({ code: 'internal', message: 'odd', detail: {} });
});
