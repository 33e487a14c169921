// Writes PyTorch files of weights as torch.save does, and their parts one by one, so that tests can write what it never would.
import { bitsPerElement } from '../../src/checkpoint/dtypes.ts';
import type { TensorBytes } from '../../src/checkpoint/write-safetensors.ts';
import { concatBytes } from '../../src/tokenizer/text.ts';

export interface ZipPart {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly method?: number;
  /** What the directory says instead of the truth. */
  readonly says?: { readonly size?: number; readonly header?: number };
}

export interface ZipOptions {
  /** Bytes of an entry begin at a multiple of this; 64 as PyTorch has it, 1 for other programs. */
  readonly alignment?: number;
  /** A descriptor behind the bytes of an entry. */
  readonly descriptors?: boolean;
  /** An end with 64-bit numbers before the plain one. */
  readonly wide?: boolean;
}

const u16 = (value: number) => [value & 0xff, (value >>> 8) & 0xff];
const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)];
const u64 = (value: number) => [...u32(value % 2 ** 32), ...u32(Math.floor(value / 2 ** 32))];
const ascii = (text: string) => [...new TextEncoder().encode(text)];
const join = (parts: readonly (Uint8Array | readonly number[])[]) =>
  new Uint8Array(concatBytes(parts.map(part => Uint8Array.from(part))));

/** An archive of stored entries. */
export function writeZip(entries: readonly ZipPart[], options: ZipOptions = {}): Uint8Array<ArrayBuffer> {
  const { alignment = 64, descriptors = true, wide = true } = options;
  const parts: (Uint8Array | readonly number[])[] = [];
  const directory: number[] = [];
  let at = 0;
  const add = (part: Uint8Array | readonly number[]): void => {
    parts.push(part);
    at += part.length;
  };
  for (const { name, bytes, method = 0, says = {} } of entries) {
    const header = at;
    const plain = header + 30 + name.length + 4;
    const padding = alignment === 1 ? -4 : (alignment - (plain % alignment)) % alignment;
    const extra = padding < 0 ? [] : [...ascii('FB'), ...u16(padding), ...ascii('Z'.repeat(padding))];
    const flags = descriptors ? [8, 8] : [0, 8];
    const size = says.size ?? bytes.length;
    add([...ascii('PK\x03\x04'), 0, 0, ...flags, ...u16(method), ...new Array<number>(16).fill(0)]);
    add([...u16(name.length), ...u16(extra.length), ...ascii(name), ...extra]);
    add(bytes);
    if (descriptors && bytes.length > 0)
      add([...ascii('PK\x07\x08'), 0, 0, 0, 0, ...u32(bytes.length), ...u32(bytes.length)]);
    directory.push(...ascii('PK\x01\x02'), 0, 0, 0, 0, ...flags, ...u16(method), 0, 0, 0, 0, 0, 0, 0, 0);
    directory.push(...u32(size), ...u32(size), ...u16(name.length), ...new Array<number>(12).fill(0));
    directory.push(...u32(says.header ?? header), ...ascii(name));
  }
  const begin = at;
  add(directory);
  const counts = [...u64(entries.length), ...u64(entries.length), ...u64(directory.length), ...u64(begin)];
  if (wide) {
    const end = at;
    add([...ascii('PK\x06\x06'), ...u64(44), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...counts]);
    add([...ascii('PK\x06\x07'), 0, 0, 0, 0, ...u64(end), 1, 0, 0, 0]);
  }
  add([...ascii('PK\x05\x06'), 0, 0, 0, 0, ...u16(entries.length), ...u16(entries.length)]);
  add([...u32(directory.length), ...u32(begin), 0, 0]);
  return join(parts);
}

/** Operations of a pickle, each as its bytes. */
export const pickled = {
  begin: [0x80, 2],
  mark: ascii('('),
  stop: ascii('.'),
  reduce: ascii('R'),
  none: ascii('N'),
  no: [0x89],
  dict: ascii('}'),
  setItems: ascii('u'),
  tuple: ascii('t'),
  persistent: ascii('Q'),
  global: (module: string, name: string) => ascii(`c${module}\n${name}\n`),
  text: (text: string) => [...ascii('X'), ...u32(new TextEncoder().encode(text).length), ...ascii(text)],
  int: (value: number) => (value < 2 ** 31 ? [...ascii('J'), ...u32(value)] : [0x8a, 8, ...u64(value)]),
  tupleOf: (...items: readonly (readonly number[])[]) => [...ascii('('), ...items.flat(), ...ascii('t')],
};

const STORAGES: Readonly<Record<string, string>> = {
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
  F64: 'DoubleStorage',
  I64: 'LongStorage',
  U8: 'ByteStorage',
  BOOL: 'BoolStorage',
};

export interface PickledTensor {
  readonly dtype: string;
  readonly key: string;
  /** Elements of the storage. */
  readonly length: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides?: readonly number[];
}

const plainStrides = (shape: readonly number[]) =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, count) => product * count, 1));

/** The operations that make one tensor. */
export function pickledTensor({ dtype, key, length, offset = 0, shape, strides }: PickledTensor): number[] {
  const { tupleOf, text, int, global, persistent, reduce, no } = pickled;
  const type = global('torch', STORAGES[dtype] ?? dtype);
  const storage = [...tupleOf(text('storage'), type, text(key), text('cpu'), int(length)), ...persistent];
  const counts = (values: readonly number[]) => tupleOf(...values.map(int));
  const hooks = [...global('collections', 'OrderedDict'), ...tupleOf(), ...reduce];
  const args = tupleOf(storage, int(offset), counts(shape), counts(strides ?? plainStrides(shape)), no, hooks);
  return [...global('torch._utils', '_rebuild_tensor_v2'), ...args, ...reduce];
}

/** A dictionary of what the operations make. */
export function pickledDict(items: Readonly<Record<string, readonly number[]>>): number[] {
  const { global, tupleOf, reduce, mark, setItems, text } = pickled;
  const inner = Object.entries(items).flatMap(([name, value]) => [...text(name), ...value]);
  return [...global('collections', 'OrderedDict'), ...tupleOf(), ...reduce, ...mark, ...inner, ...setItems];
}

export const pickleOf = (value: readonly number[]) => Uint8Array.from([...pickled.begin, ...value, ...pickled.stop]);

export interface PytorchOptions extends ZipOptions {
  /** Keys of dictionaries around the state dict, the outermost first. */
  readonly inside?: readonly string[];
  /** Names that share the storage of another tensor. */
  readonly tied?: Readonly<Record<string, string>>;
  /** Names of matrices that lie turned, column by column. */
  readonly turned?: readonly string[];
}

/** The elements of a matrix, column by column. */
function turnedBytes({ dtype, shape, bytes }: TensorBytes): Uint8Array {
  const [rows = 0, columns = 0] = shape;
  const size = bitsPerElement(dtype) / 8;
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < rows * columns; i++) {
    const to = (i % columns) * rows + Math.floor(i / columns);
    out.set(bytes.subarray(i * size, (i + 1) * size), to * size);
  }
  return out;
}

/** The whole file, as torch.save makes it of a state dict. Tensors have a storage each, but for those that are tied. */
export function writePytorch(tensors: readonly TensorBytes[], options: PytorchOptions = {}): Uint8Array<ArrayBuffer> {
  const { inside = [], tied = {}, turned = [] } = options;
  const items: Record<string, number[]> = {};
  tensors.forEach(({ name, dtype, shape }, i) => {
    const length = shape.reduce((product, count) => product * count, 1);
    const strides = turned.includes(name) ? [1, shape[0] ?? 0] : plainStrides(shape);
    const made = pickledTensor({ dtype, key: String(i), length, shape, strides });
    for (const each of [name, ...Object.keys(tied).filter(other => tied[other] === name)]) items[each] = made;
  });
  let value = pickledDict(items);
  for (const key of [...inside].reverse()) value = pickledDict({ [key]: value });
  const storages = tensors.map((tensor, i) => {
    const bytes = turned.includes(tensor.name) ? turnedBytes(tensor) : tensor.bytes;
    return { name: `archive/data/${i}`, bytes };
  });
  const version = { name: 'archive/version', bytes: Uint8Array.from(ascii('3\n')) };
  return writeZip([{ name: 'archive/data.pkl', bytes: pickleOf(value) }, ...storages, version], options);
}
