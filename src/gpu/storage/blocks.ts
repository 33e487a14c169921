// Storages of quantised blocks as ggml lays them down: on the GPU the bytes of a row lie in planes, the quants first, so that words and 16-byte loads are
// aligned. No number is changed. Source of every layout and formula: ggml-common.h and ggml-quants.c of ggml-org/ggml.
import { float32OfHalf } from '../../lib/half.ts';
import type { Storage, Unit } from './storage.ts';

/** Bytes of every block that lie side by side on the GPU; a plane begins at a word. */
interface Plane {
  /** In a block of the checkpoint. */
  readonly from: number;
  readonly bytes: number;
  /** From block to block on the GPU, `bytes` unless given. */
  readonly stride?: number;
}

interface Blocks extends Pick<Storage, 'name' | 'dtype' | 'block' | 'blockBytes'> {
  readonly planes: readonly Plane[];
  /** Parts that weights_<name> reads besides `blocks`. */
  readonly parts?: readonly string[];
  /** Columns of a unit, and the parts that read it besides those of `weight4`. */
  readonly unit: Unit;
  /** The numbers of one block of the checkpoint into `out`, from `at` on. */
  readonly numbers: (block: DataView, out: Float32Array, at: number) => void;
  readonly quantise?: NonNullable<Storage['quantise']>;
}

const round = (n: number, to: number): number => Math.ceil(n / to) * to;

export function blockStorage({ name, dtype, block, blockBytes, planes, parts = [], ...rest }: Blocks): Storage {
  const { numbers, quantise = null, unit } = rest;
  const read = ['blocks', ...parts, `weights_${name}`];
  const strideBytes = (columns: number): number =>
    round(
      planes.reduce((sum, { bytes, stride = bytes }) => sum + round((columns / block) * stride, 4), 0),
      16,
    );
  /** Moves every run of bytes of every block, from or to its plane. */
  const move = (from: Uint8Array, to: Uint8Array, columns: number, packing: boolean): void => {
    const blocks = columns / block;
    const stride = strideBytes(columns);
    const rows = (packing ? from.length : to.length) / (blocks * blockBytes);
    for (let row = 0; row < rows; row++) {
      let plane = row * stride;
      for (const { from: begin, bytes, stride: step = bytes } of planes) {
        for (let b = 0; b < blocks; b++) {
          const inFile = (row * blocks + b) * blockBytes + begin;
          const inPlane = plane + b * step;
          const [source, target] = packing ? [inFile, inPlane] : [inPlane, inFile];
          for (let i = 0; i < bytes; i++) to[target + i] = from[source + i] ?? 0;
        }
        plane += round(blocks * step, 4);
      }
    }
  };
  return {
    name,
    dtype,
    parts: read,
    unit: { ...unit, parts: [...read, ...unit.parts] },
    block,
    blockBytes,
    strideBytes,
    pack: (rows, columns) => {
      const out = new Uint8Array((rows.length / ((columns / block) * blockBytes)) * strideBytes(columns));
      move(rows, out, columns, true);
      return out;
    },
    dequantise: (rows, columns) => {
      const count = (rows.length / strideBytes(columns)) * (columns / block);
      const bytes = new Uint8Array(count * blockBytes);
      move(rows, bytes, columns, false);
      const out = new Float32Array(count * block);
      for (let b = 0; b < count; b++) numbers(new DataView(bytes.buffer, b * blockBytes, blockBytes), out, b * block);
      return out;
    },
    quantise,
  };
}

/** The f16 at a place of a block. */
export const halfAt = (block: DataView, at: number): number => float32OfHalf(block.getUint16(at, true));

/** Quant i of 32 that lie in 16 bytes: the lower halves first, then the upper. */
export const nibbleAt = (block: DataView, at: number, i: number): number =>
  (block.getUint8(at + (i & 15)) >> (i < 16 ? 0 : 4)) & 15;

/** Quant i of 256 that lie in 128 bytes: 32 lower halves, then the 32 upper halves of the same bytes. */
export const wideNibbleAt = (block: DataView, at: number, i: number): number =>
  (block.getUint8(at + (i >> 6) * 32 + (i & 31)) >> ((i & 32) >> 3)) & 15;

/** Two bits of quant i of 256: 32 bytes hold 128 quants. */
export const twoBitsAt = (block: DataView, at: number, i: number): number =>
  (block.getUint8(at + (i >> 7) * 32 + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3;

/** Bit of quant i of 256: bit i / 32 of 32 bytes. */
export const bitAt = (block: DataView, at: number, i: number): number =>
  (block.getUint8(at + (i & 31)) >> (i >> 5)) & 1;

/** Scale and minimum j of eight, 6 bits each in 12 bytes. */
export function scaleAndMinimum(block: DataView, at: number, j: number): readonly [number, number] {
  const low = block.getUint8(at + (j & 3));
  const middle = block.getUint8(at + 4 + (j & 3));
  if (j < 4) return [low & 63, middle & 63];
  const high = block.getUint8(at + 8 + (j & 3));
  return [(high & 15) | ((low >> 6) << 4), (high >> 4) | ((middle >> 6) << 4)];
}

const fround = Math.fround;

/** d * q, as f32. */
export const scaled = (d: number, q: number): number => fround(d * q);
/** d * q + m in two steps of f32. */
export const affine = (d: number, q: number, m: number): number => fround(fround(d * q) + m);

/** Quants of IQ4_NL and IQ4_XS. */
export const NONLINEAR = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;
