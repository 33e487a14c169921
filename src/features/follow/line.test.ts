// The line agrees with the draw, for every random number.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { draw } from '../../sampling/draw.ts';
import { sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { sharesOf } from './line.ts';

const logits = Float32Array.from({ length: 500 }, (_, id) => 6 * Math.sin(id * 12.9898));
const history = { ids: new Uint32Array(), drawn: new Uint8Array() };
const of = (part: object) => sample(rankRow(logits), { ...DEFAULT_SETTINGS, ...part }, history, []);

test('no gaps, small shares together', () => {
  const distribution = of({ temperature: 1, top_p: 1 });
  const shares = sharesOf(distribution, 7);
  expect(shares[0]?.from).toBe(0);
  expect(shares.at(-1)?.to).toBe(1);
  for (const [i, share] of shares.slice(1).entries()) expect(share.from).toBe(shares[i]?.to);
  expect(shares.reduce((sum, { count }) => sum + count, 0)).toBe(distribution.kept.length);
  expect(shares.some(({ id }) => id === 7)).toBe(true);
});

test('what is drawn stands where the random number falls', () => {
  const distribution = of({ temperature: 0.9, top_p: 0.95 });
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), u => {
      const { id, lo, hi } = draw(distribution, u);
      const share = sharesOf(distribution, id).find(each => each.id === id);
      expect(share?.from).toBeCloseTo(lo, 12);
      expect(share?.to).toBeCloseTo(hi, 12);
    }),
    { numRuns: 50 },
  );
});

test('at temperature 0 the line belongs to one token', () => {
  expect(sharesOf(of({ temperature: 0 }), null)).toMatchObject([{ from: 0, to: 1, count: 1 }]);
});
