// Element types of a checkpoint: their sizes, and exact conversion of the weight types to and from f32.
import { NucleusError } from '../lib/error.ts';
import { bfloatsOfFloat32, float32OfBfloats, float32OfHalves, halvesOfFloat32 } from '../lib/half.ts';
import { BLOCKS, type BlockDtype, isBlockDtype } from './blocks.ts';

/** Bits of one element, for every dtype that the safetensors format names. */
const DTYPE_BITS = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
  C64: 64,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
} as const;

type PlainDtype = keyof typeof DTYPE_BITS;
/** Those of all formats. */
export type Dtype = PlainDtype | BlockDtype;

/** The types a weight may have here. */
const WEIGHT_DTYPES = ['F32', 'F16', 'BF16'] as const;
export type WeightDtype = (typeof WEIGHT_DTYPES)[number];

/** True for a name of the safetensors format. */
export function isDtype(name: unknown): name is PlainDtype {
  return typeof name === 'string' && Object.hasOwn(DTYPE_BITS, name);
}

export function isWeightDtype(dtype: Dtype): dtype is WeightDtype {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** Bits of one element; 4 and 6 for the packed types. Of blocks its share, a fraction whose product with the numbers of a row is whole. */
export function bitsPerElement(dtype: Dtype): number {
  if (!isBlockDtype(dtype)) return DTYPE_BITS[dtype];
  const { numbers, bytes } = BLOCKS[dtype];
  return (bytes * 8) / numbers;
}

/** Bytes of one element of a weight type. */
export function bytesPerElement(dtype: WeightDtype): number {
  return DTYPE_BITS[dtype] / 8;
}

/**
 * The elements as f32, exactly: f16 with its subnormals, infinities and NaN, bf16 by a shift of 16 bits.
 * `bytes` are little-endian and may begin at any offset of their buffer.
 * @throws NucleusError bad_tensor when the length is no multiple of the element size.
 */
export function toFloat32(bytes: Uint8Array, dtype: WeightDtype): Float32Array<ArrayBuffer> {
  const size = bytesPerElement(dtype);
  if (bytes.length % size !== 0) {
    throw new NucleusError('bad_tensor', `${bytes.length} bytes are no whole number of ${dtype} elements`);
  }
  if (dtype === 'F32') return new Float32Array(bytes.slice().buffer);
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const half = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
  return dtype === 'BF16' ? float32OfBfloats(half) : float32OfHalves(half);
}

/**
 * The bytes of `values` in a weight type, rounded to nearest, ties to even; out of range becomes infinity.
 * The inverse of `toFloat32` for every pattern.
 */
export function fromFloat32(values: Float32Array, dtype: WeightDtype): Uint8Array<ArrayBuffer> {
  if (dtype === 'F32') return new Uint8Array(new Float32Array(values).buffer);
  return new Uint8Array((dtype === 'BF16' ? bfloatsOfFloat32 : halvesOfFloat32)(values).buffer);
}
