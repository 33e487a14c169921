// Reader of the header of GGUF files, versions 2 and 3: metadata, and which tensor lies where.
// A file is: magic, version, counts · keys with values · tensors with dimensions, types, offsets · padding · the data.
// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. What llama.cpp refuses of a file is refused here too.
import { bitsPerElement, type Dtype } from '../dtypes.ts';
import { MAX_TENSORS, type TensorRange } from '../safetensors.ts';
import { blockNumbers, ggmlType } from './ggml-types.ts';
import { bad, HeaderBytes, type ReadRange } from './header-bytes.ts';
import { Metadata, readElement, type StoredList, sizeOf, type Value, valueType } from './metadata.ts';

const MAX_KEYS = 65_536;
const MAX_KEY_BYTES = 65_535;
/** Bytes of a name, with the zero that ggml puts behind it. */
const MAX_NAME_BYTES = 64;
const MAX_RANK = 4;
/** A chat template is the longest text there is. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
const DEFAULT_ALIGNMENT = 32;
const ALIGNMENT = 'general.alignment';

export interface GgufHeader {
  readonly version: number;
  readonly metadata: Metadata;
  /** By name, in the order of the file; shapes as [rows, columns], offsets from the beginning of the file. */
  readonly tensors: ReadonlyMap<string, TensorRange>;
}

/** Reads as much of a file of `fileSize` bytes as its header takes. Rejects with `bad_gguf`, and as `read` does. */
export async function readGgufHeader(fileSize: number, read: ReadRange): Promise<GgufHeader> {
  const bytes = new HeaderBytes(fileSize, read);
  const parser = new Parser(bytes).header();
  for (;;) {
    const { done, value } = parser.next();
    if (done) return value;
    if (bytes.loaded < value) await bytes.load(value);
  }
}

/** A name as it may stand in a sentence. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
}

/** Wants bytes up to the place that it yields, and goes on once they are loaded. */
type Parsing<T> = Generator<number, T, undefined>;

class Parser {
  readonly #bytes: HeaderBytes;
  #at = 0;

  constructor(bytes: HeaderBytes) {
    this.#bytes = bytes;
  }

  *header(): Parsing<GgufHeader> {
    const version = yield* this.#preamble();
    const [tensorCount, keyCount] = [yield* this.#uint64(), yield* this.#uint64()];
    if (tensorCount > MAX_TENSORS) throw bad(`${tensorCount} tensors are more than the allowed ${MAX_TENSORS}`);
    if (keyCount > MAX_KEYS) throw bad(`${keyCount} keys are more than the allowed ${MAX_KEYS}`);
    const values = new Map<string, Value>();
    for (let i = 0; i < keyCount; i++) {
      const key = yield* this.#text('a key', MAX_KEY_BYTES);
      if (key === '') throw bad('a key is empty');
      if (values.has(key)) throw bad(`the key ${quoted(key)} occurs twice`);
      values.set(key, yield* this.#value(quoted(key)));
    }
    const alignment = alignmentOf(values.get(ALIGNMENT));
    const listed = new Map<string, TensorRange>();
    for (let i = 0; i < tensorCount; i++) {
      const tensor = yield* this.#tensor();
      if (listed.has(tensor.name)) throw bad(`the tensor ${quoted(tensor.name)} occurs twice`);
      listed.set(tensor.name, tensor);
    }
    const dataBegin = padded(this.#at, alignment);
    const tensors = placed(listed, alignment, dataBegin, this.#bytes.fileSize);
    return { version, metadata: new Metadata(values, this.#bytes), tensors };
  }

  *#preamble(): Parsing<number> {
    if (this.#bytes.fileSize < 24) throw bad(`the file has ${this.#bytes.fileSize} bytes, too few for a header`);
    yield* this.#need(24);
    const magic = this.#bytes.text(0, 4);
    if (magic !== 'GGUF') {
      const old = ['lmgg', 'fmgg', 'tjgg', 'algg'].includes(magic) ? ' but a file of before that format' : '';
      throw bad(`the file does not begin with "GGUF"${old === '' ? '' : `: it is no GGUF file${old}`}`);
    }
    const version = this.#bytes.uint32(4);
    this.#at = 8;
    if (version !== 0 && (version & 0xffff) === 0)
      throw bad('the file is big-endian, for other machines than those browsers run on');
    if (version !== 2 && version !== 3) throw bad(`GGUF of version ${version} is not supported, only 2 and 3 are`);
    return version;
  }

  *#need(length: number): Parsing<void> {
    const end = this.#at + length;
    if (end > this.#bytes.fileSize) throw bad(`the header is cut short: the file ends at byte ${this.#bytes.fileSize}`);
    while (this.#bytes.loaded < end) yield end;
  }

  *#uint32(): Parsing<number> {
    yield* this.#need(4);
    this.#at += 4;
    return this.#bytes.uint32(this.#at - 4);
  }

  *#uint64(): Parsing<number> {
    yield* this.#need(8);
    this.#at += 8;
    return this.#bytes.uint64(this.#at - 8);
  }

  *#text(what: string, most: number): Parsing<string> {
    const length = yield* this.#uint64();
    if (length > this.#bytes.fileSize - this.#at) throw bad(`${what} of ${length} bytes goes past the end of the file`);
    if (length > most) throw bad(`${what} of ${length} bytes is longer than the allowed ${most}`);
    yield* this.#need(length);
    this.#at += length;
    return this.#bytes.text(this.#at - length, length);
  }

  *#value(key: string): Parsing<Value> {
    const type = valueType(yield* this.#uint32(), key);
    if (type === 'string') return { type, value: yield* this.#text(key, MAX_TEXT_BYTES) };
    if (type === 'array') return { type, list: yield* this.#list(key) };
    yield* this.#need(sizeOf(type));
    this.#at += sizeOf(type);
    return { type, value: readElement(this.#bytes, type, this.#at - sizeOf(type)) };
  }

  /** Passes over a list, whose texts must lie inside the file. */
  *#list(key: string): Parsing<StoredList> {
    const of = valueType(yield* this.#uint32(), key);
    if (of === 'array') throw bad(`${key} is a list of lists`);
    const length = yield* this.#uint64();
    const least = of === 'string' ? 8 : sizeOf(of);
    if (length * least > this.#bytes.fileSize - this.#at)
      throw bad(`${key} is a list of ${length} values, which go past the end of the file`);
    const at = this.#at;
    if (of !== 'string') {
      yield* this.#need(length * least);
      this.#at += length * least;
      return { of, length, at };
    }
    for (let i = 0; i < length; i++) {
      yield* this.#need(8);
      const size = this.#bytes.uint64(this.#at);
      this.#at += 8;
      if (size > this.#bytes.fileSize - this.#at) throw bad(`text ${i} of ${key} goes past the end of the file`);
      this.#at += size;
    }
    yield* this.#need(0);
    return { of, length, at };
  }

  /** What the header says of a tensor; `begin` is its offset in the data. */
  *#tensor(): Parsing<TensorRange> {
    const name = yield* this.#text('the name of a tensor', MAX_NAME_BYTES - 1);
    const tensor = `tensor ${quoted(name)}`;
    const rank = yield* this.#uint32();
    if (rank > MAX_RANK) throw bad(`${tensor} has ${rank} dimensions, more than ${MAX_RANK}`);
    const shape: number[] = [];
    for (let i = 0; i < rank; i++) {
      const size = yield* this.#uint64();
      if (size === 0) throw bad(`${tensor} has a dimension of 0`);
      if (!Number.isSafeInteger(size)) throw bad(`${tensor} has a dimension that overflows`);
      shape.unshift(size);
    }
    const dtype = ggmlType(yield* this.#uint32(), tensor);
    const begin = yield* this.#uint64();
    return { name, dtype, shape, begin, end: begin + byteSize(tensor, shape, dtype) };
  }
}

function alignmentOf(value: Value | undefined): number {
  if (value === undefined) return DEFAULT_ALIGNMENT;
  if (value.type !== 'uint32' || typeof value.value !== 'number') throw bad(`${ALIGNMENT} is no uint32`);
  const alignment = value.value;
  if (alignment === 0 || (alignment & (alignment - 1)) !== 0)
    throw bad(`${ALIGNMENT} of ${alignment} is no power of two`);
  return alignment;
}

const padded = (at: number, alignment: number): number => Math.ceil(at / alignment) * alignment;

/** Bytes of the tensor, whose rows are whole blocks. */
function byteSize(tensor: string, shape: readonly number[], dtype: Dtype): number {
  const columns = shape.at(-1) ?? 1;
  const numbers = blockNumbers(dtype);
  if (columns % numbers !== 0)
    throw bad(`${tensor} has rows of ${columns} numbers, no whole number of ${dtype} blocks of ${numbers}`);
  const count = shape.reduce((product, size) => product * size, 1);
  // The numbers, and the bits on the way to the bytes, are exact.
  if (count > Number.MAX_SAFE_INTEGER / 64) throw bad(`${tensor} has a shape whose size overflows`);
  return (count * bitsPerElement(dtype)) / 8;
}

/** Tensors at their places in the file: each begins where the one before it ends, padded to the alignment. */
function placed(
  listed: ReadonlyMap<string, TensorRange>,
  alignment: number,
  dataBegin: number,
  fileSize: number,
): ReadonlyMap<string, TensorRange> {
  const tensors = new Map<string, TensorRange>();
  let next = 0;
  for (const [name, range] of listed) {
    const tensor = `tensor ${quoted(name)}`;
    const { begin, end } = range;
    if (begin % alignment !== 0) throw bad(`${tensor} at offset ${begin} is not aligned to ${alignment}`);
    if (begin !== next) throw bad(`${tensor} lies at offset ${begin}, and the one before it ends at ${next}`);
    next = padded(end, alignment);
    if (dataBegin + end > fileSize) {
      const lacking = dataBegin + end - fileSize;
      throw bad(`the file is cut short: ${tensor} ends ${lacking} bytes after it`);
    }
    tensors.set(name, { ...range, begin: dataBegin + begin, end: dataBegin + end });
  }
  return tensors;
}
