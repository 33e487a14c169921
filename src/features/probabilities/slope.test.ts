// The slope picture: heights are probabilities, lines end where a step cuts, labels keep their distance and their order.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEUTRAL } from '../../sampling/controls.ts';
import { sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { slopeOf, spread } from './slope.ts';

describe('spread', () => {
  test('labels keep the gap, their order and the box, wherever there is room for all', () => {
    const wishes = fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(wishes, list => {
        const placed = spread(list, 12, 6, 6 + 12 * 14);
        const sorted = placed.toSorted((a, b) => a - b);
        for (const [i, y] of sorted.entries()) {
          expect(y).toBeGreaterThanOrEqual(6 - 1e-9);
          expect(y).toBeLessThanOrEqual(6 + 12 * 14 + 1e-9);
          if (i > 0) expect(y - (sorted[i - 1] ?? 0)).toBeGreaterThanOrEqual(12 - 1e-9);
        }
        list.forEach((a, i) => {
          list.forEach((b, k) => {
            if (a < b) expect(placed[i]).toBeLessThan(placed[k] ?? 0);
          });
        });
      }),
    );
  });

  test('a label with room stands where it wishes', () => {
    expect(spread([20, 80], 12, 6, 94)).toEqual([20, 80]);
  });
});

test('a line per candidate: its probabilities from stage to stage, down to nothing where it is cut', () => {
  const row = rankRow(Float32Array.from([Math.log(8), Math.log(4), Math.log(2), Math.log(2)]));
  const settings = {
    ...DEFAULT_SETTINGS,
    ...NEUTRAL,
    temperature: 0.5,
    top_k: 2,
    logit_bias: [],
    order: 'transformers' as const,
  };
  const distribution = sample(row, settings, { ids: new Uint32Array(), drawn: new Uint8Array() }, []);
  const box = { width: 300, height: 112, margin: 50, label: 12 };
  const { lines, xs, top } = slopeOf(distribution, [0, 1, 2], ['temperature', 'top_k'], box);
  expect(xs).toEqual([50, 150, 250]);
  expect(top).toBeCloseTo(0.8, 6);
  const [first, , third] = lines;
  expect(first?.points.map(({ p }) => p)).toEqual([0.5, 64 / 88, 0.8].map(p => expect.closeTo(p, 6)));
  expect(first?.points.at(-1)?.y).toBeCloseTo(6, 4);
  expect(first?.points[0]?.y).toBeCloseTo(106 - (0.5 / 0.8) * 100, 4);
  expect(first?.cutAt).toBeNull();
  expect(third?.points).toHaveLength(2);
  expect(third?.cutAt).toEqual({ x: 250, y: 106, p: 0 });
  expect(third?.rightY).toBeNull();
});
