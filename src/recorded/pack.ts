// Numbers of a recording as a file and back: a head in JSON, and behind it the arrays, each in as few bytes as keep it within its tolerance.
import { NucleusError } from '../lib/error.ts';

/** Where an array lies. `u`: whole numbers of 1, 2 or 4 bytes. `f`: numbers `least + step * whole`, of 2 or 3 bytes. */
interface Packed {
  readonly packed: 'u' | 'f';
  readonly at: number;
  readonly count: number;
  readonly width: 1 | 2 | 3 | 4;
  readonly least: number;
  readonly step: number;
}

/** What can be packed: JSON with arrays of whole numbers and of floats among it. */
export type Packable =
  | string
  | number
  | boolean
  | null
  | undefined
  | Uint32Array
  | Float32Array
  | readonly Packable[]
  | { readonly [key: string]: Packable };

/** A float comes back no farther off than this, where two bytes are not asked for. */
const TOLERANCE = 1e-5;
const HEAD_BYTES = 4;

/** `coarse`: floats are within 1/65,534 of the range of their own array, whatever that is. */
export function pack(value: Packable, coarse = false): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let at = 0;
  const put = (bytes: Uint8Array): number => {
    pieces.push(bytes);
    at += bytes.length;
    return at - bytes.length;
  };
  const head = JSON.stringify(value, (_, each: unknown) => {
    if (each instanceof Uint32Array) return packWhole(each, put);
    return each instanceof Float32Array ? packFloats(each, coarse, put) : each;
  });
  const text = new TextEncoder().encode(head);
  const file = new Uint8Array(HEAD_BYTES + text.length + at);
  new DataView(file.buffer).setUint32(0, text.length, true);
  let end = HEAD_BYTES;
  for (const piece of [text, ...pieces]) {
    file.set(piece, end);
    end += piece.length;
  }
  return file;
}

type Put = (bytes: Uint8Array) => number;

function packWhole(values: Uint32Array, put: Put): Packed {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const width = most < 2 ** 8 ? 1 : most < 2 ** 16 ? 2 : 4;
  return { packed: 'u', at: put(lowBytes(values, width)), count: values.length, width, least: 0, step: 1 };
}

function packFloats(values: Float32Array, coarse: boolean, put: Put): Packed {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const range = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - least;
  if (values.length > 0 && !Number.isFinite(range)) throw new Error('a recorded number is not finite');
  const width = coarse || range / 0xffff / 2 <= TOLERANCE ? 2 : 3;
  const step = values.length === 0 ? 1 : range / (2 ** (8 * width) - 1) || 1;
  const whole = Uint32Array.from(values, value => Math.round((value - least) / step));
  const { length: count } = values;
  return { packed: 'f', at: put(lowBytes(whole, width)), count, width, least: count === 0 ? 0 : least, step };
}

function lowBytes(values: Uint32Array, width: number): Uint8Array {
  const bytes = new Uint8Array(values.length * width);
  for (const [i, value] of values.entries())
    for (let byte = 0; byte < width; byte++) bytes[i * width + byte] = value >>> (8 * byte);
  return bytes;
}

/** What was packed. Throws `integrity` where the file is cut or is none. */
export function unpack(file: Uint8Array): unknown {
  try {
    const length = new DataView(file.buffer, file.byteOffset, file.byteLength).getUint32(0, true);
    const body = file.subarray(HEAD_BYTES + length);
    const head = new TextDecoder().decode(file.subarray(HEAD_BYTES, HEAD_BYTES + length));
    return JSON.parse(head, (_, each: unknown) => (isPacked(each) ? unpacked(each, body) : each));
  } catch (thrown) {
    throw new NucleusError('integrity', `a recording cannot be read: ${String(thrown)}`, {}, { cause: thrown });
  }
}

function isPacked(value: unknown): value is Packed {
  return typeof value === 'object' && value !== null && 'packed' in value;
}

function unpacked({ packed, at, count, width, least, step }: Packed, body: Uint8Array): Uint32Array | Float32Array {
  if (at + count * width > body.length) throw new RangeError('it ends too early');
  const whole = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let byte = width - 1; byte >= 0; byte--) value = value * 256 + (body[at + i * width + byte] ?? 0);
    whole[i] = value;
  }
  return packed === 'u' ? whole : Float32Array.from(whole, value => least + step * value);
}
