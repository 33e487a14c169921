// Each op of the oracle against numbers worked out by hand or a plainer definition.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as reference from './ops.ts';

const f64 = (...values: number[]) => Float64Array.from(values);
const numbers = (length: number) =>
  fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: length, maxLength: length }).map(v => f64(...v));

describe('embedding', () => {
  const table = f64(1, 2, 3, 4, 5, 6);
  test('rows of a table', () => {
    expect(reference.embedding(table, [2, 0, 2], 2)).toEqual(f64(5, 6, 1, 2, 5, 6));
  });
  test.each([3, -1, 0.5, Number.NaN])('row %d is not there', row => {
    expect(() => reference.embedding(table, [row], 2)).toThrow(RangeError);
  });
});

describe('layernorm', () => {
  test('mean 0 and variance 1, scaled and moved', () => {
    // Row 1 3: mean 2, variance 1. Row 0 10: mean 5, variance 25; epsilon counts.
    const out = reference.layernorm(f64(1, 3, 0, 10), f64(2, 3), f64(0.5, -1), 0);
    expect(out).toEqual(f64(-1.5, 2, -1.5, 2));
    const [first] = reference.layernorm(f64(1, 3), f64(1, 1), f64(0, 0), 3);
    expect(first).toBe(-0.5);
  });
  test('a constant row gives the bias', () => {
    expect(reference.layernorm(f64(7, 7, 7), f64(1, 2, 3), f64(4, 5, 6), 1e-5)).toEqual(f64(4, 5, 6));
  });
});

describe('linear', () => {
  test('rows of x times rows of the matrix; stored the other way round it is turned', () => {
    // W = [[1, 2, 3], [4, 5, 6]], N = 2, K = 3.
    const x = f64(1, 0, -1, 2, 1, 0);
    const expected = f64(-2, -2, 4, 13);
    expect(reference.linear(x, f64(1, 2, 3, 4, 5, 6), 2, 3)).toEqual(expected);
    expect(reference.transpose(f64(1, 4, 2, 5, 3, 6), 2, 3)).toEqual(f64(1, 2, 3, 4, 5, 6));
  });
});

describe('bias, add, columns', () => {
  test('by hand', () => {
    expect(reference.bias(f64(1, 2, 3, 4), f64(10, 20))).toEqual(f64(11, 22, 13, 24));
    expect(reference.add(f64(1, 2), f64(3, 5))).toEqual(f64(4, 7));
    expect(reference.columns(f64(1, 2, 3, 4, 5, 6), 3, 1, 2)).toEqual(f64(2, 3, 5, 6));
  });
});

describe('activation', () => {
  // Normal distribution function: 0.8413447460685429 at 1, 0.9772498680518208 at 2.
  test('gelu is x times the normal distribution function', () => {
    const out = reference.activation(f64(1, -1, 2, 0, 40, -40), 'gelu');
    const expected = [0.8413447460685429, 0.8413447460685429 - 1, 2 * 0.9772498680518208, 0, 40, 0];
    expected.forEach((value, i) => {
      expect(out[i]).toBeCloseTo(value, 14);
    });
  });
  test('gelu_new is near gelu but not it', () => {
    fc.assert(
      fc.property(fc.double({ min: -20, max: 20, noNaN: true }), x => {
        expect(Math.abs(reference.activations.gelu_new(x) - reference.activations.gelu(x))).toBeLessThan(5e-4);
      }),
    );
    expect(reference.activations.gelu_new(1)).toBeCloseTo(0.841191990608276, 14);
    expect(reference.activations.gelu_new(1) - reference.activations.gelu(1)).toBeLessThan(-1e-4);
  });
  test('relu', () => {
    expect(reference.activation(f64(-2, 0, 3), 'relu')).toEqual(f64(0, 0, 3));
  });
});

describe('attention', () => {
  const shape = { n_head: 1, n_kv_head: 1, head_size: 1, scale: 1 };

  test('by hand: two rows, one number a head', () => {
    // Row 1: scores 2 * 0 and 2 * log(3) / 2, weights 1/4 and 3/4.
    const { out, weights } = reference.attention(f64(5, 2), f64(0, Math.log(3) / 2), f64(8, 16), shape);
    expect([...weights]).toEqual([1, 0, expect.closeTo(0.25, 14), expect.closeTo(0.75, 14)]);
    expect([...out]).toEqual([8, expect.closeTo(14, 13)]);
  });

  test('the scale is a factor of the scores', () => {
    const { weights } = reference.attention(f64(0, 1), f64(0, Math.log(3)), f64(0, 0), { ...shape, scale: 2 });
    expect(weights[3]).toBeCloseTo(0.9, 14);
  });

  test('rows after cached positions are the last rows of the whole', () => {
    const [S, NH, HS] = [5, 2, 3];
    const heads = { n_head: NH, n_kv_head: NH, head_size: HS, scale: 0.6 };
    fc.assert(
      fc.property(numbers(S * NH * HS), numbers(S * NH * HS), numbers(S * NH * HS), (q, k, v) => {
        const whole = reference.attention(q, k, v, heads);
        const last = reference.attention(q.subarray(3 * NH * HS), k, v, heads);
        expect(last.out).toEqual(whole.out.slice(3 * NH * HS));
        for (const h of [0, 1]) {
          const rows = whole.weights.slice((h * S + 3) * S, (h + 1) * S * S);
          expect(last.weights.slice(h * 2 * S, (h + 1) * 2 * S)).toEqual(rows);
        }
      }),
    );
  });

  test('weights of a row sum to 1, and none is after the row', () => {
    const [T, NH, HS] = [4, 2, 2];
    const heads = { n_head: NH, n_kv_head: NH, head_size: HS, scale: 1 };
    fc.assert(
      fc.property(numbers(T * NH * HS), numbers(T * NH * HS), (q, k) => {
        const { weights } = reference.attention(q, k, k, heads);
        for (let row = 0; row < NH * T; row++) {
          const cells = weights.subarray(row * T, (row + 1) * T);
          expect(cells.reduce((sum, cell) => sum + cell, 0)).toBeCloseTo(1, 13);
          expect(cells.subarray((row % T) + 1).every(cell => cell === 0)).toBe(true);
        }
      }),
    );
  });

  test('shared key/value heads are repeated ones', () => {
    const [T, HS] = [3, 2];
    const grouped = { n_head: 4, n_kv_head: 2, head_size: HS, scale: 1 };
    const repeat = (x: Float64Array) => {
      const rows = Array.from({ length: T }, (_, t) => [...x.subarray(t * 4, t * 4 + 4)]);
      return f64(...rows.flatMap(row => [...row.slice(0, 2), ...row.slice(0, 2), ...row.slice(2), ...row.slice(2)]));
    };
    fc.assert(
      fc.property(numbers(T * 4 * HS), numbers(T * 2 * HS), numbers(T * 2 * HS), (q, k, v) => {
        const plain = reference.attention(q, repeat(k), repeat(v), { ...grouped, n_kv_head: 4 });
        expect(reference.attention(q, k, v, grouped)).toEqual(plain);
      }),
    );
  });
});

describe('softmax, logsumexp, argmax', () => {
  test('large logits neither overflow nor vanish', () => {
    expect(reference.logsumexp(f64(1000, 1000))).toBeCloseTo(1000 + Math.LN2, 12);
    expect(reference.softmax(f64(-1000, -1000 + Math.log(3)))[1]).toBeCloseTo(0.75, 12);
  });
  test('the lowest of equal ids', () => {
    expect(reference.argmax(f64(1, 4, 4, 2))).toBe(1);
    expect(reference.argmax(f64(-3))).toBe(0);
  });
});
