// The fields of a Protocol Buffers message, one after the other: as much of the format as a SentencePiece model needs.
// Format: protobuf.dev/programming-guides/encoding.

/** Says where the bytes are no message. */
export class BadMessage extends Error {}

/** A field by its number. Strings, bytes and messages are `bytes`, a view; varints and fixed numbers are `number`. */
export interface Field {
  readonly number: number;
  readonly value: { readonly bytes: Uint8Array } | { readonly integer: number } | { readonly float: number };
}

/** Yields the fields of `bytes`. Throws `BadMessage` for what is cut off or no message. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new BadMessage('a number is cut off');
      // Beyond 53 bits exactness is lost, and no field that is read needs them.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new BadMessage('a number is too long');
  };
  const taken = (length: number): number => {
    const start = at;
    if (length > bytes.length - at) throw new BadMessage('a field is cut off');
    at += length;
    return start;
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    if (number === 0 || number > 0x1fffffff) throw new BadMessage(`there is no field ${number}`);
    switch (key % 8) {
      case 0:
        yield { number, value: { integer: varint() } };
        break;
      case 1:
        taken(8);
        break;
      case 2: {
        const length = varint();
        const start = taken(length);
        yield { number, value: { bytes: bytes.subarray(start, start + length) } };
        break;
      }
      case 5:
        yield { number, value: { float: view.getFloat32(taken(4), true) } };
        break;
      default:
        throw new BadMessage(`a field of type ${key % 8}`);
    }
  }
}
