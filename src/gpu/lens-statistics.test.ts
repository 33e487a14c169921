// Partial statistics of a lens joined again, against a plain computation over whole rows.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinLensStatistics } from './lens-statistics.ts';

/** What the kernel leaves for one row, in its own order: two entries a piece, then the asked logit. */
function partialsOf(layer: readonly number[], final: readonly number[], asked: number, parts: number): number[] {
  const size = Math.ceil(layer.length / parts);
  const entries = Array.from({ length: parts }, (_, part) => {
    const ids = layer.map((_, id) => id).slice(part * size, (part + 1) * size);
    const m = Math.max(-3.4e38, ...ids.map(id => layer[id]!));
    const fm = Math.max(-3.4e38, ...ids.map(id => final[id]!));
    const e = (id: number) => Math.exp(final[id]! - fm);
    const sum = (of: (id: number) => number) => ids.reduce((total, id) => total + of(id), 0);
    const before = ids.filter(id => layer[id]! > layer[asked]! || (layer[id] === layer[asked] && id < asked)).length;
    const likeliest = ids.find(id => layer[id] === m) ?? part * size;
    return [
      m,
      sum(id => Math.exp(layer[id]! - m)),
      before,
      likeliest,
      fm,
      sum(e),
      sum(id => e(id) * (final[id]! - layer[id]!)),
      0,
    ];
  });
  return [...entries.flat(), layer[asked]!, 0, 0, 0];
}

const logprobs = (row: readonly number[]) => {
  const m = Math.max(...row);
  const z = m + Math.log(row.reduce((sum, l) => sum + Math.exp(l - m), 0));
  return row.map(l => l - z);
};

test('top token, asked token and divergence of any rows cut into any pieces', () => {
  const logit = fc.double({ min: -20, max: 20, noNaN: true }).map(Math.fround);
  const rows = fc.integer({ min: 1, max: 70 }).chain(V =>
    fc.record({
      layer: fc.array(logit, { minLength: V, maxLength: V }),
      final: fc.array(logit, { minLength: V, maxLength: V }),
      asked: fc.integer({ min: 0, max: V - 1 }),
      parts: fc.constantFrom(1, 3, 64),
    }),
  );
  fc.assert(
    fc.property(rows, ({ layer, final, asked, parts }) => {
      const [joined] = joinLensStatistics(Float32Array.from(partialsOf(layer, final, asked, parts)), 1, parts);
      const [own, theirs] = [logprobs(layer), logprobs(final)];
      expect(joined?.topId).toBe(layer.indexOf(Math.max(...layer)));
      expect(joined?.topLogprob).toBeCloseTo(Math.max(...own), 4);
      expect(joined?.logprob).toBeCloseTo(own[asked]!, 4);
      expect(joined?.rank).toBe(
        1 + layer.filter((l, id) => l > layer[asked]! || (l === layer[asked] && id < asked)).length,
      );
      const divergence = theirs.reduce((sum, lp, id) => sum + Math.exp(lp) * (lp - own[id]!), 0);
      expect(joined?.divergence).toBeCloseTo(Math.max(0, divergence), 3);
    }),
  );
});
