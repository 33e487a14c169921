// Every 16-bit pattern there and back, and rounding against a definition that searches the neighbours.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsPerElement, bytesPerElement, fromFloat32, isDtype, isWeightDtype, toFloat32 } from './dtypes.ts';

const everyPattern = Uint16Array.from({ length: 65_536 }, (_, i) => i);
const everyPatternBytes = new Uint8Array(everyPattern.buffer);

/** binary16 by its definition in IEEE 754, in float64. */
function halfValue(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 10) & 31;
  const fraction = pattern & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function bfloat16Value(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 7) & 255;
  const fraction = pattern & 127;
  if (exponent === 255) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -133 : sign * (1 + fraction / 128) * 2 ** (exponent - 127);
}

describe.each([
  ['F16', halfValue, 65_504, 65_536],
  ['BF16', bfloat16Value, 2 ** 127 * (2 - 2 ** -7), 2 ** 128],
] as const)('%s', (dtype, definition, largest, beyond) => {
  const decoded = toFloat32(everyPatternBytes, dtype);

  test('all 65,536 patterns mean what the definition says', () => {
    const wrong = [...everyPattern].filter(pattern => !Object.is(decoded[pattern], definition(pattern)));
    expect(wrong).toEqual([]);
  });

  test('all 65,536 patterns come back bit by bit, NaN payloads too', () => {
    expect(fromFloat32(decoded, dtype)).toEqual(everyPatternBytes);
  });

  test('rounds to nearest, ties to even', () => {
    const round = (x: number): number => toFloat32(fromFloat32(new Float32Array([x]), dtype), dtype)[0]!;
    // The finite non-negative values in rising order are the patterns in rising order.
    const finite = [...everyPattern].filter(p => p < 0x8000 && Number.isFinite(definition(p))).map(definition);
    const nearest = (x: number): number => {
      let low = 0;
      let high = finite.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (finite[middle]! <= x) low = middle;
        else high = middle;
      }
      const below = finite[low]!;
      const above = finite[low + 1] ?? beyond;
      const even = low % 2 === 0 ? below : above;
      const rounded = x - below === above - x ? even : x - below < above - x ? below : above;
      return rounded > largest ? Number.POSITIVE_INFINITY : rounded;
    };
    const check = (x: number): void => {
      expect([x, round(x), round(-x)]).toEqual([x, nearest(x), -nearest(x)]);
    };
    fc.assert(fc.property(fc.float({ min: 0, max: Math.fround(3e38), noNaN: true }), check), { numRuns: 2_000 });
    fc.assert(fc.property(fc.float({ min: 0, max: 66_000, noNaN: true }), check), { numRuns: 2_000 });
    // Exact ties, and one step of f32 on either side.
    for (let i = 0; i + 1 < finite.length; i += 7) {
      const tie = Math.fround((finite[i]! + finite[i + 1]!) / 2);
      const bits = new Uint32Array(new Float32Array([tie]).buffer);
      check(tie);
      for (const step of [-1, 1]) check(new Float32Array(new Uint32Array([bits[0]! + step]).buffer)[0]!);
    }
  });

  test('bytes may begin at an odd offset', () => {
    const shifted = new Uint8Array(9);
    shifted.set(everyPatternBytes.subarray(0x7800, 0x7808), 1);
    expect(toFloat32(shifted.subarray(1), dtype)).toEqual(toFloat32(everyPatternBytes.subarray(0x7800, 0x7808), dtype));
  });

  test('half an element is refused', () => {
    expect(() => toFloat32(new Uint8Array(3), dtype)).toThrow(expect.objectContaining({ code: 'bad_tensor' }));
  });
});

test('F32 is copied, at any offset', () => {
  const values = new Float32Array([1.5, -0, Number.POSITIVE_INFINITY, 1e-45]);
  const bytes = new Uint8Array(17);
  bytes.set(fromFloat32(values, 'F32'), 1);
  const read = toFloat32(bytes.subarray(1), 'F32');
  expect(read).toEqual(values);
  bytes.fill(0);
  expect(read[0]).toBe(1.5);
});

test('names and sizes', () => {
  expect(isDtype('F32') && isDtype('F8_E4M3') && isDtype('BOOL')).toBe(true);
  expect([isDtype('f32'), isDtype('toString'), isDtype('__proto__'), isDtype(3)]).toEqual([false, false, false, false]);
  expect([isWeightDtype('BF16'), isWeightDtype('I8')]).toEqual([true, false]);
  expect([bytesPerElement('F32'), bytesPerElement('BF16'), bitsPerElement('F4'), bitsPerElement('C64')]).toEqual([
    4, 2, 4, 64,
  ]);
});
