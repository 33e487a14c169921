// Joining partial statistics against the plain definitions on the whole row.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logsumexp } from '../reference/ops.ts';
import { joinStatistics } from './statistics.ts';

/** What row_statistics leaves of a row cut into `parts`; an empty piece has the maximum -3.4e38 and no sums. */
function partialsOf(row: readonly number[], asked: number, parts: number): number[] {
  const size = Math.ceil(row.length / parts);
  const out: number[] = [];
  for (let part = 0; part < parts; part++) {
    const piece = row.slice(part * size, (part + 1) * size);
    const m = Math.max(-3.4e38, ...piece);
    const before = piece.filter((l, i) => l > row[asked]! || (l === row[asked]! && part * size + i < asked));
    const sum = piece.reduce((s, l) => s + Math.exp(l - m), 0);
    const weighted = piece.reduce((s, l) => s + (l - m) * Math.exp(l - m), 0);
    out.push(m, sum, weighted, before.length);
  }
  return [...out, row[asked]!, 0, 0, 0];
}

const logit = fc.integer({ min: -40, max: 40 }).map(n => n / 4);

test('logZ, entropy, logit and rank, with ties and more parts than ids', () => {
  fc.assert(
    fc.property(
      fc.array(logit, { minLength: 1, maxLength: 40 }),
      fc.nat(),
      fc.integer({ min: 1, max: 64 }),
      (row, n, parts) => {
        const asked = n % row.length;
        const [got] = joinStatistics(Float32Array.from(partialsOf(row, asked, parts)), 1, parts);
        const logZ = logsumexp(Float64Array.from(row));
        const entropy = -row.reduce((s, l) => s + Math.exp(l - logZ) * (l - logZ), 0);
        expect(got!.logZ).toBeCloseTo(logZ, 5);
        expect(got!.entropy).toBeCloseTo(entropy, 5);
        expect(got!.logit).toBe(row[asked]);
        const order = row.map((_, i) => i).sort((a, b) => row[b]! - row[a]! || a - b);
        expect(got!.rank).toBe(order.indexOf(asked) + 1);
      },
    ),
  );
});

test('rows lie one after the other', () => {
  const rows = [
    [1, 2, 3],
    [5, 5, 5],
  ];
  const partials = Float32Array.from(rows.flatMap(row => partialsOf(row, 2, 4)));
  const joined = joinStatistics(partials, 2, 4);
  expect(joined.map(r => r.rank)).toEqual([1, 3]);
  expect(joined[1]!.entropy).toBeCloseTo(Math.log(3), 6);
});

test('a not-a-number in a piece is a not-a-number in logZ', () => {
  const partials = Float32Array.from([1, Number.NaN, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0]);
  expect(joinStatistics(partials, 1, 2)[0]!.logZ).toBeNaN();
});

test('a piece marked as unsound makes logZ a not-a-number, whatever its sums say', () => {
  const partials = Float32Array.from([1, 1, 0, -1, 1, 1, 0, 0, 1, 0, 0, 0]);
  expect(joinStatistics(partials, 1, 2)[0]!.logZ).toBeNaN();
});

test('far apart pieces neither overflow nor vanish', () => {
  const [got] = joinStatistics(Float32Array.from(partialsOf([900, -900, 0, 899], 3, 4)), 1, 4);
  expect(got!.logZ).toBeCloseTo(900 + Math.log(1 + Math.exp(-1)), 5);
  expect(got!.rank).toBe(2);
});
