// Exact conversion of 16-bit floats to f32: IEEE 754 binary16, and bfloat16.

/** f16 with its subnormals, infinities and NaN; a NaN keeps its payload. */
export function float32OfHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return fromBits(halves, bitsOfHalf);
}

/** bf16 by a shift of 16 bits. */
export function float32OfBfloats(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return fromBits(halves, half => half << 16);
}

function fromBits(halves: Uint16Array, bitsOf: (half: number) => number): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = bitsOf(halves[i]!);
  return new Float32Array(bits.buffer);
}

function bitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal is fraction * 2^-24: move its highest bit up to the hidden one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
