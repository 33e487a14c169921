// Writes protocol buffers: fields of numbers, texts and messages in each other, whose bytes are joined only when they are written out.
// Source of the encoding: protobuf.dev/programming-guides/encoding.

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;
const utf8 = new TextEncoder();

export class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The bytes in order, in pieces. */
  get parts(): readonly Uint8Array[] {
    return this.#parts;
  }

  /** A whole number from 0 on. */
  integer(field: number, value: number): this {
    this.#add(varint(field * 8 + VARINT));
    return this.#add(varint(value));
  }

  float(field: number, value: number): this {
    this.#add(varint(field * 8 + FIXED32));
    return this.#add(new Uint8Array(Float32Array.of(value).buffer));
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#add(varint(field * 8 + BYTES));
    this.#add(varint(value.length));
    return this.#add(value);
  }

  /** As it is now: what is added to it later is not in it. */
  message(field: number, value: Message): this {
    this.#add(varint(field * 8 + BYTES));
    this.#add(varint(value.length));
    for (const part of value.parts) this.#add(part);
    return this;
  }

  #add(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

/** Seven bits a byte, the lowest first; up to 2^53. A negative number of 64 bits takes ten bytes. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
