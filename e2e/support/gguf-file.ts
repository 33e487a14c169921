// Writes GGUF files: of models for tests of the engine, and broken ones for tests of the reader.
import { BLOCKS, isBlockDtype } from '../../src/checkpoint/blocks.ts';
import { bitsPerElement, type Dtype } from '../../src/checkpoint/dtypes.ts';
import { TYPE_NUMBERS } from '../../src/checkpoint/gguf/ggml-types.ts';

export interface GgufTensor {
  readonly name: string;
  readonly dtype: Dtype;
  /** [rows, columns]. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  /** Where it says that it lies, if not where it does. */
  readonly offset?: number;
  /** The number of its type, if not that of `dtype`. */
  readonly type?: number;
}

/** A value with the number of its type; plain ones are text, uint32 (whole), float32, bool, and lists of text or of int32. */
export type GgufValue =
  | string
  | number
  | boolean
  | readonly string[]
  | readonly number[]
  | { readonly type: number; readonly bytes: Uint8Array };

export interface GgufFile {
  readonly metadata: readonly (readonly [string, GgufValue])[];
  readonly tensors?: readonly GgufTensor[];
  readonly magic?: string;
  readonly version?: number;
  readonly tensorCount?: number;
  readonly keyCount?: number;
  readonly alignment?: number;
}

const utf8 = new TextEncoder();

class Output {
  #bytes = new Uint8Array(4096);
  length = 0;

  add(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.length + bytes.length));
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  number(value: number, kind: 'Uint32' | 'Int32' | 'Float32' | 'Uint64'): void {
    const view = new DataView(new ArrayBuffer(kind === 'Uint64' ? 8 : 4));
    if (kind === 'Uint64') view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
    else view[`set${kind}`](0, value, true);
    this.add(new Uint8Array(view.buffer));
  }

  text(value: string): void {
    const bytes = utf8.encode(value);
    this.number(bytes.length, 'Uint64');
    this.add(bytes);
  }

  pad(alignment: number): void {
    this.add(new Uint8Array((alignment - (this.length % alignment)) % alignment));
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }
}

const STRING = 8;
const ARRAY = 9;

function writeValue(out: Output, value: GgufValue): void {
  if (typeof value === 'string') {
    out.number(STRING, 'Uint32');
    out.text(value);
  } else if (typeof value === 'boolean') {
    out.number(7, 'Uint32');
    out.add(Uint8Array.of(value ? 1 : 0));
  } else if (typeof value === 'number') {
    const whole = Number.isInteger(value) && value >= 0;
    out.number(whole ? 4 : 6, 'Uint32');
    out.number(value, whole ? 'Uint32' : 'Float32');
  } else if ('type' in value) {
    out.number(value.type, 'Uint32');
    out.add(value.bytes);
  } else {
    out.number(ARRAY, 'Uint32');
    const texts = value.every(each => typeof each === 'string');
    const whole = value.every(Number.isInteger);
    out.number(texts ? STRING : whole ? 5 : 6, 'Uint32');
    out.number(value.length, 'Uint64');
    for (const each of value) {
      if (typeof each === 'string') out.text(each);
      else out.number(each, whole ? 'Int32' : 'Float32');
    }
  }
}

/** A float32, for values that are whole. */
export function float32(value: number): GgufValue {
  return { type: 6, bytes: new Uint8Array(Float32Array.of(value).buffer) };
}

export function writeGguf(file: GgufFile): Uint8Array<ArrayBuffer> {
  const { metadata, tensors = [], alignment = 32 } = file;
  const out = new Output();
  out.add(utf8.encode(file.magic ?? 'GGUF'));
  out.number(file.version ?? 3, 'Uint32');
  out.number(file.tensorCount ?? tensors.length, 'Uint64');
  out.number(file.keyCount ?? metadata.length, 'Uint64');
  for (const [key, value] of metadata) {
    out.text(key);
    writeValue(out, value);
  }
  let offset = 0;
  for (const { name, dtype, shape, bytes, offset: said, type } of tensors) {
    out.text(name);
    out.number(shape.length, 'Uint32');
    for (const size of [...shape].reverse()) out.number(size, 'Uint64');
    out.number(type ?? TYPE_NUMBERS.get(dtype) ?? 0, 'Uint32');
    out.number(said ?? offset, 'Uint64');
    offset += Math.ceil(bytes.length / alignment) * alignment;
  }
  if (tensors.length > 0) out.pad(alignment);
  for (const { bytes } of tensors) {
    out.add(bytes);
    out.pad(alignment);
  }
  return out.bytes;
}

/** Bytes of a tensor of that shape. */
export function ggufBytes(dtype: Dtype, shape: readonly number[]): number {
  const count = shape.reduce((product, size) => product * size, 1);
  return isBlockDtype(dtype)
    ? (count / BLOCKS[dtype].numbers) * BLOCKS[dtype].bytes
    : (count * bitsPerElement(dtype)) / 8;
}
