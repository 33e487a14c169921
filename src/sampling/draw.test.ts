// The draw against a plain loop over ids, and its intervals as a partition of [0, 1).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { uniform } from '../lib/rng.ts';
import { NEUTRAL } from './controls.ts';
import { draw, drawLine, largestShares } from './draw.ts';
import { type Distribution, sample } from './pipeline.ts';
import { rankRow } from './row.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const EMPTY = { ids: new Uint32Array(), drawn: new Uint8Array() };

const distributions = fc
  .record({
    logits: fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-0, -800, 1e30)), {
      minLength: 1,
      maxLength: 60,
    }),
    temperature: fc.constantFrom(0, 1e-3, 0.7, 1, 3),
    top_p: fc.constantFrom(0.5, 0.9, 1),
    top_k: fc.constantFrom(0, 1, 5),
  })
  .map(({ logits, ...cuts }): Distribution => {
    const settings = { ...DEFAULT_SETTINGS, ...NEUTRAL, ...cuts, logit_bias: [], order: 'transformers' as const };
    return sample(rankRow(Float32Array.from(logits)), settings, EMPTY, []);
  });
const randoms = fc.oneof(
  fc.constantFrom(0, 1 - 2 ** -53, 2 ** -53, 0.5),
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
);

describe('draw', () => {
  test('lands where a loop over the ids does, on a kept id, with u in its interval', () => {
    fc.assert(
      fc.property(distributions, randoms, (distribution, u) => {
        const drawn = draw(distribution, u);
        expect(drawn.lo).toBeLessThanOrEqual(u);
        expect(drawn.hi).toBeGreaterThan(u);
        expect(distribution.kept).toContain(drawn.id);
        expect(drawn.pAfter).toBe(distribution.pAfter(drawn.id));
        expect(drawn.pAfter).toBeGreaterThan(0);
        expect(Math.abs(drawn.hi - drawn.lo - drawn.pAfter)).toBeLessThan(1e-12);
        let before = 0;
        for (let id = 0; id < drawn.id; id++) before += distribution.pAfter(id);
        expect(Math.abs(before - drawn.lo)).toBeLessThan(1e-12);
      }),
      { numRuns: 500 },
    );
  });

  test('the intervals follow each other in id order from 0 to exactly 1', () => {
    fc.assert(
      fc.property(distributions, distribution => {
        const ids: number[] = [];
        let end = 0;
        while (end < 1) {
          const { id, lo, hi } = draw(distribution, end);
          expect(lo).toBe(end);
          ids.push(id);
          end = hi;
        }
        expect(end).toBe(1);
        // A share too small to move the sum has no interval of its own.
        const wide = [...distribution.kept].filter(id => distribution.pAfter(id) > 1e-15).sort((a, b) => a - b);
        expect(ids).toEqual(expect.arrayContaining(wide));
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      }),
    );
  });

  test('drawn often, the shares are the probabilities', () => {
    const row = rankRow(Float32Array.from([0.1, 0.4, 0.2, 0.3], Math.log));
    const settings = { ...DEFAULT_SETTINGS, ...NEUTRAL, logit_bias: [], order: 'transformers' as const, top_k: 3 };
    const distribution = sample(row, settings, EMPTY, []);
    const counts = [0, 0, 0, 0];
    const n = 20_000;
    for (let position = 0; position < n; position++) counts[draw(distribution, uniform(3, position, 0)).id]!++;
    expect(counts[0]).toBe(0);
    for (const id of [1, 2, 3]) {
      const p = distribution.pAfter(id);
      expect(Math.abs(counts[id]! / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
    }
  });

  test('a u outside [0, 1) is refused', () => {
    const distribution = fc.sample(distributions, 1)[0]!;
    for (const u of [1, -1e-9, Number.NaN]) expect(() => draw(distribution, u)).toThrow(RangeError);
  });
});

test('few kept ids of a large vocabulary are drawn as a walk over all ids draws them, bit by bit', () => {
  const logits = Float32Array.from({ length: 4_000 }, (_, id) => Math.sin(id * id) * 9);
  for (const top_k of [1, 7, 100, 124, 125, 126, 3_000]) {
    const settings = {
      ...DEFAULT_SETTINGS,
      ...NEUTRAL,
      logit_bias: [],
      order: 'transformers' as const,
      top_k,
      temperature: 0.7,
    };
    const distribution = sample(rankRow(logits), settings, EMPTY, []);
    const byId = new Float64Array(logits.length);
    distribution.kept.forEach((id, i) => {
      byId[id] = distribution.weights[i]!;
    });
    const total = byId.reduce((sum, weight) => sum + weight, 0);
    const own = largestShares(distribution, 5, []);
    const ends = drawLine(distribution, own).map(({ hi }) => hi);
    let [lo, cumulative] = [0, 0];
    byId.forEach((weight, id) => {
      if (weight === 0) return;
      cumulative += weight;
      const hi = cumulative / total;
      if (hi > lo) expect(draw(distribution, lo)).toEqual({ id, pAfter: distribution.pAfter(id), lo, hi });
      if (own.has(id)) expect(ends).toContain(hi);
      lo = hi;
    });
  }
});

describe('the line of a draw', () => {
  test('follows from 0 to exactly 1 in id order; every u falls into the part of the id that it draws', () => {
    fc.assert(
      fc.property(distributions, randoms, fc.integer({ min: 0, max: 8 }), (distribution, u, most) => {
        const drawn = draw(distribution, u);
        const line = drawLine(distribution, largestShares(distribution, most, [drawn.id]));
        expect(line[0]?.lo).toBe(0);
        expect(line.at(-1)?.hi).toBe(1);
        for (const [i, part] of line.slice(1).entries()) expect(part.lo).toBe(line[i]?.hi);
        const hit = line.find(part => part.lo <= u && u < part.hi);
        expect(hit).toEqual({ id: drawn.id, count: 1, lo: drawn.lo, hi: drawn.hi });
        const named = line.flatMap(part => part.id ?? []);
        expect(named).toEqual(named.toSorted((a, b) => a - b));
        // Two remainders never stand side by side, so there is at most one more of them than of named ids.
        for (const [i, part] of line.slice(1).entries()) expect(part.id === null && line[i]?.id === null).toBe(false);
        const weighing = [...distribution.kept].filter((_, i) => distribution.weights[i]! > 0).length;
        expect(line.reduce((count, part) => count + part.count, 0)).toBe(weighing);
      }),
      { numRuns: 500 },
    );
  });
});
