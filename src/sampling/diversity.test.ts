// How varied texts are: by hand, and against grams written out as words.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distinctN, selfOverlap } from './diversity.ts';

const words = (text: string): number[] => text.split(' ').map(word => word.charCodeAt(0));

describe('distinct-n', () => {
  test('different grams of all, over the texts together', () => {
    expect(distinctN([words('a b a b')], 1)).toBe(2 / 4);
    expect(distinctN([words('a b a b')], 2)).toBe(2 / 3);
    expect(distinctN([words('a b'), words('a b')], 2)).toBe(1 / 2);
    expect(distinctN([words('a b'), words('b a')], 2)).toBe(1);
    expect(distinctN([words('a b')], 3)).toBeNaN();
  });

  test('ids of any size stay apart', () => {
    expect(distinctN([[0, 2 ** 32 - 1, 0, 2 ** 32 - 2, 0, 2 ** 32 - 1]], 2)).toBe(4 / 5);
  });
});

describe('self-overlap', () => {
  test('copies overlap wholly, strangers not at all, a gram no oftener than another text has it', () => {
    expect(selfOverlap([words('a b c'), words('a b c')], 2)).toBe(1);
    expect(selfOverlap([words('a b c'), words('x y z')], 2)).toBe(0);
    expect(selfOverlap([words('a a a a'), words('a x y z')], 1)).toBe((1 / 4 + 1 / 4) / 2);
    expect(selfOverlap([words('a b'), words('b c'), words('c d')], 1)).toBeCloseTo((1 / 2 + 1 + 1 / 2) / 3, 15);
    expect(selfOverlap([words('a b c')], 1)).toBeNaN();
    expect(selfOverlap([words('a b c'), words('a')], 2)).toBeNaN();
  });
});

test('any texts: as with grams written out', () => {
  const texts = fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 }), { maxLength: 5 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 4 }), (given, n) => {
      const written = given.map(ids =>
        ids.slice(0, Math.max(0, ids.length - n + 1)).map((_, i) => `${ids.slice(i, i + n)}`),
      );
      const all = written.flat();
      expect(distinctN(given, n)).toBe(all.length === 0 ? Number.NaN : new Set(all).size / all.length);
      const some = written.filter(grams => grams.length > 0);
      const times = (grams: string[], gram: string) => grams.filter(each => each === gram).length;
      const shares = some.map((grams, at) => {
        const others = some.filter((_, i) => i !== at);
        const shared = [...new Set(grams)].map(gram =>
          Math.min(times(grams, gram), Math.max(0, ...others.map(other => times(other, gram)))),
        );
        return shared.reduce((a, b) => a + b, 0) / grams.length;
      });
      const wanted = some.length < 2 ? Number.NaN : shares.reduce((a, b) => a + b, 0) / shares.length;
      expect(selfOverlap(given, n)).toBe(wanted);
    }),
    { numRuns: 400 },
  );
});
