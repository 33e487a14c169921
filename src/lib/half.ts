// 16-bit floats, IEEE 754 binary16 and bfloat16: to f32 exactly, and back by rounding.

/** f16 with its subnormals, infinities and NaN; a NaN keeps its payload. */
export function float32OfHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return fromBits(halves, bitsOfHalf);
}

const one = new Float32Array(1);
const bitsOfOne = new Uint32Array(one.buffer);

/** `float32OfHalves` of a single one. */
export function float32OfHalf(half: number): number {
  bitsOfOne[0] = bitsOfHalf(half);
  return one[0]!;
}

/** `halvesOfFloat32` of a single number, which is rounded to f32 first. */
export function halfOfFloat32(value: number): number {
  one[0] = value;
  return halfOfFloat32Bits(bitsOfOne[0]!);
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

/** f16 by rounding to nearest, ties to even; out of range becomes infinity. */
export function halvesOfFloat32(values: Float32Array): Uint16Array<ArrayBuffer> {
  return fromValues(values, halfOfFloat32Bits);
}

/** bf16 by rounding to nearest, ties to even. */
export function bfloatsOfFloat32(values: Float32Array): Uint16Array<ArrayBuffer> {
  return fromValues(values, bfloat16OfFloat32Bits);
}

function fromValues(values: Float32Array, round: (bits: number) => number): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = round(bits[i]!);
  return out;
}

function bfloat16OfFloat32Bits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) {
    const top = bits >>> 16;
    // A NaN whose payload lies in the lower half would read as infinity: make it quiet.
    return (top & 0x7f) === 0 ? top | 0x40 : top;
  }
  return ((bits >>> 0) + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function halfOfFloat32Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    const payload = (magnitude >>> 13) & 0x3ff;
    return sign | 0x7c00 | (payload === 0 ? 0x200 : payload);
  }
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude >= 0x38800000) {
    // Normal: drop 13 bits of fraction; a carry into the exponent is right by construction.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  // Subnormal: the value in units of 2^-24, rounded to even.
  const shift = 126 - (magnitude >>> 23);
  if (shift > 25) return sign;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const floor = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (rest > tie || (rest === tie && (floor & 1) === 1) ? floor + 1 : floor);
}
