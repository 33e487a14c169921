// What is packed comes back: words and whole numbers as they were, floats within their tolerance, and a cut file is refused by name.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NucleusError } from '../lib/error.ts';
import { pack, unpack } from './pack.ts';

const floats = fc.float32Array({ noNaN: true, noDefaultInfinity: true, min: -60, max: 60, maxLength: 40 });
const wholes = fc.uint32Array({ maxLength: 40 });

test('words, lists and whole numbers exactly, floats within 1e-5, coarse ones within their range', () => {
  fc.assert(
    fc.property(floats, wholes, fc.string(), fc.boolean(), (many, ids, word, coarse) => {
      const made = unpack(pack({ word, list: [1.5, null, { ids }], many }, coarse)) as {
        readonly word: string;
        readonly list: readonly [number, null, { readonly ids: Uint32Array }];
        readonly many: Float32Array;
      };
      expect(made.word).toBe(word);
      expect(made.list).toEqual([1.5, null, { ids }]);
      expect(made.many.length).toBe(many.length);
      const range = Math.max(...many, -60) - Math.min(...many, 60);
      const most = coarse ? range / 0xffff : 1.5e-5;
      for (const [i, value] of many.entries())
        expect(Math.abs((made.many[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(most);
    }),
  );
});

test('a file that is cut anywhere, or is another one, is refused', () => {
  const file = pack({ rows: [Float32Array.of(1, 2, 3), Float32Array.of(4, 5)], ids: Uint32Array.of(7, 70_000) });
  for (let end = 0; end < file.length; end++) {
    const thrown = (() => {
      try {
        return unpack(file.subarray(0, end));
      } catch (error) {
        return error;
      }
    })();
    expect(thrown, `${end} bytes`).toBeInstanceOf(NucleusError);
    expect(thrown).toMatchObject({ code: 'integrity' });
  }
  expect(() => unpack(new TextEncoder().encode('<!doctype html><title>Not here</title>'))).toThrow(NucleusError);
});

test('a number that is none is not recorded', () => {
  expect(() => pack(Float32Array.of(1, Number.NaN))).toThrow('not finite');
});
