// Rows of logits against plain definitions: sort objects, sum in a loop.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asNucleusError, NucleusError } from '../lib/error.ts';
import { assertSoundRow, indexIn, rankOf, rankRow, rowStatistics, topOf } from './row.ts';

const logit = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -30, max: 30 }),
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(0, -0, 1e30, -1e30, 3e38, -3e38, 1e-45, -1e-45, Number.NEGATIVE_INFINITY),
);
const row = fc
  .array(logit, { minLength: 1, maxLength: 300 })
  .map(values => Float32Array.from(values))
  .filter(logits => logits.some(Number.isFinite));

function plainOrder(logits: Float32Array): number[] {
  return Array.from(logits, (value, id) => ({ value, id }))
    .sort((a, b) => (a.value === b.value ? a.id - b.id : b.value > a.value ? 1 : -1))
    .map(entry => entry.id);
}

/** logZ and entropy by the textbook: p log p, shifted by the largest logit. */
function plainPartition(logits: Float32Array): { logZ: number; entropy: number } {
  const top = Math.max(...logits);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - top), 0);
  const p = Array.from(logits, value => Math.exp(value - top) / total);
  return { logZ: top + Math.log(total), entropy: p.reduce((sum, q) => (q > 0 ? sum - q * Math.log(q) : sum), 0) };
}

/** V finite logits with ties, zeros of both signs and outliers. */
function longRow(V: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: V }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const noise = state / 2 ** 32;
    if (noise < 0.01) return noise < 0.005 ? 0 : -0;
    return noise < 0.02 ? (noise - 0.015) * 1e38 : Math.fround(Math.round(noise * 5_000) / 100 - 40);
  });
}

describe('rankRow', () => {
  test('orders as a sort of objects does, ties by the lower id', () => {
    fc.assert(
      fc.property(row, logits => {
        expect([...rankRow(logits).order]).toEqual(plainOrder(logits));
      }),
    );
  });

  test('long rows, too: vocabularies on both sides of the border between two ways of sorting', () => {
    for (const [V, seed] of [
      [32_767, 1],
      [32_768, 2],
      [70_001, 3],
    ] as const) {
      const logits = longRow(V, seed);
      const sorted = Array.from(logits, (_, id) => id).sort((a, b) => logits[b]! - logits[a]! || a - b);
      expect([...rankRow(logits).order]).toEqual(sorted);
      // The memory between two rows holds nothing of the one before.
      expect([...rankRow(logits.subarray(0, 5)).order]).toEqual(plainOrder(logits.subarray(0, 5)));
    }
  });

  test('logZ and entropy', () => {
    fc.assert(
      fc.property(row, logits => {
        const { logZ, entropy } = rankRow(logits);
        const plain = plainPartition(logits);
        expect(Math.abs(logZ - plain.logZ)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(plain.logZ)));
        expect(entropy).toBeCloseTo(plain.entropy, 10);
      }),
    );
  });

  test('the finite part leaves out what the model rules out; the order does not', () => {
    const ranked = rankRow(Float32Array.of(Number.NEGATIVE_INFINITY, 2, Number.NEGATIVE_INFINITY, 3));
    expect([...ranked.order]).toEqual([3, 1, 0, 2]);
    expect([...ranked.finite.ids]).toEqual([3, 1]);
    expect([...ranked.finite.logits]).toEqual([3, 2]);
  });

  test('0 and -0 are one value', () => {
    expect([...rankRow(Float32Array.of(-0, 0, -0, 1e-45, -1e-45)).order]).toEqual([3, 0, 1, 2, 4]);
  });

  test('a uniform row of a real vocabulary', () => {
    const ranked = rankRow(new Float32Array(50257).fill(-7.5));
    expect(ranked.logZ).toBeCloseTo(-7.5 + Math.log(50257), 10);
    expect(ranked.entropy).toBeCloseTo(Math.log(50257), 10);
    expect(ranked.order.every((id, i) => id === i)).toBe(true);
  });

  test('a view with an offset into a larger buffer', () => {
    const logits = Float32Array.of(9, 9, 1, 3, 2).subarray(2);
    expect([...rankRow(logits).order]).toEqual([1, 2, 0]);
  });

  test('indexIn finds every finite id at its place, and no other', () => {
    fc.assert(
      fc.property(row, logits => {
        const { finite } = rankRow(logits);
        logits.forEach((value, id) => {
          expect(indexIn(finite, id, value)).toBe(finite.ids.indexOf(id));
        });
      }),
    );
  });
});

describe('rowStatistics', () => {
  test('agrees with the ranked row, bit for bit', () => {
    fc.assert(
      fc.property(row, fc.nat(), (logits, n) => {
        const id = n % logits.length;
        const ranked = rankRow(logits);
        expect(rowStatistics(logits, id)).toEqual({
          logit: logits[id],
          rank: ranked.order.indexOf(id) + 1,
          logZ: ranked.logZ,
          entropy: ranked.entropy,
        });
      }),
    );
  });

  test('rankOf finds the same rank in the order', () => {
    fc.assert(
      fc.property(row, logits => {
        const ranked = rankRow(logits);
        for (let id = 0; id < logits.length; id++) expect(rankOf(ranked, id)).toBe(rowStatistics(logits, id).rank);
      }),
    );
    expect(() => rankOf(rankRow(Float32Array.of(1, 2)), 2)).toThrow(expect.objectContaining({ code: 'bad_token' }));
  });

  test('an id the row lacks', () => {
    expect(() => rowStatistics(Float32Array.of(1, 2), 2)).toThrow(expect.objectContaining({ code: 'bad_token' }));
  });
});

describe('topOf', () => {
  test('is the head of the order, for any n', () => {
    fc.assert(
      fc.property(row, fc.integer({ min: 0, max: 310 }), (logits, n) => {
        const top = topOf(logits, n);
        const head = plainOrder(logits).slice(0, n);
        expect([...top.ids]).toEqual(head);
        expect(top.logits).toEqual(Float32Array.from(head, id => logits[id]!));
      }),
      { numRuns: 300 },
    );
  });

  test('a few of many, with ties and what is ruled out', () => {
    const level = fc.constantFrom(0, 1, 2, Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(fc.array(level, { minLength: 200, maxLength: 400 }), fc.integer({ min: 0, max: 12 }), (values, n) => {
        const logits = Float32Array.from(values);
        expect([...topOf(logits, n).ids]).toEqual(plainOrder(logits).slice(0, n));
      }),
    );
    const sparse = new Float32Array(100).fill(Number.NEGATIVE_INFINITY).fill(5, 50, 51);
    expect(topOf(sparse, 3)).toEqual({
      ids: Uint32Array.of(50, 0, 1),
      logits: Float32Array.of(5, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY),
    });
  });

  test('a long rising row, where every logit is a new best', () => {
    const logits = Float32Array.from({ length: 5000 }, (_, i) => i);
    expect([...topOf(logits, 3).ids]).toEqual([4999, 4998, 4997]);
  });
});

/** The id that a row is refused by; -1 where it is sound. */
function refusedBy(logits: Float32Array): unknown {
  try {
    assertSoundRow(logits);
    return -1;
  } catch (thrown) {
    const { code, detail } = asNucleusError(thrown);
    return code === 'nan_logits' ? detail.id : code;
  }
}

describe('a row that is no distribution', () => {
  const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY);

  test('the first bad one', () => {
    fc.assert(
      fc.property(row, fc.array(fc.tuple(fc.nat(), bad), { maxLength: 3 }), (logits, faults) => {
        const broken = logits.slice();
        for (const [at, value] of faults) broken[at % broken.length] = value;
        const plain = broken.findIndex(value => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
        expect(refusedBy(broken)).toBe(plain);
      }),
    );
  });

  test('a row without any finite logit is no distribution; one finite logit is enough', () => {
    expect(refusedBy(new Float32Array(4).fill(Number.NEGATIVE_INFINITY))).toBe(0);
    expect(refusedBy(new Float32Array(0))).toBe(0);
    expect(refusedBy(Float32Array.of(Number.NEGATIVE_INFINITY, -3e38))).toBe(-1);
  });

  test('ranking such a row says where', () => {
    const thrown = (() => {
      try {
        return rankRow(Float32Array.of(1, 2, Number.NaN));
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(NucleusError);
    expect(thrown).toMatchObject({ code: 'nan_logits', detail: { id: 2 } });
  });
});
