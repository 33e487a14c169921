// What the header of a GGUF file says under its keys. Lists stay bytes until they are asked for: a vocabulary is millions of them.
import { bad, type HeaderBytes } from './header-bytes.ts';

/** Types of values by their numbers in the file. */
const TYPES = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const;
export type ValueType = (typeof TYPES)[number];
export type ElementType = Exclude<ValueType, 'string' | 'array'>;

const SIZES: Readonly<Record<ElementType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  bool: 1,
  uint64: 8,
  int64: 8,
  float64: 8,
};

/** @throws NucleusError bad_gguf for a number that names no type. */
export function valueType(number: number, key: string): ValueType {
  const type = TYPES[number];
  if (type === undefined) throw bad(`${key} has the unknown type ${number}`);
  return type;
}

export const sizeOf = (type: ElementType): number => SIZES[type];

/** A list as it lies in the header, from byte `at` on; strings have their lengths before them. */
export interface StoredList {
  readonly of: ElementType | 'string';
  readonly length: number;
  readonly at: number;
}

export type Value =
  | { readonly type: ElementType; readonly value: number | boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'array'; readonly list: StoredList };

/** One number or flag. Whole numbers beyond 2^53 are rounded: none is a size. */
export function readElement(bytes: HeaderBytes, type: ElementType, at: number): number | boolean {
  const view = bytes.view(at, SIZES[type]);
  switch (type) {
    case 'uint8':
      return view.getUint8(0);
    case 'int8':
      return view.getInt8(0);
    case 'uint16':
      return view.getUint16(0, true);
    case 'int16':
      return view.getInt16(0, true);
    case 'uint32':
      return view.getUint32(0, true);
    case 'int32':
      return view.getInt32(0, true);
    case 'float32':
      return view.getFloat32(0, true);
    case 'bool':
      return view.getUint8(0) !== 0;
    case 'uint64':
      return Number(view.getBigUint64(0, true));
    case 'int64':
      return Number(view.getBigInt64(0, true));
    case 'float64':
      return view.getFloat64(0, true);
    default:
      return type satisfies never;
  }
}

/** Values by key. A value of another type than the one that is asked for is `bad_gguf`; one that is not there undefined. */
export class Metadata {
  readonly #values: ReadonlyMap<string, Value>;
  readonly #bytes: HeaderBytes;

  constructor(values: ReadonlyMap<string, Value>, bytes: HeaderBytes) {
    this.#values = values;
    this.#bytes = bytes;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  text(key: string): string | undefined {
    const found = this.#values.get(key);
    if (found === undefined) return undefined;
    if (found.type !== 'string') throw bad(`${key} is no text`);
    return found.value;
  }

  number(key: string): number | undefined {
    const found = this.#values.get(key);
    if (found === undefined) return undefined;
    if (found.type === 'string' || found.type === 'array' || typeof found.value !== 'number')
      throw bad(`${key} is no number`);
    return found.value;
  }

  flag(key: string): boolean | undefined {
    const found = this.#values.get(key);
    if (found === undefined) return undefined;
    if (found.type !== 'bool' || typeof found.value !== 'boolean') throw bad(`${key} is neither true nor false`);
    return found.value;
  }

  /** A list of numbers, or one number as a list of one. */
  numbers(key: string): readonly number[] | undefined {
    const found = this.#values.get(key);
    if (found === undefined) return undefined;
    if (found.type !== 'array') return [this.number(key) ?? 0];
    const { of, length, at } = found.list;
    if (of === 'string') throw bad(`${key} is no list of numbers`);
    return Array.from({ length }, (_, i) => Number(readElement(this.#bytes, of, at + i * SIZES[of])));
  }

  /** The bytes of a list of bytes. */
  byteList(key: string): Uint8Array | undefined {
    const found = this.#values.get(key);
    if (found === undefined) return undefined;
    if (found.type !== 'array' || (found.list.of !== 'uint8' && found.list.of !== 'int8'))
      throw bad(`${key} is no list of bytes`);
    return this.#bytes.bytes(found.list.at, found.list.length);
  }

  /** A list of texts, one after the other; bytes that are no UTF-8 become the replacement character. */
  texts(key: string): Iterable<string> | undefined {
    const found = this.#values.get(key);
    if (found === undefined) return undefined;
    if (found.type !== 'array' || found.list.of !== 'string') throw bad(`${key} is no list of texts`);
    return textsOf(this.#bytes, found.list);
  }
}

function* textsOf(bytes: HeaderBytes, { length, at: begin }: StoredList): Generator<string> {
  let at = begin;
  for (let i = 0; i < length; i++) {
    const size = bytes.uint64(at);
    yield bytes.text(at + 8, size);
    at += 8 + size;
  }
}
