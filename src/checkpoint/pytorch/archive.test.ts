// PyTorch files: what torch.save wrote is read to the number, and what nobody should have written is refused, quickly and by name.
import { expect, test, vi } from 'vitest';
import {
  type PickledTensor,
  pickled,
  pickledDict,
  pickledTensor,
  pickleOf,
  writePytorch,
  writeZip,
  type ZipPart,
} from '../../../e2e/support/pytorch-file.ts';
import { readBytes, readJson } from '../../../e2e/support/read-bytes.ts';
import { NucleusError } from '../../lib/error.ts';
import { isWeightDtype, toFloat32 } from '../dtypes.ts';
import type { TensorRange } from '../safetensors.ts';
import { Reordering } from '../strided.ts';
import { readArchive } from './archive.ts';

const FOLDER = 'e2e/golden/pytorch';

/** The file, and how much of it was read. */
function source(bytes: Uint8Array, size = bytes.length) {
  const read = vi.fn(async (begin: number, end: number) => bytes.slice(begin, end));
  return { size, read };
}

const open = (bytes: Uint8Array) => readArchive(source(bytes));

/** The numbers of a tensor, its bytes taken in pieces. */
function valuesOf(file: Uint8Array, tensor: TensorRange, piece = 7): number[] {
  const bytes = file.subarray(tensor.begin, tensor.end);
  if (!isWeightDtype(tensor.dtype)) throw new Error(tensor.dtype);
  if (tensor.strides === undefined) return [...toFloat32(bytes, tensor.dtype)];
  const order = new Reordering(tensor);
  for (let at = 0; at < bytes.length; at += piece) order.write(bytes.subarray(at, at + piece));
  return [...toFloat32(order.end(), tensor.dtype)];
}

interface Expected {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: number[];
}

const DTYPES: Readonly<Record<string, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

test('every view that torch.save writes: plain, turned, cut, tied, of one or no element', async () => {
  const file = await readBytes(`${FOLDER}/views.bin`);
  const expected = (await readJson(`${FOLDER}/views.json`)) as Record<string, Expected>;
  const tensors = await open(file);
  const floats = Object.entries(expected).filter(([, { dtype }]) => /float(16|32)$/.test(dtype));
  expect(floats).toHaveLength(16);
  for (const [name, { shape, dtype, values }] of floats) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(name);
    expect([name, tensor.shape, `torch.${DTYPES[tensor.dtype]}`]).toEqual([name, shape, dtype]);
    for (const piece of [1, 3, 7, 10_000]) expect([name, valuesOf(file, tensor, piece)]).toEqual([name, values]);
  }
  expect(tensors.get('tied')?.begin).toBe(tensors.get('half')?.begin);
  expect(tensors.get('mask')?.dtype).toBe('BOOL');
  expect(tensors.get('double')?.dtype).toBe('F64');
  expect(tensors.get('column')?.strides).toEqual([10]);
});

test('wrapped by a trainer, and pickled by the newest protocol', async () => {
  expect([...(await open(await readBytes(`${FOLDER}/wrapped.bin`))).keys()]).toEqual(['module.a', 'module.b']);
  const file = await readBytes(`${FOLDER}/newest-pickle.bin`);
  const tensors = await open(file);
  expect(tensors.get('a')?.shape).toEqual([6, 10]);
  expect(tensors.get('b')?.strides).toEqual([1, 5]);
});

test.each([
  ['old-format.bin', /format from before version 1\.6/],
  ['expanded.bin', /tensor a means the same numbers several times/],
  ['module.bin', /asks for "torch\.nn\.modules\.linear\.Linear"/],
])('torch.save of %s is refused', async (name, message) => {
  const error = await open(await readBytes(`${FOLDER}/${name}`)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NucleusError);
  expect(error).toMatchObject({ code: 'bad_pytorch', message: expect.stringMatching(message) });
});

const f32 = (name: string, ...values: number[]) => ({
  name,
  dtype: 'F32' as const,
  shape: [values.length],
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});
const MANY = Array.from({ length: 300 }, (_, i) => f32(`h.${i}.weight`, i, -i, ...new Array<number>(i % 5).fill(0.5)));

test.each([
  ['as PyTorch writes it', {}, 6],
  ['without descriptors, not aligned', { alignment: 1, descriptors: false }, 400],
  ['not aligned, with descriptors: every header is read', { alignment: 1 }, 400],
  ['without 64-bit numbers', { wide: false }, 6],
])('300 tensors %s', async (_, options, mostReads) => {
  const file = writePytorch(MANY, { ...options, inside: ['model'], tied: { tied: 'h.3.weight' } });
  const from = source(file);
  const tensors = await readArchive(from);
  expect(tensors.size).toBe(301);
  for (const { name, bytes } of MANY) {
    const { begin, end } = tensors.get(name) ?? { begin: 0, end: 0 };
    expect(file.slice(begin, end)).toEqual(bytes);
  }
  expect(tensors.get('tied')?.begin).toBe(tensors.get('h.3.weight')?.begin);
  expect(from.read.mock.calls.length).toBeLessThanOrEqual(mostReads);
});

const T: PickledTensor = { dtype: 'F32', key: '0', length: 4, shape: [2, 2] };
const DATA = new Uint8Array(16);

/** A file of one storage with 16 bytes and any pickle. */
const withPickle = (pickle: Uint8Array, parts: readonly ZipPart[] = [{ name: 'a/data/0', bytes: DATA }]) =>
  writeZip([{ name: 'a/data.pkl', bytes: pickle }, ...parts]);
const withTensor = (change: Partial<PickledTensor>) =>
  withPickle(pickleOf(pickledDict({ w: pickledTensor({ ...T, ...change }) })));
const repeated = (count: number, ...bytes: number[]) =>
  Uint8Array.from({ length: count * bytes.length }, (_, i) => bytes[i % bytes.length] ?? 0);
const { global, tupleOf, text, reduce, int } = pickled;

test('the file that the hostile ones are made from is sound', async () => {
  expect((await open(withTensor({}))).get('w')).toMatchObject({ dtype: 'F32', shape: [2, 2] });
});

const GOOD = withTensor({});

test.each<[string, Uint8Array, RegExp]>([
  [
    'a call of os.system',
    withPickle(pickleOf([...global('os', 'system'), ...tupleOf(text('true')), ...reduce])),
    /"os\.system"/,
  ],
  ['eval', withPickle(pickleOf([...global('builtins', 'eval'), ...tupleOf(text('1')), ...reduce])), /"builtins\.eval"/],
  [
    'a name put together on the stack',
    withPickle(pickleOf([...text('posix'), ...text('system'), 0x93])),
    /"posix\.system"/,
  ],
  ['a class of PyTorch', withPickle(pickleOf(global('torch', 'ComplexFloatStorage'))), /"torch\.ComplexFloatStorage"/],
  ['an endless name', withPickle(pickleOf(global('x'.repeat(100_000), 'y'))), /^.{0,200}$/],
  ['an object that is made by its class', withPickle(Uint8Array.of(0x80, 2, 0x29, 0x29, 0x81, 0x2e)), /operation 0x81/],
  [
    'a type of storage that is called',
    withPickle(pickleOf([...global('torch', 'FloatStorage'), ...tupleOf(), ...reduce])),
    /calls torch\.FloatStorage/,
  ],
  ['a call of a number', withPickle(pickleOf([...int(3), ...tupleOf(), ...reduce])), /cannot be called/],
  [
    'a dictionary made of something',
    withPickle(pickleOf([...global('collections', 'OrderedDict'), ...tupleOf(int(1)), ...reduce])),
    /of something/,
  ],
  ['an empty pickle', withPickle(new Uint8Array()), /cut short/],
  ['a pickle without an end', withPickle(Uint8Array.from([...pickled.begin, ...int(3)])), /cut short/],
  ['a text longer than the pickle', withPickle(Uint8Array.of(0x80, 2, 0x58, 0xff, 0xff, 0xff, 0xff)), /cut short/],
  ['a text of 2^63 bytes', withPickle(Uint8Array.of(0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80)), /cut short/],
  ['a number of 255 bytes', withPickle(Uint8Array.of(0x8a, 255, ...new Uint8Array(255))), /number of 255 bytes/],
  ['what was never stored', withPickle(Uint8Array.of(0x6a, 0xff, 0xff, 0xff, 0xff, 0x2e)), /recalls 4294967295/],
  ['a value from an empty stack', withPickle(Uint8Array.of(0x30)), /where there is none/],
  ['an end of a list that never began', withPickle(Uint8Array.of(0x74)), /never began/],
  ['a memo of millions', withPickle(repeated(2_000_000, 0x4e, 0x94)), /more than 1000000 values/],
  ['nesting of millions', withPickle(repeated(4_000_000, 0x5d)), /more than 1000000 values/],
  ['marks of millions', withPickle(repeated(4_000_000, 0x28)), /more than 1000000 marks/],
  [
    'lists inside lists, shared over and over',
    withPickle(pickleOf([0x5d, ...repeated(50_000, 0x32, 0x32, 0x61)])),
    /holds no dictionary/,
  ],
  ['a pickle of 9 MB', withPickle(new Uint8Array(9_000_000)), /has 9000000 bytes/],
  ['a list as a key', withPickle(Uint8Array.of(0x7d, 0x5d, 0x4e, 0x73, 0x2e)), /no plain value/],
  ['a number at the top', withPickle(pickleOf(int(3))), /no dictionary/],
  ['no tensors', withPickle(pickleOf(pickledDict({ a: int(3) }))), /no tensors/],
  ['billions of elements', withTensor({ shape: [100_000, 100_000] }), /reaches element 9999999999 of a storage of 4/],
  [
    'billions of elements, and a storage that claims them',
    withTensor({ shape: [2 ** 32], length: 2 ** 32 }),
    /has 16 bytes/,
  ],
  ['a size that overflows', withTensor({ shape: [2 ** 40, 2 ** 40] }), /overflows/],
  ['a size that overflows with no steps', withTensor({ shape: [2 ** 40, 2 ** 40], strides: [0, 0] }), /overflows/],
  ['billions of times the same element', withTensor({ shape: [2 ** 32], strides: [0] }), /same numbers several times/],
  ['elements that lie over one another', withTensor({ shape: [2, 3], strides: [1, 1] }), /same numbers several times/],
  ['an offset beyond the storage', withTensor({ offset: 1 }), /reaches element 4 of a storage of 4/],
  ['an absurd offset', withTensor({ offset: 2 ** 52 }), /reaches element/],
  ['strides beyond the storage', withTensor({ strides: [3, 1] }), /reaches element 4/],
  ['a negative size', withTensor({ shape: [-1, 4], strides: [1, 1] }), /no counts/],
  ['more strides than sizes', withTensor({ strides: [2, 1, 1] }), /no counts/],
  ['nine dimensions', withTensor({ shape: new Array<number>(9).fill(1) }), /9 dimensions/],
  ['a storage that is not there', withTensor({ key: '7' }), /storage 7, which is missing/],
  ['a storage outside the folder', withTensor({ key: '../data.pkl' }), /no number/],
  ['a storage of another size', withTensor({ length: 5 }), /storage 0 has 16 bytes, and 5 elements of F32 are 20/],
  [
    'a storage that is compressed',
    withPickle(pickleOf(pickledDict({ w: pickledTensor(T) })), [{ name: 'a/data/0', bytes: DATA, method: 8 }]),
    /compressed/,
  ],
  [
    'a storage with a false size',
    withPickle(pickleOf(pickledDict({ w: pickledTensor({ ...T, length: 2 ** 28, shape: [2 ** 28] }) })), [
      { name: 'a/data/0', bytes: DATA, says: { size: 2 ** 30 } },
    ]),
    /lies over what comes after/,
  ],
  [
    'a storage over another',
    withPickle(pickleOf(pickledDict({ w: pickledTensor(T) })), [
      { name: 'a/data/0', bytes: DATA },
      { name: 'a/data/1', bytes: DATA, says: { header: 70 } },
    ]),
    /lies over what comes after/,
  ],
  [
    'a storage beyond the file',
    withPickle(pickleOf(pickledDict({ w: pickledTensor(T) })), [
      { name: 'a/data/0', bytes: DATA, says: { header: 0xffff_fff0 } },
    ]),
    /lies over what comes after/,
  ],
  [
    'two entries of one name',
    withPickle(pickleOf(int(3)), [
      { name: 'a/data/0', bytes: DATA },
      { name: 'a/data/0', bytes: DATA },
    ]),
    /twice/,
  ],
  ['no data.pkl', writeZip([{ name: 'word/document.xml', bytes: DATA }]), /not written by PyTorch/],
  [
    'numbers of the other byte order',
    withPickle(pickleOf(int(3)), [{ name: 'a/byteorder', bytes: Uint8Array.from(Buffer.from('big')) }]),
    /byte order/,
  ],
  ['nothing', new Uint8Array(), /no zip archive/],
  ['something else', new TextEncoder().encode('hello, this is a text'), /no zip archive/],
  ['an end that is cut off', GOOD.subarray(0, GOOD.length - 30), /cut short/],
])('%s is refused', async (_, file, message) => {
  const from = source(file);
  const error = await readArchive(from).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NucleusError);
  expect(error).toMatchObject({ code: 'bad_pytorch', message: expect.stringMatching(message) });
  const bytesRead = from.read.mock.calls.reduce((sum, [begin, end]) => sum + end - begin, 0);
  expect(bytesRead).toBeLessThan(3 * file.length + 200_000);
});

test('a file that is changed somewhere is refused, or its tensors lie inside it', async () => {
  const file = writePytorch([f32('a', 1, 2, 3), f32('b', 4, 5)]);
  for (let at = 0; at < file.length; at += 2) {
    for (const value of [0xff, (file[at] ?? 0) ^ 1]) {
      const changed = file.slice();
      changed[at] = value;
      try {
        for (const { begin, end } of (await open(changed)).values()) {
          expect(begin).toBeLessThanOrEqual(end);
          expect(end).toBeLessThanOrEqual(file.length);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(NucleusError);
      }
    }
  }
});

test('numbers that do not fit 32 bits come out of the 64-bit fields', async () => {
  const file = writePytorch([f32('a', 1, 2, 3)]);
  const view = new DataView(file.buffer);
  view.setUint32(file.length - 6, 0xffff_ffff, true); // where the directory begins: only the 64-bit end says it now
  expect((await open(file)).get('a')?.shape).toEqual([3]);
});
